package cli

import (
	"flag"
	"io"
	"slices"
	"testing"
)

// Each flag reaches another process, whatever is in its value.
func TestEndpointArgs(t *testing.T) {
	parse := func(args []string) (*Endpoint, *flag.FlagSet) {
		t.Helper()
		var e Endpoint
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		e.Register(flags)
		if err := flags.Parse(args); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return &e, flags
	}
	e, flags := parse([]string{
		"-endpoint", "http://host:8000/v1?a=b", "-api", "messages", "-model", "-a model-", "-api-key-env", "KEY", "-session-header", "X-S",
		"-request-timeout", "90s", "-ca", "a file.pem", "-http2", "-field", "b=1", "-field", "a=high=low", "-field", `c={"d":"--"}`,
		"-header", "x-b=1", "-header", "X-B=2=3", "-header", "X-A=",
	})
	flags.VisitAll(func(f *flag.Flag) {
		if !slices.ContainsFunc([]string{"field", "header"}, func(n string) bool { return n == f.Name }) && f.Value.String() == f.DefValue {
			t.Errorf("-%s has its default: this test does not tell whether it is passed on", f.Name)
		}
	})
	args := e.Args()
	want := []string{
		"-endpoint=http://host:8000/v1?a=b", "-api=messages", "-api-key-env=KEY", "-session-header=X-S",
		"-request-timeout=1m30s", "-ca=a file.pem", "-http2=true",
		"-header=X-A=", "-header=X-B=1", "-header=X-B=2=3",
	}
	if !slices.Equal(args, want) {
		t.Errorf("got  %q\nwant %q", args, want)
	}
	if again, _ := parse(args); !slices.Equal(again.Args(), args) {
		t.Errorf("read again: %q", again.Args())
	}
	e, _ = parse(nil)
	if args := e.Args(); !slices.Equal(args, []string{"-request-timeout=5m0s"}) {
		t.Errorf("without flags: %q", args)
	}
}
