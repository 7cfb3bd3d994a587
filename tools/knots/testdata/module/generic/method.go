package generic

func (G[T]) M() { use() }
