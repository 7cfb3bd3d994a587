package conformance

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/filler"
)

func refusals(ctx context.Context, s *suite) seen {
	name, _ := json.Marshal(s.found.Model)
	wrong := struct{ what, body string }{"messages that are no list", `{"model":` + string(name) + `,"stream":true,"max_tokens":1,"messages":"none"}`}
	if s.api == endpoint.APIResponses {
		wrong.what, wrong.body = "an input that is neither text nor list", `{"model":`+string(name)+`,"stream":true,"max_output_tokens":16,"input":7}`
	}
	var said []string
	for _, q := range []struct{ what, body string }{{"a body that is not JSON", `{"model":`}, wrong} {
		a := s.ask(ctx, s.conn, question{raw: q.body, tokens: 1})
		e := a.failure()
		switch {
		case a.served() || e != nil && e.Status == 200:
			return failed("%s is answered with status 200", q.what)
		case e == nil || e.Status == 0:
			return failed("%s: %v", q.what, a.err)
		case e.Status/100 != 4:
			return failed("%s is answered with status %d, expected 4xx", q.what, e.Status)
		case !json.Valid(a.text):
			return failed("%s is refused with status %d and text that is not JSON (%.60q): %v", q.what, e.Status, a.header.Get("Content-Type"), e)
		case e.Message == "":
			return failed("%s is refused with status %d without a message", q.what, e.Status)
		}
		said = append(said, e.Error()+s.formOf(a.text))
	}
	return passed("%s", strings.Join(said, "; "))
}

// formOf says whether an error is in the form that clients of Messages expect; others have none
// in common.
func (s *suite) formOf(text []byte) string {
	if s.api == endpoint.APIMessages && (gjson.GetBytes(text, "type").String() != "error" || gjson.GetBytes(text, "error.type").Type != gjson.String) {
		return " (not in the form of the API)"
	}
	return ""
}

func unknownModel(ctx context.Context, s *suite) seen {
	if s.cfg.Fields["model"] != nil {
		return skipped("Fields set the model")
	}
	a := s.ask(ctx, s.conn, question{tokens: shortTokens, messages: []message{said("user", "Hi")},
		fields: map[string]any{"model": "no-such-model-was-ever-served"}})
	switch {
	case a.refused():
		return passed("%v", a.err)
	case a.served():
		return failed("answered as if it were served")
	}
	return failed("%v", a.err)
}

const (
	// mostOverflow bounds the prompt that is to be too long, and the windows for which there
	// is one.
	mostOverflow = 4 << 20 // bytes
	// bytesPerToken is more than a token of filler has, which is a word of three letters and
	// a space.
	bytesPerToken = 5
)

func overflow(ctx context.Context, s *suite) seen {
	window := s.found.ContextTokens
	switch {
	case window == 0:
		return skipped("the server does not state its context window")
	case window > (mostOverflow-4<<10)/bytesPerToken:
		return skipped("a prompt longer than the window of %d tokens would have more than %d MiB", window, mostOverflow>>20)
	}
	text := filler.Append(nil, (window+64)*bytesPerToken, rand.New(rand.NewPCG(rand.Uint64(), 0)))
	a := s.ask(ctx, s.conn, question{tokens: shortTokens, messages: []message{said("user", string(text))}})
	e := a.failure()
	switch {
	case a.served() && a.timing.UsageReported && a.timing.Usage.Prompt <= window:
		return failed("answered: usage counts %d input tokens of a prompt that has more than %d", a.timing.Usage.Prompt, window)
	case a.served():
		return failed("a prompt of more than %d tokens is answered", window)
	case e != nil && e.Outcome == endpoint.OutcomeContext:
		return passed("%v", e)
	case a.refused():
		return failed("refused, in words that do not tell it from other refusals: %v", a.err)
	}
	return failed("%v", a.err)
}
