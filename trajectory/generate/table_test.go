package generate_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

var update = flag.Bool("update", false, "rewrite what tests compare with")

// The table in the package documentation is what Stats measures. To rewrite it:
//
//	go test ./trajectory/generate -run TestPresetTable -update
func TestPresetTable(t *testing.T) {
	if testing.Short() {
		t.Skip("generates 135 MB")
	}
	const file = "doc.go"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// From the sentence before the table to the package clause after it.
	const before, after = "// The presets at seed 0, as [trajectory.Stats] has them:\n//\n", "package generate\n"
	head, rest, ok := bytes.Cut(source, []byte(before))
	table, tail, ok2 := bytes.Cut(rest, []byte(after))
	if !ok || !ok2 {
		t.Fatalf("%s has no table", file)
	}
	want := presetTable()
	if *update {
		source = bytes.Join([][]byte{head, []byte(before), []byte(want), []byte(after), tail}, nil)
		if err := os.WriteFile(file, source, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(table)); diff != "" {
		t.Errorf("%s is not what is measured; run with -update (-measured +documented):\n%s", file, diff)
	}
}

// presetTable returns the table as a comment.
func presetTable() string {
	var columns []trajectory.Stats
	var comment strings.Builder
	line := func(name string, values []string) {
		fmt.Fprintf(&comment, "//\t%-23s%9s%10s%18s\n", name, values[0], values[1], values[2])
	}
	var names []string
	for _, preset := range generate.Presets() {
		columns = append(columns, generated[preset]().Stats())
		names = append(names, preset)
	}
	line("", names)
	row := func(name string, value func(trajectory.Stats) string) {
		var values []string
		for _, s := range columns {
			values = append(values, value(s))
		}
		line(name, values)
	}
	count := func(name string, value func(trajectory.Stats) int) {
		row(name, func(s trajectory.Stats) string { return fmt.Sprint(value(s)) })
	}
	// A distribution is a row of its percentiles, to so many decimals.
	spread := func(name string, decimals int, value func(trajectory.Stats) trajectory.Distribution) {
		for _, f := range []struct {
			name string
			of   func(trajectory.Distribution) float64
		}{
			{"mean", func(d trajectory.Distribution) float64 { return d.Mean }},
			{"P50", func(d trajectory.Distribution) float64 { return d.P50 }},
			{"P95", func(d trajectory.Distribution) float64 { return d.P95 }},
			{"max", func(d trajectory.Distribution) float64 { return d.Max }},
		} {
			row(name+", "+f.name, func(s trajectory.Stats) string {
				d := value(s)
				if d.N == 0 {
					return "-"
				}
				return fmt.Sprintf("%.*f", decimals, f.of(d))
			})
		}
	}
	percent := func(name string, value func(trajectory.Stats) float64) {
		row(name, func(s trajectory.Stats) string { return fmt.Sprintf("%.1f %%", 100*value(s)) })
	}
	count("trajectories", func(s trajectory.Stats) int { return s.Trajectories })
	count("requests", func(s trajectory.Stats) int { return s.Requests })
	spread("turns", 0, func(s trajectory.Stats) trajectory.Distribution { return s.Turns })
	spread("input tokens", 0, func(s trajectory.Stats) trajectory.Distribution { return s.Input })
	spread("output tokens", 0, func(s trajectory.Stats) trajectory.Distribution { return s.Output })
	spread("input growth", 0, func(s trajectory.Stats) trajectory.Distribution { return s.Growth })
	spread("tool delay in s", 2, func(s trajectory.Stats) trajectory.Distribution { return s.ToolDelay })
	spread("human delay in s", 0, func(s trajectory.Stats) trajectory.Distribution { return s.HumanDelay })
	percent("turns with tools", func(s trajectory.Stats) float64 { return float64(s.ToolTurns) / float64(s.Requests) })
	percent("  of them parallel", func(s trajectory.Stats) float64 { return float64(s.ParallelTurns) / float64(s.ToolTurns) })
	count("resets", func(s trajectory.Stats) int { return s.Resets })
	percent("prefix reuse", func(s trajectory.Stats) float64 { return s.PrefixReuse })
	percent("  with scaffolds shared", func(s trajectory.Stats) float64 { return s.SharedPrefixReuse })
	count("scaffolds", func(s trajectory.Stats) int { return s.Scaffolds })
	row("MB of distinct content", func(s trajectory.Stats) string { return fmt.Sprintf("%.1f", float64(s.DistinctBytes)/1e6) })
	row("MB of all requests", func(s trajectory.Stats) string { return fmt.Sprintf("%.0f", float64(s.ContextBytes)/1e6) })
	return comment.String()
}
