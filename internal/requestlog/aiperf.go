package requestlog

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
	"github.com/agentperf/agentperf-go/metrics"
)

// aiperf returns the row of a record of AIPerf. Its instants are since 1970. The agent is
// known once all rows are there: records name sessions and not users.
func (g *group) aiperf(l *line) (row record.Row, err error) {
	m := l.Metadata
	row = record.New()
	for name, at := range map[string]*time.Duration{"request_start_ns": m.Start, "request_end_ns": m.End} {
		if at == nil || *at <= 0 || *at > mostEpoch*time.Second {
			return row, fmt.Errorf("metadata.%s is missing or no time, expected nanoseconds since 1970", name)
		}
	}
	row.Sent, row.End = *m.Start, *m.End
	first, streamed, err := l.milliseconds("time_to_first_token")
	if err != nil {
		return row, err
	}
	whole, ended, err := l.milliseconds("request_latency")
	if err != nil {
		return row, err
	}
	var tokens, used, prompt, cached int32
	for _, c := range []struct {
		name string
		to   *int32
	}{{"output_sequence_length", &tokens}, {"usage_completion_tokens", &used}, {"usage_prompt_tokens", &prompt}, {"usage_prompt_cache_read_tokens", &cached}} {
		if *c.to, err = l.tokens(c.name); err != nil {
			return row, err
		}
	}
	if tokens < 0 {
		tokens = used
	}
	session := cmp.Or(m.Root, m.Correlation, m.Conversation, text(m.ID))
	if session == "" {
		return row, errors.New("metadata names neither a session nor a request")
	}
	row.Agent, row.Turn = record.None, int32(max(0, min(value(m.Turn), 1<<30)))
	row.Play = g.play(record.None, session, m.Conversation)
	success := len(l.Error) == 0 || string(l.Error) == "null"
	if streamed {
		row.First = row.Sent + first
		if success {
			g.streamed = true
		}
	}
	if ended { // by the clock for durations
		row.End = row.Sent + whole
	}
	if err := g.complete(&row, success, tokens, prompt, cached, aiperfMessage(l.Error)); err != nil {
		return row, err
	}
	if row.Completion = used; used != tokens { // AIPerf's own count, by a tokenizer
		if row.Reported = false; row.Tokens > 0 {
			row.TokenSource = record.SourceOf(metrics.SourceEstimated)
		}
	}
	switch {
	case m.Canceled:
		row.Outcome = record.Canceled
	case m.Overflow:
		row.Outcome = record.Overflow
	}
	return row, nil
}

// aiperfMessage returns what an error of AIPerf says.
func aiperfMessage(value json.RawMessage) string {
	var e struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}
	if len(value) == 0 || json.Unmarshal(value, &e) != nil {
		return text(value)
	}
	return strings.TrimPrefix(e.Type+": "+e.Message, ": ")
}

// aiperfSummary is the file that says beside the records what was run.
const aiperfSummary = "profile_export_aiperf.json"

// mostSummary bounds it.
const mostSummary = 64 << 20

// aiperfBounds returns those of the phase of a group. The records do not say when all
// sessions were up, and so the whole phase counts.
func (f *file) aiperfBounds(g *group, agents int) (*bounds, error) {
	if agents == 0 {
		n, err := f.concurrency(g.index)
		if err != nil {
			return nil, err
		}
		if agents = n; agents == 0 {
			return nil, fmt.Errorf("%s: records name no number of agents: %s is missing beside it, or states no concurrency", f.name, aiperfSummary)
		}
	}
	if !g.streamed {
		return nil, fmt.Errorf("%s: no record has time_to_first_token: AIPerf was run without --streaming", f.name)
	}
	first, last := g.rows[0].Sent, time.Duration(0)
	for i := range g.rows {
		first, last = min(first, g.rows[i].Sent), max(last, g.rows[i].End, g.rows[i].Sent+1)
	}
	g.note("AIPerf's records have no end of settling: all requests of its phase count, those of its ramp and of its tail too")
	if most := g.seat(); most > agents {
		g.note(fmt.Sprintf("up to %d sessions were open at once, where %d were to run", most, agents))
	}
	return &bounds{index: g.index, agents: agents, settled: first, end: last}, nil
}

// concurrency returns the number of sessions that AIPerf kept open in a phase; 0 if the
// summary is not there or does not say.
func (f *file) concurrency(phase int) (int, error) {
	name := filepath.Join(filepath.Dir(f.name), aiperfSummary)
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostSummary {
		return 0, fmt.Errorf("%s is not a regular file of at most %d bytes, expected one", name, mostSummary)
	}
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, mostSummary))
	if err != nil {
		return 0, err
	}
	var summary struct {
		Input struct {
			Phases []struct {
				Concurrency *int `json:"concurrency"`
			} `json:"phases"`
			LoadGen struct {
				Concurrency *int `json:"concurrency"`
			} `json:"loadgen"` // before schema 1.4
		} `json:"input_config"`
	}
	if err := json.Unmarshal(content, &summary); err != nil {
		return 0, fmt.Errorf("%s: %s", name, jsonerror.Words(err))
	}
	n := value(summary.Input.LoadGen.Concurrency)
	if phase < len(summary.Input.Phases) {
		n = cmp.Or(value(summary.Input.Phases[phase].Concurrency), n)
	}
	if n < 0 || n > mostAgents {
		return 0, fmt.Errorf("%s: concurrency is %d, expected 1 to %d", name, n, mostAgents)
	}
	return n, nil
}
