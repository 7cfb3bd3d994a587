//go:build linux || darwin || freebsd || netbsd || dragonfly

package screen

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"unsafe"
)

// tty is a terminal by its file descriptor.
type tty struct {
	fd        uintptr
	getenv    func(string) string
	continues chan os.Signal
}

// terminal returns the terminal that a file is, by its descriptor; nil if it is none.
func terminal(fd uintptr, getenv func(string) string) device {
	t := tty{fd: fd, getenv: getenv}
	if _, ok := t.winsize(); !ok {
		return nil
	}
	t.continues = make(chan os.Signal, 1)
	signal.Notify(t.continues, syscall.SIGCONT)
	return t
}

type winsize struct{ rows, columns, x, y uint16 }

func (t tty) winsize() (w winsize, ok bool) {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, t.fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&w)))
	return w, errno == 0
}

func (t tty) size() (columns, rows int) {
	w, _ := t.winsize()
	columns, rows = int(w.columns), int(w.rows)
	if columns == 0 { // terminals of some containers do not know it
		columns, _ = strconv.Atoi(t.getenv("COLUMNS"))
	}
	if rows == 0 {
		rows, _ = strconv.Atoi(t.getenv("LINES"))
	}
	return columns, rows
}

func (t tty) ours() bool {
	var group int32
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, t.fd, syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&group)))
	return errno != 0 || int(group) == syscall.Getpgrp() // not our controlling terminal: there is no background
}

func (t tty) resumed() <-chan os.Signal { return t.continues }
