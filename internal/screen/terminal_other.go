//go:build !(linux || darwin || freebsd || netbsd || dragonfly)

package screen

// terminal returns nil: on Windows and elsewhere progress comes in lines.
func terminal(uintptr, func(string) string) device { return nil }
