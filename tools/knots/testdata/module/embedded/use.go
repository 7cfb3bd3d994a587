package embedded

// A method of what is embedded.
func use() { value.M() }
