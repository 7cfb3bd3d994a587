package format_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// recorder keeps the requests it is given and answers at once.
type recorder struct{ bodies []string }

func (r *recorder) Send(_ context.Context, q *trajectory.Request, clock *metrics.Clock) error {
	r.bodies = append(r.bodies, string(bytes.Join(q.Body, nil)))
	clock.Sent(time.Now())
	clock.Arrived(time.Now(), 1, 1)
	clock.Done(time.Now())
	return nil
}

// The sample of Artificial Analysis is sent as it was recorded, but for the
// prefix of the play, and the same each time.
func TestSampleIsReplayedAsRecorded(t *testing.T) {
	sample := filepath.Join("..", "..", "..", "shared", "samples", "aa-agentperf", "aa-mini-v1")
	if _, err := os.Stat(sample); err != nil {
		t.Skip("no samples beside the repository")
	}
	rows, err := os.ReadFile(filepath.Join(sample, "traces", "aa-mini-library-01.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var prefix string // in front of a message, as JSON without its quotes
	play := func() []string {
		w, err := format.Open(sample)
		if err != nil {
			t.Fatal(err)
		}
		r := &recorder{}
		synctest.Test(t, func(t *testing.T) {
			for p := range (trajectory.Schedule{Workload: w, Seed: 42}).Plays(0) {
				quoted, _ := json.Marshal(p.Prefix)
				prefix = string(quoted[1 : len(quoted)-1])
				for res := range trajectory.NewReplayer(func() trajectory.Sender { return r }, trajectory.Policy{Model: "m"}, nil).Play(t.Context(), p) {
					if res.Err != nil {
						t.Fatal(res.Err)
					}
				}
				break
			}
		})
		return r.bodies
	}
	bodies := play()
	if diff := cmp.Diff(bodies, play()); diff != "" {
		t.Errorf("a second replay sent other bytes: %s", diff)
	}
	n := 0
	for line := range bytes.Lines(rows) {
		var row struct {
			Messages, Tools json.RawMessage
			Target          int `json:"target_output_tokens"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		var sent struct {
			Messages, Tools json.RawMessage
			MaxTokens       int  `json:"max_tokens"`
			IgnoreEOS       bool `json:"ignore_eos"`
		}
		if err := json.Unmarshal([]byte(bodies[n]), &sent); err != nil {
			t.Fatal(err)
		}
		head, rest, ok := strings.Cut(string(sent.Messages), prefix)
		if !ok || prefix == "" {
			t.Fatalf("turn %d has no prefix", n)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, row.Messages); err != nil {
			t.Fatal(err)
		}
		if sha256.Sum256([]byte(head+rest)) != sha256.Sum256(want.Bytes()) {
			t.Errorf("turn %d: the messages sent are not those recorded", n)
		}
		if sent.MaxTokens != row.Target || !sent.IgnoreEOS {
			t.Errorf("turn %d: max_tokens %d, ignore_eos %v; recorded %d", n, sent.MaxTokens, sent.IgnoreEOS, row.Target)
		}
		if (len(sent.Tools) > 2) != (len(row.Tools) > 2) {
			t.Errorf("turn %d: tools %s, recorded %s", n, sent.Tools, row.Tools)
		}
		n++
	}
	if n != 6 || len(bodies) != 6 {
		t.Errorf("%d rows, %d requests, want 6", n, len(bodies))
	}
}
