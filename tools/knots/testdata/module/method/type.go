package method

type T struct{}

var value T
