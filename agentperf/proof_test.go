package agentperf

import (
	"math"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/search"
	"github.com/agentperf/agentperf-go/trajectory"
)

// ended returns a request that began at a time and went at a speed.
func ended(begin time.Time, ttft, e2e time.Duration, tokens int) record {
	var c metrics.Clock
	c.Sent(begin)
	c.Arrived(begin.Add(ttft), 1, 1)
	c.Arrived(begin.Add(e2e), 1, tokens-1)
	c.Usage(metrics.Usage{Completion: tokens})
	c.Done(begin.Add(e2e))
	r := record{begin: begin, outcome: endpoint.OutcomeOK, timing: c.Timing(), play: trajectory.Play{Session: "a"}}
	r.speed, r.measurable = r.timing.OutputSpeed()
	return r
}

// A third of the requests is slow, and slow ones take fifteen times as long: of those
// that have ended at some time far fewer are slow. What is open is counted so that no
// look is misled, in either direction.
func TestCensoring(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	tier := Tier{SpeedFloor: 10, TTFTCeiling: time.Second}
	for now := 10 * time.Second; now <= 5*time.Minute; now += 7 * time.Second {
		l := &ledger{times: phase.Times{Settled: start, WindowEnd: start.Add(now)}, now: start.Add(now), block: 10 * time.Second}
		truth := 0.0
		done, slowDone := 0.0, 0.0
		for i := range int(now / time.Second) {
			begin := start.Add(time.Duration(i) * time.Second)
			e2e, slow := 2*time.Second, i%3 == 0
			if slow {
				e2e, truth = 30*time.Second, truth+1
			}
			if end := begin.Add(e2e); !end.After(l.now) {
				l.ended = append(l.ended, ended(begin, 100*time.Millisecond, e2e, 41))
				if done++; slow {
					slowDone++
				}
				continue
			}
			f := flight{play: "a", begin: begin, tokens: 41}
			if first := begin.Add(100 * time.Millisecond); !first.After(l.now) {
				f.first = first
			}
			l.flying = append(l.flying, f)
		}
		n := now.Seconds()
		truth /= n
		proofs := l.proofs(tier)
		speed, ttft := &proofs[0], &proofs[1]
		if all, _ := speed.For.Counts(); all != n {
			t.Fatalf("at %v %v requests count, want all %v", now, all, n)
		}
		if lo, hi := speed.Against.Share(), speed.For.Share(); lo > truth || hi < truth {
			t.Errorf("at %v a share of %.3f is taken to be %.3f for a pass and %.3f for a fail", now, truth, hi, lo)
		}
		if now == 45*time.Second && slowDone/done > truth*0.6 {
			t.Errorf("the test tests nothing: of completed requests %.2f are slow", slowDone/done)
		}
		if ttft.Against.Share() != 0 || ttft.For.Share()*n > 1 {
			t.Errorf("at %v first tokens that have come are taken to be late: %v", now, ttft.For.Share())
		}
	}
}

func TestFlight(t *testing.T) {
	begin := time.Unix(0, 0)
	at := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * 1e9)) }
	waiting := flight{begin: begin, tokens: 41}
	streaming := flight{begin: begin, first: at(2), tokens: 41}
	open := flight{begin: begin, first: at(2)} // of no forced length
	for _, tt := range []struct {
		name string
		got  bool
		want bool
	}{
		{"40 tokens after the first at 10/s take 4 s", streaming.slow(at(6), 10), false},
		{"and no more", streaming.slow(at(6.001), 10), true},
		{"without a first token", waiting.slow(at(99), 10), false},
		{"without a length nothing is known", open.slow(at(99), 10), false},
		{"over all 41 take 4.1 s", streaming.slowOverall(at(4.1), 10), false},
		{"and no more, waiting or not", waiting.slowOverall(at(4.2), 10), true},
		{"without a length", open.slowOverall(at(99), 10), false},
		{"late while it waits", waiting.late(at(3.1), 3*time.Second), true},
		{"not yet", waiting.late(at(3), 3*time.Second), false},
		{"a first token in time stays so", streaming.late(at(99), 3*time.Second), false},
		{"one that was not, too", streaming.late(at(99), time.Second), true},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v", tt.name, tt.got)
		}
	}
}

// Failures are slow and late, requests that we cut are unknown, what the client broke
// is nothing, and answers that came at once have no speed.
func TestProofsOfOutcomes(t *testing.T) {
	start := time.Unix(0, 0)
	failed, cut, local, atOnce, before := ended(start, 1e9, 2e9, 5), ended(start, 1e9, 2e9, 5), ended(start, 1e9, 2e9, 5), ended(start, 1e9, 1e9, 5), ended(start.Add(-1), 1e9, 99e9, 5)
	failed.outcome, cut.outcome, local.outcome = endpoint.OutcomeTruncated, endpoint.OutcomeCanceled, endpoint.OutcomeLocal
	l := &ledger{times: phase.Times{Settled: start, WindowEnd: start.Add(1e9)}, now: start.Add(3e9), block: time.Second}
	l.ended = []record{failed, cut, local, atOnce, before}
	for _, tt := range []struct {
		tier Tier
		want [][4]float64 // requests and bad ones, for a pass and for a fail
	}{
		{Tier{SpeedFloor: 1, TTFTCeiling: 2e9}, [][4]float64{{2, 2, 2, 1}, {3, 1, 3, 1}}},
		{Tier{SpeedFloor: 1}, [][4]float64{{2, 2, 2, 1}}},
		{Tier{E2EFloor: 1}, [][4]float64{{3, 2, 3, 1}}},
	} {
		for i, p := range l.proofs(tt.tier) {
			n, k := p.For.Counts()
			m, j := p.Against.Counts()
			if got := [4]float64{n, k, m, j}; got != tt.want[i] {
				t.Errorf("%v, %s: %v, want %v", tt.tier, p.Criterion, got, tt.want[i])
			}
		}
	}
	if p := l.proofs(Tier{SpeedFloor: 1}); !p[0].blind() || weigh(p).lean != search.Unclear {
		t.Errorf("%+v, %+v", p, weigh(p))
	}
}

// The parts of the error rate come to no more than it, however many numbers a search
// wants to be sure of.
func TestErrorRateIsSpentOnce(t *testing.T) {
	for _, criteria := range []int{1, 2} {
		all := 0.0
		for i := range 60 {
			all += math.Exp(-enough(0.01, search.Pass, i, criteria))
			all += float64(criteria) * math.Exp(-enough(0.01, search.Fail, i, criteria))
		}
		if all > 0.01+1e-12 || all < 0.0099 {
			t.Errorf("%d criteria spend %v", criteria, all)
		}
	}
}
