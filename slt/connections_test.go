package slt

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/sockets"
)

func TestFit(t *testing.T) {
	for _, test := range []struct {
		files  int
		ports  int // 0 is not known
		levels []int
		most   int    // 0 is an error
		said   string // in the error or the warning
	}{
		{5000, 0, nil, 4096, ""},
		{1032, 0, nil, 1000, "no further than a concurrency of 1000: 4128 open files are needed for 4096 queries at a time"},
		{32, 0, nil, 0, "slt: 33 open files are needed for 1 queries at a time"},
		{1032, 0, []int{10, 1000}, 4096, ""},
		{1032, 0, []int{10, 1001}, 0, "slt: 1033 open files are needed for 1001 queries at a time"},
		{0, 1600, []int{800, 800}, 4096, ""},
		{0, 1500, []int{800, 800}, 0, "slt: 1600 local ports to one address are needed for 800 queries"},
		{0, 6000, nil, 3000, "no further than a concurrency of 3000: 8192 local ports"},
	} {
		c := Config{Levels: test.levels}.resolve()
		said, err := c.fit(sockets.Limits{Files: test.files, Ports: test.ports})
		if err != nil {
			said = err.Error()
		}
		if (err != nil) != (test.most == 0) || err == nil && c.MaxConcurrency != test.most || !strings.Contains(said, test.said) || (said == "") != (test.said == "") {
			t.Errorf("%d files, %d ports and levels %v: at most %d, %q; want %d and %q", test.files, test.ports, test.levels, c.MaxConcurrency, said, test.most, test.said)
		}
	}
}
