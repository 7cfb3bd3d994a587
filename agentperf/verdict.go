package agentperf

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
)

// evidence is all that judging a phase needs. Its figures are exact.
type evidence struct {
	speed        metrics.Percentiles // tokens per second; 0 for failed requests
	ttft         metrics.Percentiles // nanoseconds; +Inf for failed requests
	e2e          metrics.Percentiles // tokens per second; 0 for failed requests
	endless      int                 // answers without an E2E speed
	succeeded    int
	unmeasurable int
	agents       int
	starved      int                          // agents that got nothing for more than half of the window
	starvedFor   time.Duration                // the least that one of them waited
	dead         string                       // why nothing at all succeeded, empty otherwise
	unmet        string                       // why the rules of the phase are not met
	invalid      string                       // why the phase is invalid
	own          map[int]*metrics.Percentiles // speeds of each agent
	lateness     metrics.Percentiles
}

// judge returns the verdict on a tier and the reason for it.
func (e *evidence) judge(t Tier) (Verdict, string) {
	switch {
	case e.invalid != "":
		return Invalid, e.invalid
	case e.dead != "":
		return Fail, e.dead
	case e.starves(t):
		return Fail, fmt.Sprintf("%d of %d agents got nothing for more than half of the window", e.starved, e.agents)
	case e.unmet != "":
		return Undecided, e.unmet
	case e.ttft.N() == 0:
		return Undecided, "no request was measured: none began in the window, which is too short for the delays between turns"
	}
	if t.E2EFloor > 0 {
		return e.judgeE2E(t)
	}
	speed, hasSpeed := e.speed.At(speedPercent)
	if hasSpeed && speed < float64(t.SpeedFloor) && !e.mostlyUnmeasurable() {
		return Fail, fmt.Sprintf("P25 output speed %.1f tokens/s is below %v", speed, float64(t.SpeedFloor))
	}
	ttft, _ := e.ttft.At(ttftPercent)
	if t.TTFTCeiling > 0 && ttft > float64(t.TTFTCeiling) {
		return Fail, fmt.Sprintf("P95 TTFT %s is above %v", formatTTFT(ttft), t.TTFTCeiling)
	}
	if !hasSpeed || e.mostlyUnmeasurable() {
		return Undecided, fmt.Sprintf("%d of %d answers came all at once and have no output speed", e.unmeasurable, e.succeeded)
	}
	return Pass, ""
}

// judgeE2E returns the verdict on a tier of E2E speed.
func (e *evidence) judgeE2E(t Tier) (Verdict, string) {
	speed, ok := e.e2e.At(t.percent())
	switch {
	case !ok || 2*e.endless > e.succeeded:
		return Undecided, fmt.Sprintf("%d of %d answers have no tokens", e.endless, e.succeeded)
	case speed < float64(t.E2EFloor):
		return Fail, fmt.Sprintf("P%v E2E speed %.1f tokens/s is below %v", t.percent(), speed, float64(t.E2EFloor))
	}
	return Pass, ""
}

// service is what an agent got and did not get in the window.
type service struct {
	output bool          // some token came
	waited time.Duration // for first tokens, within the window
	hung   time.Duration // in requests that did not end well, after their last token
}

func (s *service) add(r *record, t phase.Times) {
	sent, end := r.timing.Sent, r.timing.Sent.Add(r.timing.E2E)
	first := end
	if r.timing.Events > 0 {
		first = sent.Add(r.timing.First)
		if first.Before(t.WindowEnd) && !sent.Add(r.timing.Last).Before(t.Settled) {
			s.output = true
		}
	}
	s.waited += within(sent, first, t)
	if last := sent.Add(r.timing.Last); r.failed() && r.timing.Events > 0 {
		s.hung += within(last, end, t)
	}
}

// within returns how much of the time between two instants is in the window.
func within(from, to time.Time, t phase.Times) time.Duration {
	return max(0, minTime(to, t.WindowEnd).Sub(maxTime(from, t.Settled)))
}

// countStarved counts the agents that waited for tokens during more than half of the
// window and got none in it, or whose requests hung for so long and did not end well.
func (e *evidence) countStarved(agents []service, window time.Duration) {
	for _, s := range agents {
		idle := s.hung
		if !s.output {
			idle += s.waited
		}
		if 2*idle <= window {
			continue
		}
		if e.starved++; e.starved == 1 || idle < e.starvedFor {
			e.starvedFor = idle
		}
	}
}

// manyStarved reports whether more agents waited through the whole window for
// one token than a P95 leaves out. Their few requests, most of them begun before
// the window, hardly count among those of agents that are served.
func (e *evidence) manyStarved() bool { return 20*e.starved > e.agents }

// starves reports whether that is so for longer than a tier allows a token to take.
func (e *evidence) starves(t Tier) bool {
	return e.manyStarved() && (t.TTFTCeiling == 0 || e.starvedFor > t.TTFTCeiling)
}

// mostlyUnmeasurable reports whether more than half of the answers have no
// speed, so that the rest do not speak for them.
func (e *evidence) mostlyUnmeasurable() bool { return 2*e.unmeasurable > e.succeeded }
