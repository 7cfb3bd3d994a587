package embedded

type Inner struct{}
