package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// convert writes a workload in another format.
func convert(c *call) (int, error) {
	c.reading()
	t := c.writing()
	c.flags.BoolVar(&c.redact, "redact", false, "redact what looks like a key or a token")
	if err := c.parse(2); err != nil {
		return 0, err
	}
	if err := c.flags.Check(t.validate()); err != nil {
		return 0, err
	}
	if err := c.apart("FILE", c.args[0], c.args[1]); err != nil {
		return 0, err
	}
	w, err := c.open(c.args[0])
	if err != nil {
		return 0, err
	}
	return cli.OK, t.write(c, w, c.args[1])
}

// makeUp writes generated sessions.
func makeUp(c *call) (int, error) {
	c.reading()
	t := c.writing()
	preset := c.flags.String("preset", "", "the `kind` of sessions: "+strings.Join(generate.Presets(), ", ")+" (default demo)")
	like := c.flags.String("like", "", "make sessions with the statistics of those in `FILE`, or with those that stats -json wrote to it, and nothing else from it")
	seed := c.flags.Uint64("seed", 0, "random seed")
	n := c.flags.Int("n", 0, "number of `sessions` to make (default: as many as the preset or file has)")
	if err := c.parse(1); err != nil {
		return 0, err
	}
	sessions := generate.Preset(*preset)
	sessions.Seed, sessions.Trajectories = *seed, *n
	err := errors.Join(t.validate(), sessions.Validate())
	if *like != "" && *preset != "" {
		err = errors.Join(err, errors.New("both -like and -preset are given"))
	}
	if err := c.flags.Check(err); err != nil {
		return 0, err
	}
	if err := c.apart("-like", *like, c.args[0]); err != nil {
		return 0, err
	}
	if *like != "" {
		stats, err := c.statsOf(*like)
		if err != nil {
			return 0, err
		}
		sessions = generate.Like(stats)
		sessions.Seed, sessions.Trajectories = *seed, *n
		if err := sessions.Validate(); err != nil {
			return 0, err
		}
	}
	return cli.OK, t.write(c, sessions.Workload(), c.args[0])
}

// apart shows an error if OUT would overwrite the input, or is a folder that holds it.
func (c *call) apart(by, input, out string) error {
	in := cli.Place{By: by, Name: input}
	err := cli.Apart([]cli.Place{{By: "OUT", Name: out}}, []cli.Place{in})
	if info, oerr := os.Stat(out); err == nil && oerr == nil && info.IsDir() {
		err = cli.Apart([]cli.Place{in}, []cli.Place{{By: "OUT", Name: out}})
		if err != nil {
			err = fmt.Errorf("OUT is a folder that holds %s, the file of %s, expected another", input, by)
		}
	}
	return c.flags.Check(err)
}

// statsOf returns the statistics of recordings, or those in a file.
func (c *call) statsOf(name string) (s trajectory.Stats, err error) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Size() < 1<<20 {
		data, err := os.ReadFile(name)
		if err == nil && json.Unmarshal(data, &s) == nil && s.Turns.N > 0 {
			return s, nil
		}
	}
	w, err := c.open(name)
	if err != nil {
		return s, err
	}
	return w.Stats(), nil
}

// A target is the format to write and whether to overwrite.
type target struct {
	to    string
	force bool
}

// writing registers the flags of commands that write.
func (c *call) writing() *target {
	t := new(target)
	c.flags.StringVar(&t.to, "to", "manifest", "`format` of OUT: manifest (a folder), rows or aiperf (JSON Lines, - for standard output)")
	c.flags.BoolVar(&t.force, "force", false, "replace what is at OUT")
	return t
}

func (t *target) validate() error {
	switch t.to {
	case "manifest", "rows", "aiperf":
		return nil
	}
	return fmt.Errorf("-to is %q, expected manifest, rows or aiperf", t.to)
}

// write writes a workload. It replaces an existing file only with -force.
func (t *target) write(c *call, w *trajectory.Workload, name string) error {
	encode := format.WriteJSONL
	switch t.to {
	case "manifest":
		return t.writeFolder(c, w, name)
	case "aiperf":
		encode = format.WriteAIPerf
	}
	if name == "-" {
		return encode(c.stdout, w)
	}
	info, err := os.Stat(name)
	if err == nil && info.Mode().IsRegular() && !t.force {
		return fmt.Errorf("%s is there already; -force replaces it", name)
	}
	if err := cli.WriteFile(name, func(out io.Writer) error { return encode(out, w) }); err != nil || info != nil && !info.Mode().IsRegular() {
		return err
	}
	fmt.Fprintf(c.stdout, "%d sessions in %s\n", len(w.Trajectories), name)
	return nil
}

// writeFolder writes a manifest and its traces.
func (t *target) writeFolder(c *call, w *trajectory.Workload, name string) error {
	if entries, err := os.ReadDir(name); err == nil && len(entries) > 0 && !t.force {
		return fmt.Errorf("%s is not empty; -force writes into it", name)
	}
	if err := format.Write(name, w); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%d sessions in %s\n", len(w.Trajectories), filepath.Join(name, "manifest.json"))
	return nil
}
