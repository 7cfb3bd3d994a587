// Command schema holds the JSON Schemas of reports and of request rows, in report/schema, against
// the Go types that they are generated from.
//
//	go run -C tools/formats ./schema
//	go run -C tools/formats ./schema -update
//
// The second writes them anew.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/slt"
)

func main() {
	root := flag.String("root", "../..", "the folder of the module")
	update := flag.Bool("update", false, "write the schemas anew")
	flag.Parse()
	if err := run(*root, *update); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

// files returns the schemas by the names of their files.
func files(docs docs) map[string]object {
	report := func(schema, title string, t reflect.Type) object {
		g := &generator{docs: docs, defs: object{}}
		s := g.structOf(t)
		s["properties"].(object)["schema"] = object{"const": schema, "description": "The version of the form of the report."}
		return g.document(title, s)
	}
	rows := &generator{docs: docs, defs: object{}}
	request, phase := rows.of(reflect.TypeFor[agentperf.Request]()), rows.of(reflect.TypeFor[agentperf.RequestPhase]())
	return map[string]object{
		"agentperf.report.json": report(agentperf.Schema, "A report of agents", reflect.TypeFor[agentperf.Report]()),
		"slt.report.json":       report(slt.Schema, "A report of a System Load Test", reflect.TypeFor[slt.Report]()),
		"requests.json":         rows.document("A line of the requests of a run: a request, or the phase that ended", object{"oneOf": []any{request, phase}}),
	}
}

func run(root string, update bool) error {
	docs, err := readDocs(root)
	if err != nil {
		return err
	}
	var errs []error
	for name, schema := range files(docs) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(schema); err != nil {
			return err
		}
		name = filepath.Join(root, "report", "schema", name)
		if update {
			errs = append(errs, os.WriteFile(name, b.Bytes(), 0o666))
		} else if text, err := os.ReadFile(name); err != nil || !bytes.Equal(text, b.Bytes()) {
			errs = append(errs, errors.Join(err, fmt.Errorf("%s is not what the types say; if they should: go run -C tools/formats ./schema -update", name)))
		}
	}
	return errors.Join(errs...)
}
