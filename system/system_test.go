package system

import (
	"encoding/json"
	"os"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
)

const example = `{
  "name": "GB300 NVL72, disaggregated",
  "engine": "tensorrt_llm", "engine_version": "1.2",
  "model": "DeepSeek V4 Pro (max)", "precision": "MXFP4, FP8 KV cache",
  "accelerators": [
    {"role": "prefill", "name": "GB300", "count": 24, "instances": 6, "parallelism": "DEP4"},
    {"role": "decode", "name": "GB300", "count": 8, "instances": 1, "parallelism": "DEP8"},
    {"role": "router", "name": "Grace", "count": 2}
  ],
  "speculative_decoding": "MTP-3",
  "cache_policy": "conversation affinity",
  "launch_command": "trtllm-serve x --api-key hunter2 --max-num-tokens 8192",
  "labels": {"site": "a", "date": "2026-06"}
}`

func parse(t *testing.T, text string) *Identity {
	t.Helper()
	i, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestParse(t *testing.T) {
	i := parse(t, example)
	want := []string{
		"system: GB300 NVL72, disaggregated", "engine: tensorrt_llm 1.2", "model: DeepSeek V4 Pro (max)", "precision: MXFP4, FP8 KV cache",
		"accelerators: 24 GB300 for prefill, 6 instances of DEP4; 8 GB300 for decode, 1 instance of DEP8; 2 Grace for router",
		"speculative decoding: MTP-3", "cache policy: conversation affinity", "launch command: trtllm-serve x --api-key hunter2 --max-num-tokens 8192", "date: 2026-06", "site: a",
	}
	if got := i.Lines(); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	if got := i.System(); got != (pricing.System{Accelerators: 32, Accelerator: "GB300"}) {
		t.Errorf("%+v, want the 32 that prefill and decode", got)
	}
	if i := parse(t, "{}"); len(i.Lines()) > 0 || i.System() != (pricing.System{}) {
		t.Errorf("%+v of nothing", i)
	}
}

func TestParseNamesFieldAndLine(t *testing.T) {
	for text, want := range map[string]string{
		"{\n \"name\": \"x\",\n \"enigne\": \"vllm\"\n}": `line 3: unknown field "enigne", expected accelerators, cache_policy,`,
		"{\"Name\": \"x\"}": `line 1: unknown field "Name"`,
		"{\"accelerators\": [\n{\"count\": 1},\n{\"gpus\": 8}]}": `line 3: unknown field "accelerators[1].gpus", expected count, instances, name, parallelism, role`,
		"{\"name\": \"x\",\n\"name\": \"y\"}":                    `line 2: the field "name" is there twice`,
		"{\"labels\": {\"a\": \"x\",\n\"a\": \"y\"}}":            `line 2: the field "labels.a" is there twice`,
		"{\n\"name\": 5}":                                        "line 2: name is a number, expected text",
		"{\n\"name\": [[[[":                                      "line 2: name is a list, expected text",
		"{\n\n\"labels\": [1]}":                                  "line 3: labels is a list, expected an object",
		"{\"accelerators\": {\"a\": 1}}":                         "line 1: accelerators is an object, expected a list",
		"{\"accelerators\": [{\"count\": 1.5}]}":                 "expected a whole number that fits",
		"{\"accelerators\": [{\"count\": -1}]}":                  "accelerators[0].count is -1",
		"{\"accelerators\": [{\"role\": \"both\"}]}":             `accelerators[0].role is "both", expected prefill, decode, router`,
		"{\"accelerators\": [{\"count\": 2, \"instances\": 3}]}": "3 instances on 2 accelerators",
		"[]":                               "the file is a list, expected an object",
		"5":                                "expected an object",
		"":                                 "line 1: it ends in the middle of a value",
		"{\"name\": \"x\"":                 "it ends in the middle of a value",
		"{\n\"name\" \"x\"}":               "line 2: it is not JSON",
		"{}\n{}":                           "line 2: text after the object",
		strings.Repeat(" ", MostBytes+1):   "expected at most",
		"{\"engine_from\": \"somewhere\"}": `engine_from is "somewhere"`,
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

// The schema has the fields of the Go type, each with its type, and no others.
func TestSchema(t *testing.T) {
	text, err := os.ReadFile("system.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	check(t, schema, reflect.TypeFor[Identity](), "")
}

func check(t *testing.T, schema map[string]any, of reflect.Type, path string) {
	t.Helper()
	kinds := map[reflect.Kind]string{reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.Int: "integer", reflect.String: "string"}
	if _, enum := schema["enum"]; !enum && schema["type"] != kinds[of.Kind()] {
		t.Errorf("%s is of type %v, want %s", path, schema["type"], kinds[of.Kind()])
	}
	switch of.Kind() {
	case reflect.Map:
		check(t, schema["additionalProperties"].(map[string]any), of.Elem(), path+".*")
	case reflect.Slice:
		check(t, schema["items"].(map[string]any), of.Elem(), path+"[]")
	case reflect.Struct:
		properties, _ := schema["properties"].(map[string]any)
		if schema["additionalProperties"] != false || schema["required"] != nil {
			t.Errorf("%s allows other fields, or requires some", path)
		}
		fields := fieldsOf(of)
		for name := range properties {
			if fields[name] == nil {
				t.Errorf("the schema has %s.%s, which is not in Go", path, name)
			}
		}
		for name, f := range fields {
			if p, ok := properties[name].(map[string]any); ok {
				check(t, p, f, path+"."+name)
			} else {
				t.Errorf("the schema has no %s.%s", path, name)
			}
		}
	}
}

func TestAgree(t *testing.T) {
	whole := parse(t, example)
	part := parse(t, `{"accelerators": [{"count": 24, "name": "H200 SXM"}, {"role": "decode"}]}`)
	for _, tt := range []struct {
		i    *Identity
		s    pricing.System
		want string
	}{
		{whole, pricing.System{}, ""},
		{whole, pricing.System{Accelerators: 32, Accelerator: "GB300 NVL72"}, ""},
		{whole, pricing.System{Accelerators: 34}, "has 32 accelerators (24 GB300 for prefill"},
		{whole, pricing.System{Accelerators: 8}, "divided by 8"},
		{whole, pricing.System{Accelerator: "H200"}, "are GB300, but capacity is divided by those called H200"},
		{part, pricing.System{Accelerators: 32}, ""},
		{part, pricing.System{Accelerators: 16}, "has 24 accelerators"},
		{parse(t, `{"accelerators": [{"name": "H200 SXM"}]}`), pricing.System{Accelerator: "h200"}, ""},
		{nil, pricing.System{Accelerators: 8, Accelerator: "H200"}, ""},
	} {
		if err := tt.i.Agree(tt.s); tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%+v: %v, want %q", tt.s, err, tt.want)
		}
	}
}

// What is stated stays, what the server names fills in, and keys are left out.
func TestForReport(t *testing.T) {
	shown, warning := parse(t, example).ForReport("", "", "GB300-secret")
	if text, _ := json.Marshal(shown); warning != "" || strings.Contains(string(text), "hunter2") || !strings.Contains(shown.LaunchCommand, "--api-key REDACTED --max-num-tokens 8192") {
		t.Errorf("%s, %q", text, warning)
	}
	for command, want := range map[string]string{
		"HF_TOKEN=abc vllm serve x": "HF_TOKEN=REDACTED vllm serve x", `serve --hf-token "a b" -x`: "serve --hf-token REDACTED -x",
		"x --key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH": "", "serve --max-num-batched-tokens 8192": "serve --max-num-batched-tokens 8192",
	} {
		got, _ := (&Identity{LaunchCommand: command}).ForReport("", "")
		if strings.Contains(got.LaunchCommand, "sk-proj") || want != "" && got.LaunchCommand != want {
			t.Errorf("%q became %q", command, got.LaunchCommand)
		}
	}
	for _, tt := range []struct {
		stated          *Identity
		engine, version string
		want            *Identity
		warns           bool
	}{
		{nil, "", "", nil, false},
		{nil, "vllm", "0.11", &Identity{Engine: "vllm", EngineVersion: "0.11", EngineFrom: "server"}, false},
		{&Identity{Name: "x"}, "vllm", "", &Identity{Name: "x", Engine: "vllm", EngineFrom: "server"}, false},
		{nil, "openai", "", nil, false},
		{&Identity{Engine: "sglang", EngineVersion: "5"}, "vllm", "0.11", &Identity{Engine: "sglang", EngineVersion: "5"}, false}, // a proxy speaks for another
		{&Identity{Engine: "vLLM", EngineVersion: "0.10"}, "vllm", "0.11", &Identity{Engine: "vLLM", EngineVersion: "0.10"}, true},
	} {
		got, warning := tt.stated.ForReport(tt.engine, tt.version)
		if !reflect.DeepEqual(got, tt.want) || (warning != "") != tt.warns {
			t.Errorf("%+v and %s %s: %+v, %q", tt.stated, tt.engine, tt.version, got, warning)
		}
	}
}

func TestTool(t *testing.T) {
	own := toolOf(&debug.BuildInfo{Path: module + "/examples/maxusers", Main: debug.Module{Path: module, Version: "(devel)"}, Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}})
	if own.Version != "(devel)" || own.Revision != "abc" || !own.Modified || own.Program != module+"/examples/maxusers" {
		t.Errorf("%+v", own)
	}
	user := toolOf(&debug.BuildInfo{Path: "example.com/x", Main: debug.Module{Path: "example.com/x", Version: "v9"}, Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "other"}}, Deps: []*debug.Module{{Path: module, Version: "v1.2.3"}}})
	if user.Version != "v1.2.3" || user.Revision != "" {
		t.Errorf("%+v: the version of the user's program", user)
	}
	if got := toolOf(nil); got.Version != "" || got.Module != module || got.Go == "" {
		t.Errorf("%+v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Add(`{"labels":{"":null}}`)
	f.Fuzz(func(t *testing.T, text string) {
		i, err := Parse([]byte(text))
		if err != nil {
			return
		}
		again, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		if j, err := Parse(again); err != nil || !reflect.DeepEqual(i.Lines(), j.Lines()) {
			t.Errorf("%s: %v", again, err)
		}
	})
}
