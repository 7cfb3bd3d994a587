package generic

// A method of an instance.
func use() { one.M() }
