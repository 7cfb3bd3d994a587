// Package method is a fixture: a method that is declared in another file than its type.
package method

type T struct{}

var value T
