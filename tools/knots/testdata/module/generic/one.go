// Package generic is a fixture: files that know each other through methods of an instance of a generic type.
package generic

var one G[int]
