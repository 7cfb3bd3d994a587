package sockets

import (
	"math"
	"net"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		have   Limits
		closed int
		most   int
		want   []string // nil is none
	}{
		{Limits{}, 0, math.MaxInt, nil},
		{Limits{Files: 10_042, Taken: 10, Ports: 10_000}, 0, 5_000, nil},
		{Limits{Files: 10_041, Taken: 10, Ports: 28_232}, 0, 9_999, []string{"10042 open files are needed for 10000 agents", "limit of this process is 10041", "ulimit -Hn 10042"}},
		{Limits{Files: 20_000, Ports: 9_000}, 0, 4_500, []string{"10000 local ports to one address are needed for 10000 agents", "there are 9000:", "ip_local_port_range"}},
		{Limits{Files: 20_000, Ports: 18_000}, 8_000, 9_000, nil},
		{Limits{Files: 20_000, Ports: 18_000}, 8_001, 9_000, []string{"18001 local ports to one address are needed for 10000 agents", "there are 18000, since those of the 8001 connections before are kept"}},
		{Limits{Files: 1_024, Ports: 9_000}, 0, 992, []string{"open files", "local ports"}},
		{Limits{Files: 16, Taken: 10}, 0, 0, []string{"open files"}},
	} {
		if got := test.have.Most(); got != test.most {
			t.Errorf("%+v: at most %d connections, want %d", test.have, got, test.most)
		}
		err := test.have.Check("10000 agents", 10_000, test.closed)
		if (err != nil) != (test.want != nil) {
			t.Errorf("%+v: error %v", test.have, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: error %q, want one with %q", test.have, err, want)
			}
		}
	}
}

// What is open counts, where that is known.
func TestHere(t *testing.T) {
	before := Here()
	for range 5 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	after := Here()
	t.Logf("%+v", after)
	if before.Taken > 0 && after.Taken < before.Taken+5 {
		t.Errorf("%d files were open, and %d with five more", before.Taken, after.Taken)
	}
	if after.Files > 0 && after.Most() >= after.Files {
		t.Errorf("%d connections of %d files", after.Most(), after.Files)
	}
}
