package cli

import (
	"flag"
	"io"
	"testing"
)

// An exporter of several machines is several targets; a page given twice would count twice.
func TestScrapesOfOneAddress(t *testing.T) {
	for _, tt := range []struct {
		args  []string
		names []string // nil for an error
	}{
		{[]string{"power=http://x:9348/metrics?target=a", "power=http://x:9348/metrics?target=b"}, []string{"http://x:9348/metrics", "http://x:9348/metrics (2)"}},
		{[]string{"http://x:8000", "router=http://x:8000/metrics"}, nil},
		{[]string{"http://x:1/m?target=a", "http://x:1/m?target=b", "http://x:1/m?target=a"}, nil},
	} {
		var of Telemetry
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		of.Register(flags)
		var args []string
		for _, a := range tt.args {
			args = append(args, "-scrape", a)
		}
		if err := flags.Parse(args); err != nil {
			t.Fatal(err)
		}
		all, _, err := of.Observers(func(string) string { return "" })
		if (err == nil) != (tt.names != nil) {
			t.Errorf("%q: %v", tt.args, err)
			continue
		}
		for i, name := range tt.names {
			if got := all[i].Target().Name; got != name {
				t.Errorf("%q: %q, want %q", tt.args, got, name)
			}
		}
	}
}
