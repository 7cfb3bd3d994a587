package conformance

import (
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
)

// words are what an API calls what rules are about.
type words struct {
	api    string // its name
	begin  string // the type of the first event; empty where events have none
	finish string // the field that says why an answer ended
	cut    string // what that says of an answer that reached its limit
	end    string // the event after which nothing follows
}

var vocabulary = map[endpoint.API]words{
	endpoint.APIChat:      {"chat completions", "", "finish_reason", "length", "[DONE]"},
	endpoint.APIMessages:  {"Messages", "message_start", "stop_reason", "max_tokens", "message_stop"},
	endpoint.APIResponses: {"Responses", "response.created", "status or reason", "incomplete", "response.completed"},
}

func (s *suite) words() words { return vocabulary[s.api] }

// typed calls f with each event that is JSON and its type, but for pings.
func (w *wire) typed(f func(kind string, event gjson.Result)) {
	w.parsed(func(event gjson.Result) {
		if kind := event.Get("type").String(); kind != "ping" {
			f(kind, event)
		}
	})
}
