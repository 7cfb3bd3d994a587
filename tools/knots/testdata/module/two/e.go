package two

func e() { c(); f() }
