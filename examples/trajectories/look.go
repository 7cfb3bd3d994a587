package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/trajectory"
)

// inspect lists the sessions of a workload.
func inspect(c *call) (int, error) {
	c.reading()
	most := c.flags.Int("n", 30, "most `sessions` to list; 0 lists all")
	if err := c.parse(1); err != nil {
		return 0, err
	}
	w, err := c.open(c.args[0])
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(c.stdout, "%s from %s: %d sessions\n\n", plain.Text(w.Name), plain.Text(w.Source), len(w.Trajectories))
	var t plain.Table
	t.Numbers("turns", "subagents", "most tokens in", "tokens out", "tools took", "people took")
	t.Words("session (subagents included but in turns)")
	for i, s := range w.Trajectories {
		if *most > 0 && i == *most {
			break
		}
		t.Row(row(s)...)
	}
	if _, err := io.WriteString(c.stdout, t.String()); err != nil {
		return 0, err
	}
	if n := len(w.Trajectories) - *most; *most > 0 && n > 0 {
		fmt.Fprintf(c.stdout, "and %d more; -n 0 lists all\n", n)
	}
	counts := make(map[trajectory.Severity]int)
	for _, f := range w.Findings {
		counts[f.Severity]++
	}
	if len(w.Findings) > 0 {
		fmt.Fprintf(c.stdout, "\nFound while reading: %d errors, %d warnings, %d remarks; lint lists them.\n",
			counts[trajectory.SeverityError], counts[trajectory.SeverityWarning], counts[trajectory.SeverityInfo])
	}
	return cli.OK, nil
}

// row has the cells of one session.
func row(s *trajectory.Trajectory) []string {
	in, out := 0, 0
	var tools, people time.Duration
	for thread := range s.All() {
		for i := range thread.Turns {
			turn := &thread.Turns[i]
			in, out = max(in, turn.PromptEstimate()), out+turn.OutputTokens
			tools, people = tools+turn.ToolDelay, people+turn.HumanDelay
		}
	}
	return []string{
		strconv.Itoa(len(s.Turns)), strconv.Itoa(len(s.Subagents)), strconv.Itoa(in), strconv.Itoa(out),
		tools.Round(100 * time.Millisecond).String(), people.Round(time.Second).String(), s.ID,
	}
}

// lint lists the mistakes in a workload.
func lint(c *call) (int, error) {
	c.reading()
	var p trajectory.Policy
	c.flags.IntVar(&p.Window, "window", 0, "context window in `tokens` that prompts and answers must fit; 0 means any")
	output := c.flags.String("output", "", "the `policy` to replay under: exact, cap or free (default exact, but a missing length is not an error)")
	asJSON := c.flags.Bool("json", false, "print findings as JSON, one per line")
	api := c.api()
	if err := c.parse(1); err != nil {
		return 0, err
	}
	p.Output, p.API = trajectory.Output(*output), trajectory.API(*api)
	if err := c.flags.Check(p.Validate()); err != nil {
		return 0, err
	}
	w, err := c.open(c.args[0])
	if err != nil {
		return 0, err
	}
	counts := make(map[trajectory.Severity]int)
	encode := json.NewEncoder(c.stdout)
	for _, f := range trajectory.Lint(w, p) {
		counts[f.Severity]++
		if *asJSON {
			err = encode.Encode(f)
		} else {
			_, err = fmt.Fprintln(c.stdout, f)
		}
		if err != nil {
			return 0, err
		}
	}
	if !*asJSON {
		fmt.Fprintf(c.stdout, "%d errors, %d warnings, %d remarks in %d sessions\n",
			counts[trajectory.SeverityError], counts[trajectory.SeverityWarning], counts[trajectory.SeverityInfo], len(w.Trajectories))
	}
	if counts[trajectory.SeverityError] > 0 {
		return cli.Failed, nil
	}
	return cli.OK, nil
}

// stats prints the statistics of a workload.
func stats(c *call) (int, error) {
	c.reading()
	asJSON := c.flags.Bool("json", false, "print JSON")
	if err := c.parse(1); err != nil {
		return 0, err
	}
	w, err := c.open(c.args[0])
	if err != nil {
		return 0, err
	}
	s := w.Stats()
	if *asJSON {
		encode := json.NewEncoder(c.stdout)
		encode.SetIndent("", "  ")
		return cli.OK, encode.Encode(s)
	}
	fmt.Fprintf(c.stdout, "%s from %s: %d sessions, %d subagents, %d requests\n\n", plain.Text(w.Name), plain.Text(w.Source), s.Trajectories, s.Subagents, s.Requests)
	return cli.OK, writeStats(tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', tabwriter.AlignRight), s)
}

// writeStats prints statistics as tables.
func writeStats(t *tabwriter.Writer, s trajectory.Stats) error {
	fmt.Fprintln(t, "\tn\tmean\tp25\tp50\tp75\tp95\tmax\t")
	for _, line := range []struct {
		name string
		d    trajectory.Distribution
	}{
		{"turns of a session", s.Turns},
		{"tokens in", s.Input},
		{"  of first requests", s.FirstInput},
		{"  more than before", s.Growth},
		{"tokens out", s.Output},
		{"tools took, s", s.ToolDelay},
		{"people took, s", s.HumanDelay},
	} {
		if line.d.N == 0 {
			fmt.Fprintf(t, "%s\t0\t-\t-\t-\t-\t-\t-\t\n", line.name)
			continue
		}
		fmt.Fprintf(t, "%s\t%d", line.name, line.d.N)
		for _, v := range []float64{line.d.Mean, line.d.P25, line.d.P50, line.d.P75, line.d.P95, line.d.Max} {
			fmt.Fprint(t, "\t", number(v))
		}
		fmt.Fprint(t, "\t\n")
	}
	fmt.Fprintln(t)
	steps := s.Requests - s.Trajectories - s.Subagents
	for _, line := range []struct{ name, value string }{
		{"a perfect cache reuses", share(s.PrefixReuse)},
		{"  with scaffolds shared", share(s.SharedPrefixReuse)},
		{"  of all sessions", share(s.SessionReuse)},
		{"resets", fmt.Sprintf("%d of %d steps", s.Resets, steps)},
		{"requests known to run tools", fmt.Sprintf("%d", s.ToolTurns)},
		{"  several at once", fmt.Sprintf("%d", s.ParallelTurns)},
		{"tool calls", fmt.Sprintf("%d", s.ToolCalls)},
		{"distinct content", fmt.Sprintf("%.1f MB", float64(s.DistinctBytes)/1e6)},
		{"all requests", fmt.Sprintf("%.1f MB", float64(s.ContextBytes)/1e6)},
	} {
		fmt.Fprintf(t, "%s\t%s\t\n", line.name, line.value)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "\trecorded\tderived\testimated\tsynthetic\tmissing\t")
	for _, line := range []struct {
		name string
		c    trajectory.OriginCounts
	}{{"text", s.Origins.Text}, {"tokens in", s.Origins.Input}, {"tokens out", s.Origins.Output}, {"delays", s.Origins.Delay}} {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", line.name, line.c.Recorded, line.c.Derived, line.c.Estimated, line.c.Synthetic, line.c.Missing)
	}
	return t.Flush()
}

// number formats a value with three or four significant digits.
func number(v float64) string {
	switch {
	case v >= 100 || v <= -100 || v == 0:
		return fmt.Sprintf("%.0f", v)
	default:
		return strings.TrimSuffix(fmt.Sprintf("%.3g", v), ".0")
	}
}

func share(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }
