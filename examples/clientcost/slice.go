package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
	"golang.org/x/sync/errgroup"
)

// A slice is all streams of one reader for a while.
type slice struct {
	number  int
	plan    plan
	tokens  int
	addr    string // host:port, for bare readers
	prompts *prompts
	profile string
	streams []*stream
	up      atomic.Int64 // streams with a token

	measured
}

// measured is the result of a slice.
type measured struct {
	events  int64
	cpu     time.Duration
	mallocs uint64
	low     int64 // resident bytes with few streams
	rss     int64 // and with all
	late    []float64
	lags    []float64
	server  state
	others  time.Duration // processor time of other processes than the server
}

// slowError is returned when the streams did not start in time or brought nothing.
type slowError struct{ up, of int }

func (e *slowError) Error() string {
	if e.up == e.of {
		return "nothing arrived while the window was open: it is too short for this rate, or this machine or the server is too slow"
	}
	return fmt.Sprintf("only %d of %d streams had begun when the window opened: this machine or the server is too slow for them", e.up, e.of)
}

// A reader reads all streams of a slice until ctx ends, which is not an error.
type reader struct {
	name, what string
	read       func(ctx context.Context, s *slice) error
}

// run runs the streams and measures them.
func (s *slice) run(ctx context.Context, r reader, server *child, o *options, window time.Duration, patience int) error {
	if server != nil {
		if err := server.quiet(ctx, o.period()); err != nil {
			return err
		}
	}
	s.plan = planned(time.Now(), o, window, s.number == 0, patience)
	for i := range s.streams {
		s.streams[i] = &stream{slice: s, index: i, due: s.plan.due(i)}
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	g, gctx := errgroup.WithContext(inner)
	g.Go(func() error { return r.read(gctx, s) })
	g.Go(func() error {
		defer cancel()
		return s.measure(gctx, server)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, st := range s.streams {
		s.events += st.tally.events
		s.late = append(s.late, st.tally.late...)
	}
	if s.events == 0 {
		return &slowError{len(s.streams), len(s.streams)}
	}
	if server == nil {
		return nil
	}
	sent, err := server.state(askStamp)
	if err != nil {
		return err
	}
	s.lags = lags(s.streams, sent.Sent)
	return nil
}

// measure measures the process while others read.
func (s *slice) measure(ctx context.Context, server *child) error {
	if s.plan.few > 0 {
		if !instant.SleepUntil(ctx, s.plan.low) {
			return nil
		}
		s.low = resident()
	}
	if !instant.SleepUntil(ctx, s.plan.from.Add(-20*time.Millisecond)) {
		return nil
	}
	var began state
	if server != nil {
		var err error
		if began, err = server.state(askPace); err != nil {
			return err
		}
	}
	if s.profile != "" {
		f, err := os.Create(s.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if !instant.SleepUntil(ctx, s.plan.from) {
		return nil
	}
	if up := int(s.up.Load()); up < len(s.streams) {
		return &slowError{up, len(s.streams)}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	machine := machineTime()
	cpu, known := cpuTime()
	if !instant.SleepUntil(ctx, s.plan.until) {
		return nil
	}
	if end, ok := cpuTime(); ok && known {
		s.cpu = end - cpu
	}
	machine = machineTime() - machine
	runtime.ReadMemStats(&after)
	s.mallocs, s.rss = after.Mallocs-before.Mallocs, resident()
	if server != nil {
		var err error
		if s.server, err = server.state(askPace); err != nil {
			return err
		}
		s.server.CPUSeconds -= began.CPUSeconds
		s.others = max(0, machine-s.cpu-time.Duration(s.server.CPUSeconds*float64(time.Second)))
	}
	return nil
}

// spawn starts one goroutine for each stream when it is due, and waits for them.
func (s *slice) spawn(ctx context.Context, read func(ctx context.Context, st *stream) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, st := range s.streams {
		if !instant.SleepUntil(ctx, st.due) {
			break
		}
		g.Go(func() error {
			if err := read(ctx, st); err != nil && ctx.Err() == nil {
				return fmt.Errorf("stream %d: %w", st.index, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// lags returns how long tokens took from the server's stamp to ours, in
// microseconds.
func lags(streams []*stream, sent []stamps) []float64 {
	at, ns := anchor()
	bySession := make(map[string]stamps, len(sent))
	for _, s := range sent {
		bySession[s.Session] = s
	}
	var lags []float64
	add := func(ours time.Time, theirs int64) {
		if !ours.IsZero() {
			lags = append(lags, float64(int64(ours.Sub(at))+ns-theirs)/1e3)
		}
	}
	for _, st := range streams {
		for _, m := range st.tally.marks {
			if s, ok := bySession[m.session]; ok {
				add(m.first, s.First)
				add(m.last, s.Last)
			}
		}
	}
	return lags
}
