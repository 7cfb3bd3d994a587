package main

import (
	"errors"
	"fmt"
	"os"
)

// limits are what the operating system allows; 0 is not known.
type limits struct {
	descriptors int // open files of a process
	ports       int // local ports of connections to one address
}

// spare is what a process needs beside its connections.
const spare = 64

// limitsHere returns the limits of this process, which its server inherits.
func limitsHere() limits {
	l := limits{descriptors: openFiles()}
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		var from, to int
		if _, err := fmt.Sscan(string(text), &from, &to); err == nil {
			l.ports = to - from + 1
		}
	}
	return l
}

// check says what is missing for so many connections to one address.
func (l limits) check(streams int) error {
	need := streams + spare
	var errs []error
	if l.descriptors > 0 && l.descriptors < need {
		errs = append(errs, fmt.Errorf("%d streams need %d open files in this process, and as many in its server, where the limit is %d: raise it with \"ulimit -n %d\" (for more than the hard limit: /etc/security/limits.conf, or LimitNOFILE= of systemd)", streams, need, l.descriptors, need))
	}
	if l.ports > 0 && l.ports < need {
		errs = append(errs, fmt.Errorf("%d streams need %d local ports to one address, of which there are %d: widen the range with \"sysctl -w net.ipv4.ip_local_port_range='1024 65535'\"", streams, need, l.ports))
	}
	return errors.Join(errs...)
}
