package main

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// A request is printed as it is sent, in each API.
func TestBody(t *testing.T) {
	file := write(t, "a.jsonl", chat)
	const second = `{"role":"user","content":"hi"},{"role":"assistant","content":"ho"},{"role":"user","content":"so"}`
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-turn", "1", "-model", "m"}, `{"model":"m","messages":[` + second + `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":1,"ignore_eos":true}` + "\n"},
		{[]string{"-api", "messages", "-session", "x"}, `{"model":"","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"stream":true,"max_tokens":1,"ignore_eos":true}` + "\n"},
		{[]string{"-api", "responses"}, `{"model":"","store":false,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"stream":true,"max_output_tokens":1,"ignore_eos":true}` + "\n"},
	} {
		if out, _ := do(t, cli.OK, append([]string{"body", file}, tt.args...)...); out != tt.want {
			t.Errorf("%v: %swant %s", tt.args, out, tt.want)
		}
	}
	for want, args := range map[string][]string{
		"-turn is 2, expected 0 to 1: the turns of x": {"-turn", "2"},
		`-session: no session "y"`:                    {"-session", "y"},
	} {
		if _, errs := do(t, cli.Failed, append([]string{"body", file}, args...)...); !strings.Contains(errs, want) {
			t.Errorf("%v: %s", args, errs)
		}
	}
	for _, command := range []string{"body", "lint"} {
		if _, errs := do(t, cli.Usage, command, "-api", "x", file); !strings.Contains(errs, `API is "x", expected chat, messages or responses`) {
			t.Errorf("%s: %s", command, errs)
		}
	}
	audio := write(t, "b.jsonl", `{"messages":[{"role":"user","content":[{"type":"input_audio"}]},{"role":"assistant","content":"ho"}]}`+"\n")
	if out, _ := do(t, cli.OK, "lint", "-api", "messages", audio); !strings.Contains(out, "(api-content)") {
		t.Errorf("lint says\n%s", out)
	}
}
