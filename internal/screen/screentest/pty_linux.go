package screentest

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// OpenPTY opens a pseudo-terminal of a size: what is written to one end is read from the other.
// A process that has the slave as its standard error, or as its controlling terminal, is at a
// terminal. It returns an error where there are none.
func OpenPTY(columns, rows int) (master, slave *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	var unlock, number int32
	size := [4]uint16{uint16(rows), uint16(columns)}
	for _, request := range []struct {
		name uintptr
		arg  unsafe.Pointer
	}{{syscall.TIOCSPTLCK, unsafe.Pointer(&unlock)}, {syscall.TIOCGPTN, unsafe.Pointer(&number)}, {syscall.TIOCSWINSZ, unsafe.Pointer(&size)}} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request.name, uintptr(request.arg)); errno != 0 {
			master.Close()
			return nil, nil, fmt.Errorf("ioctl %#x: %w", request.name, errno)
		}
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		master.Close()
		return nil, nil, err
	}
	return master, slave, nil
}

// ControllingTerminal makes a process the leader of a session whose terminal is its standard
// error: Ctrl-C there reaches it.
func ControllingTerminal() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2}
}
