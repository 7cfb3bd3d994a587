package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// convert writes a workload in another format.
func convert(c *call) (int, error) {
	c.reading()
	to := c.writing()
	c.flags.BoolVar(&c.redact, "redact", false, "put a word in place of what looks like a key or a token")
	if err := c.parse(2); err != nil {
		return 0, err
	}
	if err := checkTarget(*to); err != nil {
		fmt.Fprintf(c.stderr, "trajectories: %v\n", err)
		return 0, errUsage
	}
	w, err := c.open(c.args[0])
	if err != nil {
		return 0, err
	}
	return fine, c.write(w, c.args[1], *to)
}

// generate makes sessions up.
func generate(c *call) (int, error) {
	to := c.writing()
	var g trajectory.Generator
	var names []string
	for _, p := range trajectory.Presets() {
		names = append(names, string(p))
	}
	preset := c.flags.String("preset", "", "the `kind` of sessions: "+strings.Join(names, ", ")+" (default demo)")
	like := c.flags.String("like", "", "make sessions with the statistics of those in `FILE`, and nothing else of it")
	c.flags.Uint64Var(&g.Seed, "seed", 0, "seed of everything random")
	c.flags.IntVar(&g.Trajectories, "n", 0, "`sessions` to make (default: as many as the preset or file has)")
	if err := c.parse(1); err != nil {
		return 0, err
	}
	g.Preset = trajectory.Preset(*preset)
	if err := checkTarget(*to); err != nil {
		fmt.Fprintf(c.stderr, "trajectories: %v\n", err)
		return 0, errUsage
	}
	if *like != "" {
		w, err := c.open(*like)
		if err != nil {
			return 0, err
		}
		s := w.Stats()
		g.Like = &s
	}
	if err := g.Validate(); err != nil {
		return 0, err
	}
	return fine, c.write(g.Workload(), c.args[0], *to)
}

// writing registers the flag of commands that write.
func (c *call) writing() *string {
	return c.flags.String("to", "manifest", "`format` of OUT: manifest (a folder), rows or aiperf (files of JSON Lines)")
}

func checkTarget(to string) error {
	switch to {
	case "manifest", "rows", "aiperf":
		return nil
	}
	return fmt.Errorf("-to is %q, expected manifest, rows or aiperf", to)
}

// write writes a workload, a file under another name first.
func (c *call) write(w *trajectory.Workload, name, to string) error {
	if to == "manifest" {
		if err := format.Write(name, w); err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "%d sessions in %s\n", len(w.Trajectories), filepath.Join(name, "manifest.json"))
		return nil
	}
	out, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) // which fails when all is well
	if to == "rows" {
		err = format.WriteJSONL(out, w)
	} else {
		err = format.WriteAIPerf(out, w)
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(out.Name(), 0o644); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), name); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%d sessions in %s\n", len(w.Trajectories), name)
	return nil
}
