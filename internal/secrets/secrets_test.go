package secrets_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

func TestFinder(t *testing.T) {
	f := secrets.New()
	long := strings.Repeat("aB3", 20)
	// Put together here, so that nobody's scanner takes this file for a leak.
	for _, secret := range []string{
		"sk-" + long, "sk-ant-" + long, "sk-proj-" + long, "AKIA" + strings.ToUpper(long[:16]), "ghp_" + long, "github_pat_" + long,
		"glpat-" + long, "xoxb-" + long, "AIza" + long[:35], "hf_" + long, "eyJ" + long + ".eyJ" + long + "." + long,
		"Bearer " + long, "-----BEGIN RSA PRIVATE" + ` KEY-----\n` + long + `\nx==\n-----END RSA PRIVATE` + " KEY-----",
		"-----BEGIN PRIVATE" + ` KEY-----\\n` + long, // cut off, and JSON within JSON
	} {
		for _, in := range []string{"KEY=", "key:\\n", "\\t", "x\\\\n", "", "(", `\"`} {
			for _, out := range []string{" # and so on", `\" and so on`, `\\ and so on`, ""} {
				text := `{"role":"tool","content":"` + in + secret + out + `"}`
				if !json.Valid([]byte(text)) {
					t.Fatal(text)
				}
				if f.Find([]byte(text)) == "" {
					t.Errorf("%s: not found", text)
				}
				got := f.Redact([]byte(text))
				if !json.Valid(got) || strings.Contains(string(got), long[:12]) || !strings.Contains(string(got), "[redacted]") || !strings.HasPrefix(string(got), `{"role":"tool","content":"`+in) {
					t.Errorf("%s: redacted to %s", text, got)
				}
			}
		}
	}
	for _, text := range []string{
		"", "sk-", "task-list and desk-lamp-with-a-very-long-name-indeed", "a bearer of news", "eyJust.eyJust.no", "ghp_short",
		"-----BEGIN PUBLIC KEY-----", "the AKIAX key", "sk-toggleable__label-arrow and more", "task-sk-learn-a-very-long-name-of-it",
		`if strings.HasPrefix(line, \"-----BEGIN RSA PRIVATE KEY-----\") {`,
	} {
		if kind := f.Find([]byte(text)); kind != "" {
			t.Errorf("%q is taken for a %s", text, kind)
		}
		if got := f.Redact([]byte(text)); string(got) != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
