package two

func f() {}
