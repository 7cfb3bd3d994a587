package tested

func A() {}
