package requestlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

// A line is any line of the files that are read. Pointers are nil where the line has no such
// field.
type line struct {
	// Of Artificial Analysis' client and of this module.
	Phase        *int            `json:"phase_idx"`
	ID           json.RawMessage `json:"request_id"`
	Agent        json.RawMessage `json:"user_id"`
	Conversation json.RawMessage `json:"conversation_id"`
	Turn         *int            `json:"conversation_idx"`
	Start        *float64        `json:"start_time"`
	End          *float64        `json:"end_time"`
	Success      *bool           `json:"success"`
	TTFT         *float64        `json:"ttft"`
	Input        *int64          `json:"server_input_tokens"`
	Output       *int64          `json:"server_output_tokens"`
	Cached       *int64          `json:"server_cached_tokens"`
	Error        json.RawMessage `json:"error"`

	// Of phase_manifest.jsonl.
	SettlingEnd *float64 `json:"settling_end"`
	PhaseEnd    *float64 `json:"actual_phase_end"`
	Concurrency *int     `json:"concurrency"`

	// Of AIPerf.
	Metadata *metadata                  `json:"metadata"`
	Metrics  map[string]json.RawMessage `json:"metrics"`

	ownLine
}

// An ownLine has what only this module writes.
type ownLine struct {
	Session     string `json:"session"`
	Outcome     string `json:"outcome"`
	MaxTokens   int64  `json:"max_tokens"`
	Forced      bool   `json:"forced"`
	Cold        bool   `json:"cold"`
	Recorded    *int64 `json:"recorded_input_tokens"`
	Hidden      *int64 `json:"server_hidden_tokens"`
	Subagent    string `json:"subagent"`
	Events      int64  `json:"events"`
	FirstEvents int64  `json:"first_events"`
	Silent      int64  `json:"silent_events"`
	Ahead       int64  `json:"ahead_events"`
	Bytes       int64  `json:"bytes"`
	Blank       int64  `json:"blank_bytes"`
	Tokens      int64  `json:"tokens"`
	TokenSource string `json:"token_source"`
	FirstTokens int64  `json:"first_tokens"`
	FirstSource string `json:"first_tokens_source"`

	Rest  *time.Duration `json:"rest_ns"`
	Begun *time.Duration `json:"begun_ns"`
	Due   *time.Duration `json:"due_ns"`
	Sent  *time.Duration `json:"sent_ns"`
	First *time.Duration `json:"first_ns"`
	Lead  *time.Duration `json:"lead_ns"`
	Tenth *time.Duration `json:"tenth_ns"`
	Last  *time.Duration `json:"last_ns"`
	Made  *time.Duration `json:"made_ns"`
	Ended *time.Duration `json:"end_ns"`

	// Of the line of a phase.
	Run        string         `json:"run"`
	Agents     *int           `json:"agents"`
	Anchor     *time.Time     `json:"anchor"`
	AllUp      *time.Duration `json:"all_up_ns"`
	Settled    *time.Duration `json:"settled_ns"`
	WindowEnd  *time.Duration `json:"window_end_ns"`
	Ending     string         `json:"ending"`
	Completed  int            `json:"completed"`
	Least      int            `json:"least_completed"`
	Straddling int            `json:"straddling"`
	Invalid    string         `json:"invalid"`
}

func decode(text []byte) (*line, error) {
	l := &line{}
	if err := json.Unmarshal(text, l); err != nil {
		return nil, errors.New(jsonerror.Words(err))
	}
	return l, nil
}

type kind int

const (
	kindUnknown kind = iota
	kindRow
	kindPhase    // the line of this module that follows the requests of a phase
	kindManifest // a line of phase_manifest.jsonl
	kindAIPerf
)

func (l *line) kind() kind {
	switch {
	case l.SettlingEnd != nil || l.PhaseEnd != nil:
		return kindManifest
	case l.Metadata != nil:
		return kindAIPerf
	case l.WindowEnd != nil:
		return kindPhase
	case l.Start != nil || l.Begun != nil:
		return kindRow
	}
	return kindUnknown
}

// has says which fields of those that are known a line has.
func (l *line) has() string {
	text, _ := json.Marshal(l) // it came from JSON
	var fields map[string]json.RawMessage
	json.Unmarshal(text, &fields)
	var names []string
	for name, value := range fields {
		if s := string(value); s != "null" && s != `""` && s != "0" && s != "false" {
			names = append(names, name)
		}
	}
	if sort.Strings(names); len(names) == 0 {
		return "it has none of them"
	}
	return "it has only " + strings.Join(names, ", ")
}

// text returns a value that names something, be it a string or a number.
func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(bytes.TrimSpace(value))
}

const (
	mostAgents = 1_000_000 // as of a run
	longest    = 366 * 24 * time.Hour
	// mostEpoch is the year 2255 in seconds since 1970, near the last that nanoseconds hold.
	mostEpoch = 9_000_000_000
)

// epoch returns an instant in seconds since 1970 as nanoseconds.
func epoch(name string, at *float64) (time.Duration, error) {
	switch {
	case at == nil:
		return 0, fmt.Errorf("%s is missing", name)
	case !(*at > 0 && *at < mostEpoch):
		return 0, fmt.Errorf("%s is %v, expected seconds since 1970", name, *at)
	}
	whole, part := math.Modf(*at)
	return time.Duration(whole)*time.Second + time.Duration(math.Round(part*1e9)), nil
}

// instant returns an instant since the start of a phase; absent is -1.
func instant(name string, at *time.Duration) (time.Duration, error) {
	if at == nil {
		return 0, fmt.Errorf("%s is missing", name)
	}
	if *at < -1 || *at > longest {
		return 0, fmt.Errorf("%s is %d, expected -1 to %d", name, int64(*at), int64(longest))
	}
	return *at, nil
}

// count returns a count of a row; absent is -1.
func count(name string, n *int64) (int32, error) {
	if n == nil {
		return -1, nil
	}
	if *n < 0 || *n > math.MaxInt32 {
		return 0, fmt.Errorf("%s is %d, expected 0 to %d", name, *n, math.MaxInt32)
	}
	return int32(*n), nil
}

// value returns what is pointed to; zero where nothing is.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
