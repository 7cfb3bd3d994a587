package generic

type G[T any] struct{}
