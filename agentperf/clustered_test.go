package agentperf

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// answer returns the row of an answer of 101 tokens, the first after 100 ms and the others at
// the speed.
func answer(agent int, begun time.Duration, speed float64) record.Row {
	r := record.New()
	sent := time.Time{}.Add(time.Hour)
	last := 100*time.Millisecond + time.Duration(100/speed*1e9)
	r.Take(&metrics.Timing{
		Sent: sent, Due: sent, E2E: last, First: 100 * time.Millisecond, Lead: 100 * time.Millisecond, Last: last, Made: last,
		Events: 101, FirstEvents: 1, Bytes: 404, Tokens: 101, TokenSource: metrics.SourceUsage, FirstTokens: 1, FirstSource: metrics.SourceContinuous, UsageReported: true,
	}, sent.Add(-begun))
	r.Begun, r.Outcome, r.Agent, r.Play = begun, record.OK, int32(agent), int32(agent)
	return r
}

// What counts, worked out by hand: a window from 10 to 20 s, an answer that began before it
// and ended in it, one that began in it and ended after it, one that was cut, one that failed,
// and one that met a cold cache.
func TestCollect(t *testing.T) {
	const s = time.Second
	p := &record.Phase{Header: record.Header{Settled: 10 * s, WindowEnd: 20 * s, End: 30 * s}}
	cut, failed, cold := answer(2, 12*s, 50), answer(3, 12*s, 50), answer(4, 12*s, 80)
	cut.Outcome, failed.Outcome, cold.Cold = record.Canceled, record.Failed, true
	p.Rows = []record.Row{answer(0, 9*s, 20), answer(1, 19*s, 40), cut, failed, cold}
	for _, tt := range []struct {
		steady          bool
		speed, e2e, n95 []int // agents
	}{
		{false, []int{1, 3, 4}, []int{1, 3, 4}, []int{1, 3, 4}},
		{true, []int{0, 3, 4}, []int{0, 3}, []int{1, 3}},
	} {
		c := collect(p, tt.steady)
		for i, want := range [][]int{tt.speed, tt.e2e, tt.n95} {
			got := []clustered{c.speed, c.e2e, c.ttft}[i]
			ok := len(got.agents) == len(want)
			for _, agent := range want {
				ok = ok && len(got.agents[int32(agent)]) == 1
			}
			if !ok {
				t.Errorf("steady %v, figure %d: %v, want the agents %v", tt.steady, i, got.agents, want)
			}
		}
		if v := c.speed.agents[3][0]; v != 0 {
			t.Errorf("a failed request has the speed %v", v)
		}
		if v := c.ttft.agents[3][0]; !math.IsInf(v, 1) {
			t.Errorf("a failed request has its first token after %v s", v)
		}
		if v := c.speed.agents[4][0]; math.Abs(v-80) > 1e-6 {
			t.Errorf("%v tokens/s, want 80", v)
		}
		if i, by := c.speed.interval(speedQuantile); by != "" {
			t.Errorf("an interval of 3 agents: %+v", i)
		}
	}
}

// Agents at 10, 20 ... tokens/s in each of several phases: the P25 of all is known, and the
// interval is over agents as long as there are fewer than 5 phases.
func TestPooled(t *testing.T) {
	const s = time.Second
	var samples []*quantileSample
	for phase := range 5 {
		p := &record.Phase{Header: record.Header{Settled: 0, WindowEnd: 20 * s, End: 30 * s}}
		for agent := range 41 {
			p.Rows = append(p.Rows, answer(agent, s, 100+float64(agent)))
		}
		c := collect(p, true)
		kept, err := json.Marshal(c.sample())
		var read phaseSample
		if err == nil {
			err = json.Unmarshal(kept, &read)
		}
		if err != nil || !reflect.DeepEqual(&read, c.sample()) {
			t.Fatalf("%s: %v", kept, err)
		}
		samples = append(samples, &read.Speed)
		v, n, i := pooled(samples, speedQuantile)
		if n != 41*(phase+1) || math.Abs(v/110-1) > 0.002 {
			t.Errorf("%d phases: P25 %v of %d, want 110", phase+1, v, n)
		}
		switch {
		case i == nil || i.Low == nil || *i.Low > 110 || *i.High < 110:
			t.Errorf("%d phases: %+v", phase+1, i)
		case phase < 4 && (i.By != byAgents || i.Clusters != n || math.Abs(i.Effective/float64(n)-1) > 0.05):
			t.Errorf("%d phases: %+v, want %d agents", phase+1, i, n)
		case phase == 4 && (i.By != byPhases || i.Clusters != 5):
			t.Errorf("5 phases: %+v", i)
		}
	}
	for _, text := range []string{`{"bins":{"1":-1}}`, `{"bins":{"99999999":1}}`, `{"zeros":-1}`, `{"effective":-1}`, `{"zeros":200000000}`} {
		if err := json.Unmarshal([]byte(text), new(quantileSample)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
