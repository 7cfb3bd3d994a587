//go:build ignore

package tags

func never() { Both() }
