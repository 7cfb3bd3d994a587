package fields_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/fields"
)

func TestValidate(t *testing.T) {
	good := map[string]json.RawMessage{"n": json.RawMessage(" 1"), "reasoning_effort": json.RawMessage(`"high"`)}
	if err := fields.Validate("x", good); err != nil {
		t.Error(err)
	}
	bad := map[string]json.RawMessage{
		"model": json.RawMessage(`"m"`), "messages": json.RawMessage(`[]`), "stream": json.RawMessage(`false`),
		"n": json.RawMessage(`2`), "top_p": json.RawMessage(`0,8`), "user": json.RawMessage("\"\xff\""),
	}
	err := fields.Validate("x", bad)
	if err == nil || strings.Count(err.Error(), "x: body field") != len(bad) {
		t.Errorf("expected %d mistakes: %v", len(bad), err)
	}
}

func TestTail(t *testing.T) {
	got := fields.Tail(map[string]json.RawMessage{"b": json.RawMessage("[1, 2]"), `a"`: json.RawMessage(` {"x" : null}`)})
	if want := `,"a\"":{"x":null},"b":[1,2]}`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := fields.Tail(nil); string(got) != "}" {
		t.Errorf("no fields: %s", got)
	}
}
