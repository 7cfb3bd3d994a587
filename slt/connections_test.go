package slt

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/sockets"
)

func TestFit(t *testing.T) {
	for _, test := range []struct {
		files  int
		levels []int
		most   int    // 0 is an error
		said   string // in the error or the warning
	}{
		{5000, nil, 4096, ""},
		{1032, nil, 1000, "no further than a concurrency of 1000: 4128 open files are needed for 4096 queries at a time"},
		{32, nil, 0, "slt: 33 open files are needed for 1 queries at a time"},
		{1032, []int{10, 1000}, 4096, ""},
		{1032, []int{10, 1001}, 0, "slt: 1033 open files are needed for 1001 queries at a time"},
	} {
		c := Config{Levels: test.levels}.resolve()
		said, err := c.fit(sockets.Limits{Files: test.files})
		if err != nil {
			said = err.Error()
		}
		if (err != nil) != (test.most == 0) || err == nil && c.MaxConcurrency != test.most || !strings.Contains(said, test.said) || (said == "") != (test.said == "") {
			t.Errorf("%d files and levels %v: at most %d, %q; want %d and %q", test.files, test.levels, c.MaxConcurrency, said, test.most, test.said)
		}
	}
}
