package method

// A method belongs here, not where T is.
func (T) M() { call() }
