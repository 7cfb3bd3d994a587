package tested

func B() { A() }
