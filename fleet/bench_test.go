package fleet

import (
	"fmt"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
)

// What a record costs the controller: to decode the three entries of a request, to put them
// together with those of three other workers, and to tell the window of them. The target is
// 20,000 records a second on one core:
//
//	go test -C fleet -run '^$' -bench Controller -cpu 1 .
func BenchmarkController(b *testing.B) {
	const workers, agents, each = 4, 4000, 200 // each: requests in a batch
	plan := &record.Plan{Shape: record.Shape{Agents: agents, Measure: 1000 * time.Hour}}
	var names []string
	var owners []int32
	for i := range workers {
		names = append(names, fmt.Sprint("w", i))
	}
	for i := range agents {
		owners = append(owners, int32(i%workers))
	}
	a := newAttempt(1, plan, record.Watch{}, names, owners)
	a.starts(time.Now().Add(-1000 * time.Hour)) // long enough ago for as many as there will be
	next := make([]int64, workers)
	at := time.Duration(0)
	batch := func(w int, seq int64) []byte {
		var entries []byte
		add := func(e load.Entry) { entries = wire.AppendEntry(entries, &e) }
		if seq == 1 {
			for agent := w; agent < agents; agent += workers {
				add(load.Entry{Kind: load.Up, Agent: int32(agent)})
				add(load.Entry{Kind: load.Play, Agent: int32(agent), Text: "trajectory-0001", Session: "0123456789abcdef0123456789abcdef"})
			}
		}
		for i := range each {
			r := record.New()
			r.Agent = int32(w + workers*(i%(agents/workers)))
			r.Begun, r.Due = at, at
			r.Turn, r.MaxTokens, r.Forced, r.Recorded, r.Planned = int32(i), 500, true, 30000, 30000
			q := next[w]
			next[w]++
			add(load.Entry{Kind: load.Begin, At: at, Agent: r.Agent, Request: q, Row: r})
			first := at + time.Microsecond
			add(load.Entry{Kind: load.First, At: first, Agent: r.Agent, Request: q, Row: record.Row{First: first}})
			end := at + 2*time.Microsecond
			r.Sent, r.First, r.Tenth, r.Last, r.Made, r.End = at, first, first, end, end, end
			r.Outcome, r.Reported = record.OK, true
			r.Prompt, r.Cached, r.Completion, r.Tokens, r.Bytes, r.Events, r.FirstEvents, r.FirstTokens = 30000, 29000, 500, 500, 2100, 480, 1, 1
			add(load.Entry{Kind: load.End, At: end, Agent: r.Agent, Request: q, Row: r})
			at = end
		}
		data, err := wire.Encode(&wire.Batch{Instance: "i", Epoch: 1, Seq: seq, Until: int64(at), Entries: entries})
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
	records, bytes := 0, 0
	for seq := int64(1); b.Loop(); seq++ {
		b.StopTimer()
		var all [workers][]byte
		for w := range all {
			all[w] = batch(w, seq)
			bytes += len(all[w])
		}
		b.StartTimer()
		for w, data := range all {
			m, err := wire.Decode(data)
			if err != nil {
				b.Fatal(err)
			}
			a.inboxes[w].put(m.(*wire.Batch))
		}
		a.advance()
		if fault := a.fault(); fault != "" {
			b.Fatal(fault)
		}
		records += workers * each
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(bytes)/float64(records), "bytes/record")
	b.ReportMetric(0, "ns/op")
}
