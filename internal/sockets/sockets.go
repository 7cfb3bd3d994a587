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

// Most returns how many connections to one address there may be.
func (l Limits) Most() int {
	most := math.MaxInt
	if l.Files > 0 {
		most = max(0, l.Files-l.Taken-spare)
	}
	if l.Ports > 0 {
		most = min(most, l.Ports)
	}
	return most
}

// Check says what is missing for so many connections to one address, in words that
// begin with who needs them.
func (l Limits) Check(who string, connections int) error {
	var errs []error
	if need := connections + l.Taken + spare; l.Files > 0 && need > l.Files {
		// The runtime has raised the soft limit to the hard one.
		errs = append(errs, fmt.Errorf("%s need %d open files in this process, where the limit is %d: raise the hard limit (\"ulimit -Hn %d\" as root, /etc/security/limits.conf, LimitNOFILE= of systemd, --ulimit nofile=%d of a container)", who, need, l.Files, need, need))
	}
	if l.Ports > 0 && connections > l.Ports {
		errs = append(errs, fmt.Errorf("%s need %d local ports to one address, of which there are %d: widen the range (\"sysctl -w net.ipv4.ip_local_port_range='1024 65535'\")", who, connections, l.Ports))
	}
	return errors.Join(errs...)
}
