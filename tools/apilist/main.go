// Command apilist holds the exported API of a module's public packages against a checked-in
// list, and prints what differs.
//
//	go run -C tools ./apilist
//	go run -C tools ./apilist -update
//
// The second writes the list anew.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/tools/internal/load"
)

func main() {
	module := flag.String("module", "..", "the folder of the module")
	file := flag.String("file", "../api/agentperf.txt", "the list")
	update := flag.Bool("update", false, "write the list anew")
	flag.Parse()
	if err := run(os.Stdout, *module, *file, *update); err != nil {
		fmt.Fprintln(os.Stderr, "apilist:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, module, file string, update bool) error {
	packages, err := load.Module(module)
	if err != nil {
		return err
	}
	var lines []string
	for _, p := range packages {
		if public(p) {
			lines = append(lines, list(p)...)
		}
	}
	slices.Sort(lines)
	if update {
		return os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o666)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	changes := diff(before, lines)
	for _, change := range changes {
		fmt.Fprintln(w, change)
	}
	if !slices.Equal(before, lines) {
		return fmt.Errorf("%s is not the API any more; if it should be: go run -C tools ./apilist -update", file)
	}
	return nil
}

// diff returns the lines that are only before, after a "-", and only now, after a "+".
func diff(before, now []string) (changes []string) {
	for _, line := range before {
		if !slices.Contains(now, line) {
			changes = append(changes, "-"+line)
		}
	}
	for _, line := range now {
		if !slices.Contains(before, line) {
			changes = append(changes, "+"+line)
		}
	}
	slices.SortStableFunc(changes, func(a, b string) int { return strings.Compare(a[1:], b[1:]) })
	return changes
}
