//go:build !linux

package main

// floors are the bare readers to compare with: epoll is of Linux.
var floors = []reader{goroutines}
