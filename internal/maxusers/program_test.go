package maxusers

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// other is a program that adds a flag and hooks, and what was called.
type other struct {
	Program
	out, errs       bytes.Buffer
	workers         int
	prepared, ended int
	fails           error // of Prepare
}

func newOther(t *testing.T, args ...string) *other {
	o := &other{}
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, []byte("a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Program = Program{
		Args: append([]string{"-slo", "1@60s", "-measure", "200ms", "-settle", "0s", "-spawn-rate", "0", "-client-lag", "-1s", "-agents", "1"}, args...),
		Name: "fleet", Command: "controller", Stdout: &o.out, Stderr: &o.errs, Getenv: func(string) string { return "" },
		Source: new(Source),
		Flags:  func(flags *flag.FlagSet) { flags.IntVar(&o.workers, "workers", 1, "`number` of workers") },
		Check: func() (inputs []cli.Place, err error) {
			if o.workers < 1 {
				err = fmt.Errorf("-workers is %d, expected 1 or more", o.workers)
			}
			return []cli.Place{{By: "-key", Name: key}}, err
		},
		Prepare: func(ctx context.Context, cfg *agentperf.Config) (end func(), err error) {
			o.prepared++
			return func() { o.ended++ }, o.fails
		},
	}
	o.Args = append(o.Args[:len(o.Args):len(o.Args)], "-requests", filepath.Join(filepath.Dir(key), "requests.jsonl"))
	for i := range o.Args {
		o.Args[i] = strings.ReplaceAll(o.Args[i], "KEYFILE", key)
	}
	return o
}

// What another program adds is called in turn, and what it prepares is what is run.
func TestPrepare(t *testing.T) {
	for _, endpoint := range []string{"", serve(t, &endpointtest.Engine{PerRequest: 400})} {
		o := newOther(t, "-endpoint", endpoint, "-workers", "3")
		if endpoint == "" {
			o = newOther(t, "-workers", "3")
		}
		var told bytes.Buffer
		prepare := o.Prepare
		o.Prepare = func(ctx context.Context, cfg *agentperf.Config) (func(), error) {
			if o.workers != 3 || cfg.Endpoint.URL == "" || cfg.Endpoint.URL != o.Source.Endpoint.URL || cfg.Workload == nil || cfg.Start != 1 || cfg.Validate() != nil {
				t.Errorf("%d workers, %+v, %v", o.workers, cfg, cfg.Validate())
			}
			if args := o.Source.Args(); args[0] != "-endpoint="+cfg.Endpoint.URL {
				t.Errorf("%q", args)
			}
			cfg.Requests = &told
			return prepare(ctx, cfg)
		}
		o.Started = func(line func(format string, args ...any)) {
			if o.prepared != 1 || o.ended != 0 {
				t.Error("started before it was prepared, or after its end")
			}
			line("%d\x1b workers", 3)
		}
		if status := Run(t.Context(), o.Program); status != cli.OK || !strings.Contains(o.out.String(), "1 agent holds.") || told.Len() == 0 || o.prepared != 1 || o.ended != 1 || !strings.Contains(o.errs.String(), " workers\n") || strings.Contains(o.errs.String(), "\x1b") {
			t.Errorf("status %d, prepared %d, ended %d, %d bytes of requests\n%s%s", status, o.prepared, o.ended, told.Len(), &o.out, &o.errs)
		}
	}
}

func TestProgramMistakes(t *testing.T) {
	engine := &endpointtest.Engine{PerRequest: 400}
	url := serve(t, engine)
	for _, tt := range []struct {
		name     string
		args     []string
		fails    error
		status   int
		words    string
		prepared int
	}{
		{"usage", []string{"-h"}, nil, cli.OK, "Usage: fleet controller [flags]\n", 0},
		{"an added flag in it", []string{"-h"}, nil, cli.OK, "-workers number\n", 0},
		{"a mistake in one", []string{"-workers", "0", "-format", "x"}, nil, cli.Usage, "\n  -workers is 0, expected 1 or more\nRun fleet controller -h for usage.\n", 0},
		{"a flag of nobody", []string{"-worker", "0"}, nil, cli.Usage, "-worker\nRun fleet controller -h for usage.\n", 0},
		{"an input of one", []string{"-json", "KEYFILE"}, nil, cli.Usage, "fleet: -json would overwrite ", 0},
		{"an invalid configuration", []string{"-agents", "4611686018427387903"}, nil, cli.Usage, "expected 0 to 1000000", 0},
		{"cannot be prepared", nil, errors.New("no worker came"), cli.Failed, "fleet: no worker came\n", 1},
	} {
		o := newOther(t, append([]string{"-endpoint", url}, tt.args...)...)
		o.fails = tt.fails
		status := Run(t.Context(), o.Program)
		if status != tt.status || !strings.Contains(o.errs.String(), tt.words) || o.prepared != tt.prepared || o.ended != tt.prepared {
			t.Errorf("%s: status %d, prepared %d, ended %d, want %d and %q\n%s", tt.name, status, o.prepared, o.ended, tt.status, tt.words, &o.errs)
		}
		if strings.Contains(o.errs.String(), "maxusers") {
			t.Errorf("%s: another name in\n%s", tt.name, &o.errs)
		}
	}
	if n := engine.Stats().Requests; n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
