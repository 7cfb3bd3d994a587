package embedded

func (Inner) M() { use() }
