// Package tested is a fixture: files that only a test would tie into a knot.
package tested

func A() {}
