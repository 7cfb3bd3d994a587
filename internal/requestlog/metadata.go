package requestlog

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

// metadata is what a record of AIPerf's profile_export.jsonl says of a request.
type metadata struct {
	ID           json.RawMessage `json:"x_request_id"`
	Correlation  string          `json:"x_correlation_id"`
	Root         string          `json:"root_correlation_id"`
	Conversation string          `json:"conversation_id"`
	Turn         *int            `json:"turn_index"`
	Start        *time.Duration  `json:"request_start_ns"`
	End          *time.Duration  `json:"request_end_ns"`
	Phase        string          `json:"benchmark_phase"`
	PhaseIndex   *int            `json:"phase_index"`
	Canceled     bool            `json:"was_cancelled"`
	Overflow     bool            `json:"context_overflow_skip"`
}

func (m *metadata) warmup() bool { return m.Phase == "warmup" }

// milliseconds returns a metric of a record; ok is false if the record has none.
func (l *line) milliseconds(name string) (d time.Duration, ok bool, err error) {
	v, unit, ok, err := l.metric(name)
	if err != nil || !ok {
		return 0, false, err
	}
	if unit != "ms" || !(v >= 0 && v < float64(longest.Milliseconds())) {
		return 0, false, fmt.Errorf("%s is %v %s, expected milliseconds", name, v, unit)
	}
	return time.Duration(v*1e6 + 0.5), true, nil
}

// tokens returns a count of a record; absent is -1.
func (l *line) tokens(name string) (int32, error) {
	v, _, ok, err := l.metric(name)
	if err != nil || !ok {
		return record.None, err
	}
	if v != float64(int64(v)) {
		return 0, fmt.Errorf("%s is %v, expected a whole number", name, v)
	}
	n := int64(v)
	return count(name, &n)
}

func (l *line) metric(name string) (v float64, unit string, ok bool, err error) {
	text, ok := l.Metrics[name]
	if !ok {
		return 0, "", false, nil
	}
	var m struct {
		Value *float64 `json:"value"`
		Unit  string   `json:"unit"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return 0, "", false, fmt.Errorf("%s: %s", name, jsonerror.Words(err))
	}
	return value(m.Value), m.Unit, m.Value != nil, nil
}
