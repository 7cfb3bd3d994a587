package formats

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Real output validates against the schemas, and broken output does not.
func TestSchemas(t *testing.T) {
	compile := func(name string) *jsonschema.Schema {
		s, err := jsonschema.NewCompiler().Compile("../../report/schema/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	validate := func(s *jsonschema.Schema, text []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	byPoint, requests := search(t, 14, point())
	byControl, _ := search(t, 14, controlled())
	agents, load, rows := compile("agentperf.report.json"), compile("slt.report.json"), compile("requests.json")
	for _, text := range [][]byte{encoded(t, byPoint.Agentperf), encoded(t, byControl.Agentperf)} {
		if err := validate(agents, text); err != nil {
			t.Error(err)
		}
		for _, change := range [][2]string{
			{`"schema":"agentperf.report/2"`, `"schema":"agentperf.report/1"`}, {`"complete":true`, `"complete":1`}, {`"max_agents":`, `"max_agents":"3","_":`},
			{`"p25_speed_tokens_per_second":`, `"p25_speed":`}, {`"seed":"42"`, `"seed":42`},
		} {
			if broken := bytes.ReplaceAll(text, []byte(change[0]), []byte(change[1])); bytes.Equal(broken, text) || validate(agents, broken) == nil {
				t.Errorf("%s validates, or is not there", change[1])
			}
		}
	}
	sweep := encoded(t, sweep(t).SLT)
	if err := validate(load, sweep); err != nil {
		t.Error(err)
	}
	if validate(agents, sweep) == nil || validate(load, encoded(t, byPoint.Agentperf)) == nil {
		t.Error("a report of one kind validates as the other")
	}
	n := 0
	for line := range bytes.Lines(requests) {
		n++
		if err := validate(rows, line); err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
		for _, column := range []string{"error", "subagent", "run", "agents"} {
			if bytes.Contains(line, []byte(`"request_id"`)) && validate(rows, []byte(strings.Replace(string(line), `"`+column+`":`, `"_":`, 1))) == nil {
				t.Fatalf("it validates without %s", column)
			}
		}
	}
	if n < 100 || !bytes.Contains(requests, []byte(`"success":false`)) {
		t.Errorf("%d lines", n)
	}
}
