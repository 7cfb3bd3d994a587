package tested

func C() { B() }
