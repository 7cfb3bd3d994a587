package requestlog

import (
	"errors"
	"fmt"
	"hash/maphash"
	"strconv"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// noToken is the outcome of an answer without visible output, as package endpoint has it. It
// is a failure.
const noToken record.Outcome = "empty"

// take adds the request of a line.
func (g *group) take(l *line) error {
	client, build := AA, g.foreign
	switch {
	case l.Metadata != nil:
		client, build = AIPerf, g.aiperf
	case l.Begun != nil:
		client, build = Own, g.own
	}
	if g.client != "" && g.client != client {
		return fmt.Errorf("a row of %s among those of %s", client, g.client)
	}
	g.client = client
	row, err := build(l)
	if err != nil {
		return err
	}
	if id := text(l.id()); id != "" {
		hash := maphash.String(g.seed, id)
		if g.seen[hash] {
			return fmt.Errorf("request %s is there twice", id)
		}
		g.seen[hash] = true
	}
	g.rows = append(g.rows, row)
	return nil
}

func (l *line) id() []byte {
	if l.Metadata != nil {
		return l.Metadata.ID
	}
	return l.ID
}

// foreign returns the row of a line of Artificial Analysis' client. Its instants are since
// 1970.
func (g *group) foreign(l *line) (row record.Row, err error) {
	if l.Success == nil {
		return row, errors.New("success is missing")
	}
	row = record.New()
	var tokens, prompt, cached int32
	for _, f := range []func() error{
		func() (err error) { row.Sent, err = epoch("start_time", l.Start); return err },
		func() (err error) { row.End, err = epoch("end_time", l.End); return err },
		func() (err error) { prompt, err = count("server_input_tokens", l.Input); return err },
		func() (err error) { tokens, err = count("server_output_tokens", l.Output); return err },
		func() (err error) { cached, err = count("server_cached_tokens", l.Cached); return err },
	} {
		if err := f(); err != nil {
			return row, err
		}
	}
	agent := text(l.Agent)
	if agent == "" || agent == "null" {
		return row, errors.New("user_id is missing")
	}
	row.Agent = g.agent(agent)
	row.Turn = int32(max(0, min(value(l.Turn), 1<<30)))
	row.Play = g.play(row.Agent, text(l.Conversation), text(l.Conversation))
	if l.TTFT != nil {
		if !(*l.TTFT >= 0 && *l.TTFT < longest.Seconds()) {
			return row, fmt.Errorf("ttft is %v, expected seconds", *l.TTFT)
		}
		row.First = row.Sent + seconds(*l.TTFT)
	}
	return row, g.complete(&row, *l.Success, tokens, prompt, cached, text(l.Error))
}

// clockStep is how far a first token may come after the end of its own answer, since the
// clock for instants is not that for durations.
const clockStep = 10 * time.Millisecond

// complete fills in a row of another client, of which the instants of sending, of the first
// token (absent without one) and of the end are there.
func (g *group) complete(row *record.Row, success bool, tokens, prompt, cached int32, message string) error {
	if row.End < row.Sent {
		return fmt.Errorf("the request ends %v before it begins", row.Sent-row.End)
	}
	if row.First > row.End+clockStep {
		return fmt.Errorf("the first token comes %v after the end of the response", row.First-row.End)
	}
	row.Begun, row.Due = row.Sent, row.Sent
	row.Reported = tokens >= 0 || prompt >= 0
	row.Prompt, row.Cached, row.Completion = prompt, cached, tokens
	row.Outcome = record.Failed
	switch {
	case success && row.First < 0:
		row.Outcome, message = noToken, "no first token"
	case success:
		row.Outcome, message = record.OK, ""
	}
	row.Message = g.message(message)
	if row.First < 0 {
		row.Tokens = max(0, tokens)
		return nil
	}
	row.First = min(row.First, row.End)
	row.Last, row.Made = row.End, row.End
	row.Events, row.FirstEvents = max(1, tokens), 1 // an event for each token
	if tokens > 0 {
		row.Tokens, row.TokenSource = tokens, record.SourceOf(metrics.SourceUsage)
		row.FirstTokens, row.FirstSource = 1, record.SourceOf(metrics.SourceEstimated)
	} else {
		g.countless++
	}
	return nil
}

// own returns the row of a line that this module wrote. Its instants are since the start of
// the phase.
func (g *group) own(l *line) (row record.Row, err error) {
	row = record.New()
	agent, err := strconv.Atoi(text(l.Agent))
	if err != nil || agent < 0 || agent >= mostAgents {
		return row, fmt.Errorf("user_id is %s, expected 0 to %d", text(l.Agent), mostAgents-1)
	}
	g.agents[strconv.Itoa(agent)] = int32(agent)
	row.Agent = int32(agent)
	for _, t := range []struct {
		name string
		from *time.Duration
		to   *time.Duration
	}{
		{"rest_ns", l.Rest, &row.Rest}, {"begun_ns", l.Begun, &row.Begun}, {"due_ns", l.Due, &row.Due}, {"sent_ns", l.Sent, &row.Sent}, {"first_ns", l.First, &row.First},
		{"tenth_ns", l.Tenth, &row.Tenth}, {"last_ns", l.Last, &row.Last}, {"made_ns", l.Made, &row.Made}, {"end_ns", l.Ended, &row.End},
	} {
		if *t.to, err = instant(t.name, t.from); err != nil {
			return row, err
		}
	}
	lead, err := instant("lead_ns", l.Lead)
	if err != nil {
		return row, err
	}
	if row.First >= 0 {
		if lead < row.First || lead-row.First > 2*time.Second {
			return row, fmt.Errorf("lead_ns is %d, expected first_ns and up to 2 s more", int64(lead))
		}
		row.Lead = int32(lead - row.First)
	}
	if row.Begun < 0 || row.First >= 0 && (row.Sent < 0 || row.First < row.Sent || row.Last < row.First || row.Made < row.First) || row.Sent >= 0 && row.End >= 0 && row.End < row.Sent {
		return row, errors.New("instants out of order: expected begun_ns from 0, then sent_ns, first_ns, last_ns and end_ns")
	}
	for _, c := range []struct {
		name string
		from *int64
		to   *int32
	}{
		{"server_input_tokens", l.Input, &row.Prompt}, {"server_output_tokens", l.Output, &row.Completion}, {"server_cached_tokens", l.Cached, &row.Cached},
		{"server_hidden_tokens", l.Hidden, &row.Hidden}, {"recorded_input_tokens", l.Recorded, &row.Recorded},
		{"events", &l.Events, &row.Events}, {"first_events", &l.FirstEvents, &row.FirstEvents}, {"silent_events", &l.Silent, &row.Silent},
		{"bytes", &l.Bytes, &row.Bytes}, {"blank_bytes", &l.Blank, &row.Blank}, {"tokens", &l.Tokens, &row.Tokens}, {"first_tokens", &l.FirstTokens, &row.FirstTokens},
	} {
		if *c.to, err = count(c.name, c.from); err != nil {
			return row, err
		}
	}
	ahead, err := count("ahead_events", &l.Ahead)
	if err != nil {
		return row, err
	}
	if row.Events > 0 && (row.First < 0 || row.Sent < 0) {
		return row, errors.New("events without first_ns")
	}
	most, err := count("max_tokens", &l.MaxTokens)
	if err != nil {
		return row, err
	}
	if most > 0 {
		row.MaxTokens = most
	}
	row.Ahead = uint16(min(ahead, 1<<16-1))
	row.Forced, row.Cold = l.Forced, l.Cold
	row.Reported = l.Input != nil || l.Output != nil
	row.TokenSource, row.FirstSource = record.SourceOf(metrics.Source(l.TokenSource)), record.SourceOf(metrics.Source(l.FirstSource))
	if row.Outcome = record.Outcome(l.Outcome); l.Outcome == "" {
		return row, errors.New("outcome is missing")
	}
	row.Message = g.message(text(l.Error))
	row.Turn = int32(max(0, min(value(l.Turn), 1<<30)))
	row.Play, row.Thread = g.play(row.Agent, l.Session, text(l.Conversation)), g.thread(l.Subagent)
	if why := derive.Impossible(&row, row.End < 0); why != "" {
		return row, fmt.Errorf("the request %s", why)
	}
	return row, nil
}

func seconds(s float64) time.Duration { return time.Duration(s*1e9 + 0.5) }
