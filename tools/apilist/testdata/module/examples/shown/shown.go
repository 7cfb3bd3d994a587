package shown

func Exported() {}
