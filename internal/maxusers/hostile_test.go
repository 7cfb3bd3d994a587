package maxusers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// hostile is what terminals obey, in a text.
const hostile = "x\x1b[31m\u202e\u200b\nFAKE: all is well\r\x07\u009b"

// shown checks that nothing in what a program shows is obeyed, and that no line of it is of
// somebody else.
func shown(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) || strings.Contains(text, "\nFAKE") {
		t.Errorf("shows %q", text)
	}
}

func TestHostileServer(t *testing.T) {
	name, _ := json.Marshal(hostile)
	for models, list := range map[string]string{
		"one":  fmt.Sprintf(`{"data":[{"id":%s,"owned_by":%s}]}`, name, name),
		"two":  fmt.Sprintf(`{"data":[{"id":%s},{"id":"other"}]}`, name),
		"many": `{"data":[` + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"id":%s},`, name), 50_000), ",") + `]}`,
	} {
		engine := &endpointtest.Engine{Fault: func(n int) endpointtest.Fault {
			return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 400, Body: fmt.Sprintf(`{"error":{"message":%s}}`, name)}
		}}
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/models") {
				w.Header().Set("Server", "x\u202e")
				w.Write([]byte(list))
				return
			}
			engine.ServeHTTP(w, r)
		}))
		file := filepath.Join(t.TempDir(), "report.json")
		_, stdout, stderr := maxusers(t, t.Context(), "-endpoint", url, "-measure", "1s", "-agents", "1", "-slo", "1@1s", "-json", file)
		shown(t, stdout)
		shown(t, stderr)
		if !strings.Contains(stderr, `x\u001b[31m`) && models != "two" && !strings.Contains(stderr, "all is well") || len(stderr) > 5000 {
			t.Errorf("%s: %.5000s", models, stderr)
		}
	}
}

// A report of somebody else may name anything.
func TestHostileReport(t *testing.T) {
	engine := &endpointtest.Engine{PerRequest: 5000}
	file := filepath.Join(t.TempDir(), "report.json")
	maxusers(t, t.Context(), "-endpoint", serve(t, engine), "-measure", "1s", "-settle", "0s", "-agents", "1", "-slo", "1@1s", "-json", file, "-accelerator", "H100")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	text, _ = json.Marshal(everyText(all))
	var report agentperf.Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Skip(err) // a field takes certain words only
	}
	var b strings.Builder
	if err := report.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	if shown(t, b.String()); !strings.Contains(b.String(), `\u001b[31m`) {
		t.Errorf("names nothing:\n%s", &b)
	}
}

// everyText returns a value of JSON with something hostile in each text that is no word of ours.
func everyText(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			if text, ok := one.(string); !ok {
				v[key] = everyText(one)
			} else if key == "name" || key == "text" || key == "tier" || key == "invalid" || key == "assumption" || key == "accelerator" {
				v[key] = text + hostile
			}
		}
	case []any:
		for i := range v {
			v[i] = everyText(v[i])
		}
	}
	return v
}
