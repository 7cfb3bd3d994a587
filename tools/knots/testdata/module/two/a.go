// Package two is a fixture: two knots and a file that is in neither.
package two

func a() { b() }
