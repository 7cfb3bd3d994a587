package cli

import (
	"flag"
	"net/url"

	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/system"
)

// Quiet defines the flag -quiet.
func Quiet(flags *flag.FlagSet) *bool {
	return flags.Bool("quiet", false, "show no progress and no warnings before the end: only the final table, and errors")
}

// Screen returns where progress is shown: standard error, redrawn if that is a terminal,
// whatever standard output is. A quiet one shows none. It has to be closed before anything else
// is printed.
func (p Program) Screen(quiet bool, getenv func(string) string) *screen.Screen {
	return screen.New(p.screen, quiet, getenv)
}

// Title says in a few words what is measured: the name of the system, or where it is; without
// an endpoint that it is none.
func (e *Endpoint) Title(i *system.Identity) string {
	if i != nil && i.Name != "" {
		return i.Name
	}
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return e.URL
}
