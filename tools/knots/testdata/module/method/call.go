package method

func call() { value.M() }
