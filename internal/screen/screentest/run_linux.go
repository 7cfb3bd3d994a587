package screentest

import (
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// Run runs a command at a pseudo-terminal. Once what is to be seen there has the words, act is
// called with the end of the terminal that a person has. It returns the exit status and what is
// left to be seen. An error that is [errors.ErrUnsupported] says that there are no
// pseudo-terminals here.
func Run(cmd *exec.Cmd, columns, rows int, words string, act func(keyboard io.Writer)) (status int, seen *Terminal, err error) {
	master, slave, err := OpenPTY(columns, rows)
	if err != nil {
		return 0, nil, errors.Join(errors.ErrUnsupported, err)
	}
	defer master.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = slave, slave, slave, ControllingTerminal()
	err = cmd.Start()
	slave.Close() // it is the program's: reading ends with that
	if err != nil {
		return 0, nil, err
	}
	seen = New(columns, rows)
	var once sync.Once
	buffer := make([]byte, 64<<10)
	for {
		n, err := master.Read(buffer)
		seen.Write(buffer[:n])
		if words != "" && strings.Contains(seen.Text(), words) {
			once.Do(func() { act(master) })
		}
		if err != nil {
			if !errors.Is(err, syscall.EIO) && !errors.Is(err, io.EOF) { // EIO: nobody has the other end
				return 0, seen, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
			}
			break
		}
	}
	cmd.Wait() // the status says it
	return cmd.ProcessState.ExitCode(), seen, nil
}
