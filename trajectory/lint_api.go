package trajectory

import (
	"bytes"

	"github.com/agentperf/agentperf-go/internal/dialect"
)

// api notes what of a turn cannot be said in the API of the policy. The last messages, so
// many of them, are new.
func (l *linter) api(i, fresh int) {
	api := l.policy.API
	if api == APIChat {
		return
	}
	turn := &l.t.Turns[i]
	notes := func(n dialect.Note) {
		severity := SeverityWarning
		if n.Rule == dialect.Reasoning {
			severity = SeverityInfo
		}
		l.note(i, severity, string(n.Rule), "%s: %s", api, n.Text)
	}
	list := lastMessages(turn.History, fresh)
	for _, m := range list {
		if !l.encoded[m] {
			m.encode(api, notes)
		}
		l.encoded[m] = true
	}
	if api == APIMessages {
		roles(list, fresh < turn.History.Len(), notes)
	}
	if i > 0 && bytes.Equal(turn.Tools, l.t.Turns[i-1].Tools) || turn.RecordedTools.API == api {
		return
	}
	if api == APIMessages {
		dialect.MessagesTools(turn.Tools, notes)
	} else {
		dialect.ResponsesTools(turn.Tools, notes)
	}
}

// roles notes messages at a place that Messages does not have. behind says whether others
// are in front of them.
func roles(list []*Message, behind bool, notes dialect.Notes) {
	for _, m := range list {
		switch {
		case m.lead && behind:
			notes(dialect.Note{Rule: dialect.Roles, Text: "a system message behind others is sent as a part of the user's"})
		case !m.lead && !behind && m.Role() == "assistant":
			notes(dialect.Note{Rule: dialect.Roles, Text: "the first message is an assistant's, which the API refuses"})
		}
		behind = behind || !m.lead
	}
}
