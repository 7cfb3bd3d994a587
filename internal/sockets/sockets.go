// Package sockets says how many connections the operating system lets this process
// open, so that what needs more is refused before it begins and not in its midst.
package sockets

import (
	"errors"
	"fmt"
	"math"
	"os"
)

// Limits are what the operating system allows. The zero Limits know of none.
type Limits struct {
	Files int // open files of this process; 0 is not known
	Taken int // of them, those that are open already
	Ports int // local ports of connections to one address; 0 is not known
}

// spare is what a process may open beside its connections: reports, and the name
// service for each connection that is being made.
const spare = 32

// ErrFull says that the process is [Full]. A server in it would leave connections waiting,
// and look like one that starves its clients.
var ErrFull = errors.New("this process has no files left to open; a server in it needs one for each connection too")

// Here returns the limits of this process.
func Here() Limits {
	l := Limits{Files: openFiles()}
	if names, err := os.ReadDir("/dev/fd"); err == nil {
		l.Taken = len(names)
	}
	if text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		var from, to int
		if _, err := fmt.Sscan(string(text), &from, &to); err == nil {
			l.Ports = max(0, to-from+1)
		}
	}
	return l
}

// Most returns how many connections to one address there may be after as many have been
// closed.
func (l Limits) Most() int {
	most := math.MaxInt
	if l.Files > 0 {
		most = max(0, l.Files-l.Taken-spare)
	}
	if l.Ports > 0 {
		most = min(most, l.Ports/2)
	}
	return most
}

// Check says what is missing for so many connections to one address, and for whom, when
// others have been closed just before: their ports are kept for a minute (TIME_WAIT).
func (l Limits) Check(who string, connections, closed int) error {
	var errs []error
	if need := connections + l.Taken + spare; l.Files > 0 && need > l.Files {
		// The runtime has raised the soft limit to the hard one.
		errs = append(errs, fmt.Errorf("%d open files are needed for %s, where the limit of this process is %d: raise the hard limit (\"ulimit -Hn %d\" as root, /etc/security/limits.conf, LimitNOFILE= of systemd, --ulimit nofile=%d of a container)", need, who, l.Files, need, need))
	}
	if need := connections + closed; l.Ports > 0 && need > l.Ports {
		after := ""
		if closed > 0 {
			after = fmt.Sprintf(", since those of the %d connections before are kept for a minute", closed)
		}
		errs = append(errs, fmt.Errorf("%d local ports to one address are needed for %s, of which there are %d%s: widen the range (\"sysctl -w net.ipv4.ip_local_port_range='1024 65535'\")", need, who, l.Ports, after))
	}
	return errors.Join(errs...)
}

// Fit returns how many clients with so many connections each there may be: most, or fewer,
// and then short says why. closed is set if as many connections have been closed just
// before. who names a number of clients. The error is that of least, from which nothing may
// be taken away.
func (l Limits) Fit(least, most, each int, closed bool, who func(clients int) string) (clients int, short, err error) {
	if err := l.Check(who(least), least, 0); err != nil {
		return 0, nil, err
	}
	name, before := who(most), 0
	if each > 1 {
		name += fmt.Sprintf(" with up to %d connections each, for their subagents", each)
	}
	if closed {
		before = most * each
	}
	if short = l.Check(name, most*each, before); short == nil {
		return most, nil, nil
	}
	return max(least, l.Most()/each), short, nil
}
