// Package policy holds the rules of the repository that a test can check.
package policy

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// The root module's direct dependencies, and why each is there.
var dependencies = map[string]string{
	"golang.org/x/sync":                       "errgroup: agents that end together, with the first error",
	"github.com/tidwall/gjson":                "events are looked at without being decoded",
	"github.com/HdrHistogram/hdrhistogram-go": "gaps between events, too many to keep",
	"github.com/google/go-cmp":                "tests",
}

func TestDependencies(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(text)) {
		m := regexp.MustCompile(`^\s+(\S+) v\S+$`).FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			continue // indirect ones carry a comment
		}
		if dependencies[m[1]] == "" {
			t.Errorf("go.mod requires %s, which is not agreed", m[1])
		}
		found++
	}
	if found != len(dependencies) {
		t.Errorf("%d direct dependencies found, want %d", found, len(dependencies))
	}
	if strings.Contains(string(text), "replace") {
		t.Error("go.mod replaces a module: users of the library would not get that")
	}
}

// What the packages of this module may import of each other. Arrows point one way.
var imports = map[string][]string{
	"agentperf":             {"agentperf/record", "endpoint", "internal/audit", "internal/clusters", "internal/decide", "internal/derive", "internal/fields", "internal/filler", "internal/identity", "internal/journal", "internal/load", "internal/observe", "internal/plain", "internal/replay", "internal/requestlog", "internal/sockets", "internal/spans", "metrics", "pricing", "search", "system", "telemetry", "trajectory"},
	"endpoint":              {"internal/jsonscan", "internal/plain", "internal/secrets", "internal/spans", "internal/tap", "metrics"},
	"endpoint/conformance":  {"endpoint", "internal/filler", "internal/plain", "internal/secrets", "internal/spans", "internal/tap", "metrics"},
	"endpoint/endpointtest": {"internal/simserver"},
	"endpoint/simulate":     {"endpoint/endpointtest", "internal/simserver"},
	"internal/audit":        {"internal/fields", "internal/keyed", "metrics", "trajectory"},
	"internal/chart":        {"internal/plain"},
	"internal/clusters":     {},
	"internal/confseq":      {},
	"internal/decide":       {"agentperf/record", "internal/confseq", "internal/derive", "metrics", "search"},
	"internal/derive":       {"agentperf/record", "metrics"},
	"internal/decimal":      {},
	"internal/exposition":   {},
	"internal/dialect":      {"internal/jsonscan"},
	"internal/fields":       {},
	"internal/filler":       {},
	"internal/identity":     {"internal/secrets"},
	"internal/instant":      {},
	"internal/journal":      {},
	"internal/jsonerror":    {},
	"internal/jsonscan":     {},
	"internal/keyed":        {},
	"internal/load":         {"agentperf/record", "endpoint", "internal/derive", "internal/instant", "internal/selfcheck", "internal/sockets", "metrics", "trajectory"},
	"internal/memnet":       {},
	"internal/observe":      {"agentperf/record", "internal/derive", "metrics", "telemetry"},
	"internal/plain":        {},
	"internal/replay":       {"agentperf/record", "internal/load", "metrics", "trajectory"},
	"internal/requestlog":   {"agentperf/record", "internal/derive", "internal/jsonerror", "metrics"},
	"internal/secrets":      {},
	"internal/selfcheck":    {"metrics"},
	"internal/simserver":    {},
	"internal/sockets":      {},
	"internal/spans":        {},
	"internal/tap":          {},
	"internal/worlds":       {"internal/simserver", "metrics", "trajectory", "trajectory/generate"},
	"metrics":               {},
	"pricing":               {"internal/decimal"},
	"pricing/catalog":       {"internal/decimal", "internal/jsonerror", "pricing"},
	"search":                {},
	"report":                {"agentperf", "internal/identity", "internal/jsonerror", "internal/journal", "internal/plain", "metrics", "pricing", "slt", "system", "telemetry"},
	"report/page":           {"agentperf", "agentperf/record", "internal/chart", "internal/plain", "internal/requestlog", "metrics", "pricing", "pricing/catalog", "report", "slt", "system", "telemetry"},
	"slt":                   {"agentperf/record", "endpoint", "internal/derive", "internal/fields", "internal/filler", "internal/instant", "internal/keyed", "internal/load", "internal/observe", "internal/plain", "internal/sockets", "internal/spans", "metrics", "pricing", "system", "telemetry", "trajectory"},
	"system":                {"internal/jsonerror", "internal/secrets", "pricing"},
	"telemetry":             {"internal/exposition", "internal/plain", "internal/secrets", "metrics", "pricing"},
	"trajectory":            {"internal/dialect", "internal/fields", "internal/filler", "internal/instant", "internal/jsonscan", "internal/keyed", "internal/plain", "internal/secrets", "internal/spans", "metrics"},
	"trajectory/format":     {"internal/jsonscan", "internal/secrets", "trajectory"},
	"trajectory/generate":   {"internal/filler", "internal/keyed", "trajectory"},

	"agentperf/agentperftest": {"agentperf", "agentperf/record", "internal/plain", "internal/replay", "metrics", "trajectory"},
	"agentperf/record":        {"metrics", "trajectory"},
}

func TestImportsAndComments(t *testing.T) {
	const module = "github.com/agentperf/agentperf-go/"
	documented, users := make(map[string]bool), make(map[string][]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && outside(path, d) {
			return skip(err)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		documented[folder] = documented[folder] || f.Doc != nil
		allowed, listed := imports[folder]
		if !listed && !example(folder) {
			t.Errorf("package %s is not in the table of imports", folder)
		}
		for _, spec := range f.Imports {
			name, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module)
			if ours {
				users[name] = append(users[name], folder)
			}
			if example(folder) {
				continue
			}
			if ours && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s", path, name)
			}
			if name == "os/signal" || name == "log" && folder != "internal/memnet" && folder != "endpoint/endpointtest" {
				t.Errorf("%s imports %s: a library neither handles signals nor logs on its own", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment", folder)
		}
	}
	for _, folder := range programs {
		if _, ok := documented[folder]; !ok || imports[folder] != nil {
			t.Errorf("%s is on the list of what programs are made of, expected a package that is not in the table", folder)
		}
	}
	for folder, allowed := range imports {
		for _, name := range allowed {
			if example(name) {
				t.Errorf("%s may import %s, which is for programs", folder, name)
			}
		}
		if _, ok := documented[folder]; !ok {
			t.Errorf("the table of imports has %s, which is not there", folder)
		}
		for _, name := range allowed {
			if !slices.Contains(users[name], folder) {
				t.Errorf("%s may import %s and does not: take it off the table", folder, name)
			}
		}
		// No arrow runs up out of internal/, from what is there for programs to what
		// they are made of.
		if strings.HasPrefix(folder, "internal/") && slices.ContainsFunc(users[folder], example) && !slices.ContainsFunc(users[folder], library) {
			t.Errorf("%s is used by programs only: it belongs on their list", folder)
		}
	}
}

// What programs are made of, those of modules in this repository among them. What holds
// for the programs in examples holds for it; the table has it for no library.
var programs = []string{"internal/cli", "internal/demo", "internal/maxusers", "internal/screen", "internal/screen/screentest"}

func example(folder string) bool {
	return strings.HasPrefix(folder, "examples/") || slices.Contains(programs, folder)
}
func library(folder string) bool { return !example(folder) }

// outside reports whether a folder is no part of the root module: it is hidden, or
// a module of its own.
func outside(path string, d fs.DirEntry) bool {
	if path == root {
		return false
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil || strings.HasPrefix(d.Name(), ".")
}

func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}
