package format

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/trajectory"
)

// checkWorkload returns what would keep a written workload from being read back:
// what is invalid, and what is too long. Writers call it before they write anything.
func checkWorkload(w *trajectory.Workload) error {
	if err := w.Validate(); err != nil {
		return err
	}
	var errs problems
	if err := checkTexts(w.Name, w.Source); err != nil {
		errs.add(fmt.Errorf("workload: %w", err))
	}
	for i, t := range threads(w) {
		fail := func(err error) { errs.add(fmt.Errorf("trajectory %d (%q): %w", i, clip(t.ID), err)) }
		if err := checkTexts(t.ID, t.Source); err != nil {
			fail(err)
		}
		for j := range t.Turns {
			if err := checkTurn(&t.Turns[j]); err != nil {
				fail(fmt.Errorf("turn %d: %w", j, err))
			}
		}
	}
	return errs.err()
}

func checkTurn(t *trajectory.Turn) error {
	size := t.History.Size() + len(t.Tools) + 1<<20 // 1 MiB is ample for the other fields
	for _, c := range t.ToolCalls {
		if err := checkTexts(c.ID, c.Name); err != nil {
			return err
		}
		size += 100 + 6*(len(c.ID)+len(c.Name)) // as if every byte had to be escaped
	}
	switch n := t.History.Len(); {
	case n > maxMessages:
		return fmt.Errorf("%d messages, expected at most %d", n, maxMessages)
	case size > maxLine:
		return fmt.Errorf("row of about %d MiB, expected at most %d MiB", size>>20, maxLine>>20)
	}
	return nil
}

func checkTexts(texts ...string) error {
	for _, s := range texts {
		if len(s) > maxText || !utf8.ValidString(s) {
			return fmt.Errorf("text %q: expected at most %d bytes of UTF-8", clip(s), maxText)
		}
	}
	return nil
}

// A thread is a trajectory to be written, with its parent and place if it is a
// subagent.
type thread struct {
	*trajectory.Trajectory
	parent string
	place  trajectory.Subagent
}

// threads returns the trajectories of a workload, each followed by its subagents.
func threads(w *trajectory.Workload) (all []thread) {
	var add func(t thread)
	add = func(t thread) {
		all = append(all, t)
		for _, s := range t.Subagents {
			add(thread{s.Trajectory, t.ID, s})
		}
	}
	for _, t := range w.Trajectories {
		add(thread{Trajectory: t})
	}
	return all
}

// writeMessages writes one line: an object with the fields of start, the messages
// of c, and the fields of end. The messages are written as they are stored,
// without building the line, which may take megabytes.
func writeMessages(b *bufio.Writer, start any, c *trajectory.History, end any) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // tools are written byte for byte as recorded
	if err := e.Encode(start); err != nil {
		return err
	}
	b.Write(bytes.TrimSuffix(buf.Bytes(), []byte("}\n")))
	b.WriteString(`,"messages":[`)
	comma := ""
	for m := range c.All() {
		b.WriteString(comma)
		b.Write(m.JSON())
		comma = ","
	}
	b.WriteString("],")
	buf.Reset()
	if err := e.Encode(end); err != nil {
		return err
	}
	_, err := b.Write(bytes.TrimPrefix(buf.Bytes(), []byte("{")))
	return err
}

// millis returns d in milliseconds. Up to a day it is read back exactly.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
