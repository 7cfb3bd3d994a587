// Command knots prints the largest knot of files of each package of a module: files that use
// each other's identifiers all around, so that none can be read without the rest.
//
//	go run -C tools ./knots
//
// It fails when a knot is larger than -max, or than the -limits file has it. A knot in
// that file may only shrink: a limit above the knot's size fails too.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/agentperf/agentperf-go/tools/internal/load"
)

func main() {
	module := flag.String("module", "..", "the folder of the module")
	most := flag.Int("max", 6, "the largest knot of a package without a line of its own in -limits")
	limits := flag.String("limits", "../.ci/knots.txt", "lines of a package and the size of its knot; empty for none")
	flag.Parse()
	if err := run(os.Stdout, *module, *limits, *most); err != nil {
		fmt.Fprintln(os.Stderr, "knots:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, module, limits string, most int) error {
	known := make(map[string]int)
	if limits != "" {
		text, err := os.ReadFile(limits)
		if err != nil {
			return err
		}
		if known, err = parseLimits(string(text)); err != nil {
			return fmt.Errorf("%s: %w", limits, err)
		}
	}
	packages, err := load.Module(module)
	if err != nil {
		return err
	}
	sizes := make(map[string]int)
	for _, p := range packages {
		if len(p.Files) == 0 {
			continue // tests only
		}
		knot := largest(graph(p))
		sizes[p.Name] = len(knot)
		fmt.Fprintf(w, "%-28s %2d of %2d files  %s\n", p.Name, len(knot), len(p.Files), strings.Join(knot, " "))
	}
	return judge(sizes, known, most)
}
