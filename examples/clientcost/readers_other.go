//go:build !linux

package main

// floors are the bare readers to compare with; epoll exists only on Linux.
var floors = []reader{goroutines}
