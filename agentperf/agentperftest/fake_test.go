package agentperftest_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A fake is a testing.TB that keeps what it is told. Methods that the package under test
// does not use are those of a nil interface: they panic.
type fake struct {
	testing.TB
	ctx      context.Context
	dir      string
	deadline time.Time // zero means none

	mu             sync.Mutex
	logs, errors   []string
	fatal, skipped string
	cleanups       []func()
}

func newFake(t *testing.T) *fake { return &fake{ctx: t.Context(), dir: t.TempDir()} }

// run runs f as a test, to its end or to where it gives up.
func (f *fake) run(test func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test()
	}()
	<-done
	for _, cleanup := range f.cleanups {
		cleanup()
	}
}

func (f *fake) add(to *[]string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*to = append(*to, strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
}

func (f *fake) Helper()                                 {}
func (f *fake) Log(args ...any)                         { f.add(&f.logs, args...) }
func (f *fake) Logf(format string, args ...any)         { f.Log(fmt.Sprintf(format, args...)) }
func (f *fake) Error(args ...any)                       { f.add(&f.errors, args...) }
func (f *fake) Errorf(format string, args ...any)       { f.Error(fmt.Sprintf(format, args...)) }
func (f *fake) Fatalf(format string, args ...any)       { f.Fatal(fmt.Sprintf(format, args...)) }
func (f *fake) Failed() bool                            { return len(f.errors) > 0 || f.fatal != "" }
func (f *fake) Context() context.Context                { return f.ctx }
func (f *fake) ArtifactDir() string                     { return f.dir }
func (f *fake) Cleanup(c func())                        { f.cleanups = append(f.cleanups, c) }
func (f *fake) Deadline() (deadline time.Time, ok bool) { return f.deadline, !f.deadline.IsZero() }

func (f *fake) Fatal(args ...any) {
	f.fatal = fmt.Sprint(args...)
	runtime.Goexit()
}

func (f *fake) Skip(args ...any) {
	f.skipped = fmt.Sprint(args...)
	runtime.Goexit()
}

// said is all that a test told.
func (f *fake) said() string {
	return fmt.Sprintf("logs %q\nerrors %q\nfatal %q\nskipped %q", f.logs, f.errors, f.fatal, f.skipped)
}

// workload returns five sessions of three turns, without pauses.
func workload(tb testing.TB) *trajectory.Workload {
	tb.Helper()
	var s trajectory.Store
	w := &trajectory.Workload{Name: "test"}
	for i := range 5 {
		t := &trajectory.Trajectory{ID: fmt.Sprintf("t%d", i)}
		var h *trajectory.History
		for j, n := range []int{20, 7, 33} {
			var err error
			if h, err = s.Append(h, fmt.Appendf(nil, `{"role":"user","content":"t%d turn %d"}`, i, j)); err != nil {
				tb.Fatal(err)
			}
			t.Turns = append(t.Turns, trajectory.Turn{History: h, OutputTokens: n, ToolDelayKnown: true})
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
}

// served returns the configuration of a benchmark of an engine, with tiers of these floors.
func served(t testing.TB, engine *endpointtest.Engine, floors ...metrics.TokensPerSecond) agentperf.Config {
	server := memnet.Serve(engine)
	t.Cleanup(server.Close)
	cfg := agentperf.Config{Workload: workload(t), Seed: 42}
	cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
	for _, f := range floors {
		cfg.Tiers = append(cfg.Tiers, agentperf.Tier{SpeedFloor: f, TTFTCeiling: 10 * time.Second})
	}
	return cfg
}
