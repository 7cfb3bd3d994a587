//go:build !unix

package sockets

// openFiles says that no limit is known.
func openFiles() int { return 0 }

// Full says that it is not known.
func Full() bool { return false }
