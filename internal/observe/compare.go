package observe

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/telemetry"
)

// The codes of warnings.
const (
	codeFailed     = "observer_failed"
	codeNotDrained = "not_drained"
	codeRunning    = "still_running"
	codeForeign    = "other_load"
	codePartly     = "partly_observed"
	codeTTFT       = "server_ttft"
	codeEarly      = "ahead_of_server"
	codeITL        = "server_itl"
	codeCached     = "server_cached"
	codePower      = "power_unknown"
	codeThrottled  = "throttled"
)

// OfPhase reports whether a code is of a warning about what was observed, whose figures
// differ from phase to phase while it says the same.
func OfPhase(code string) bool {
	if strings.HasPrefix(code, "telemetry_") || strings.HasPrefix(code, "power_") { // of Summarize
		return true
	}
	switch code {
	case codeNotDrained, codeRunning, codeForeign, codePartly, codeTTFT, codeEarly, codeITL, codeCached, codeThrottled:
		return true
	}
	return false
}

const (
	// foreignShare is the part of the tokens of this load from which others count as load: a
	// health check is far below, a second user above.
	foreignShare = 0.02
	// partShare is the part that engines which are all observed have counted at least.
	partShare = 0.9
	// networkFor is what the way to the server and back explains, and networkShare what the
	// server's own way to its first token does: a request of half a megabyte and its answer
	// take 0.2 s to the other side of the world.
	networkFor, networkShare = 300 * time.Millisecond, 0.1
	// aheadFor is by how much a first token may come before the server's own on average: the
	// two means are over slightly different requests.
	aheadFor, aheadShare = 50 * time.Millisecond, 0.25
	// itlShare is by how much the mean time between tokens may differ. A network shifts all of
	// an answer's tokens alike.
	itlShare = 0.2
	// cachedFor is by how much the shares of cached input may differ: requests that were cut
	// have no usage.
	cachedFor = 0.05
	// leastCompared is the least number of answers whose means are compared.
	leastCompared = 8
	// alike is how much of the answers of one side the other must have seen.
	alike = 0.8
)

// compare adds the warnings, and Foreign.
func (s *Seen) compare(p *record.Phase) {
	s.power()
	v := s.Server
	if v == nil {
		s.Foreign = "no observer counts the tokens that the system generates, so that nobody knows whether it had other load"
		return
	}
	saw := sawOf(p, seconds(v.Window.From), seconds(v.Window.To))
	s.drained(p)
	s.foreign(&saw)
	if s.Foreign == "" {
		s.cached(&saw)
	}
	s.ttft(&saw)
	s.itl(&saw)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (s *Seen) warn(code, format string, args ...any) {
	derive.Warn(&s.Warnings, code, format, args...)
}

// drained warns of requests that were there before the phase or stayed after it.
func (s *Seen) drained(p *record.Phase) {
	const some = 0.5 // of a request
	var before, after float64
	engines := false
	for _, g := range []struct {
		gauge *telemetry.Gauge
		only  bool // where no engine said it
	}{{s.Server.Running, false}, {s.Server.Waiting, false}, {s.Server.InFlight, true}} {
		if g.gauge == nil || g.only && engines {
			continue
		}
		engines = true
		if b := g.gauge.Before; b != nil {
			before += *b
		}
		if a := g.gauge.After; a != nil {
			after += *a
		}
	}
	if before > some {
		s.warn(codeNotDrained, "before the first request the server had %s at work or waiting: it had not been drained, is not ours alone, or states what was", count(before, "request"))
	}
	if after > some && p.Ending != record.Interrupted {
		s.warn(codeRunning, "after the last answer the server still had %s at work or waiting: it goes on with requests that were cut, is not ours alone, or states what was", count(after, "request"))
	}
}

// foreign compares what was generated.
func (s *Seen) foreign(saw *client) {
	g := s.Server.GenerationTokens
	switch {
	case g == nil:
		s.Foreign = "no observer counts the tokens that the system generates, so that nobody knows whether it had other load"
		return
	case s.Server.Restarts > 0:
		s.Foreign = "counters of the system began anew, so that nobody knows whether it had other load"
		return
	}
	switch most := saw.output*(1+foreignShare) + saw.slack; {
	case g.Total > most:
		s.Foreign = fmt.Sprintf("the system generated %.0f tokens, and this load had %.0f of them, %.0f at most with %.0f %% and what canceled requests may have had: the rest was load of others", g.Total, saw.output, most, 100*foreignShare)
		s.warn(codeForeign, "%s", s.Foreign)
	case g.Total < partShare*(saw.output-saw.slack):
		s.warn(codePartly, "the system's counters have %.0f generated tokens, and the client got %.0f: not all engines are observed, or they count otherwise", g.Total, saw.output)
	}
}

// cached compares the shares of cached input.
func (s *Seen) cached(saw *client) {
	v := s.Server
	if v.CachedTokens == nil || v.PromptTokens == nil || v.PromptTokens.Total <= 0 || saw.prompt <= 0 {
		return
	}
	usage, counters := saw.cached/saw.prompt, v.CachedTokens.Total/v.PromptTokens.Total
	if d := usage - counters; d > cachedFor || d < -cachedFor {
		s.warn(codeCached, "by usage %.1f %% of the input came from a cache, by the server's counters %.1f %%: they do not count the same", 100*usage, 100*counters)
	}
}

// ttft compares the times to the first token. A network explains some of the difference; a
// proxy that holds output back does not show in the server's own time.
func (s *Seen) ttft(saw *client) {
	l := s.Server.TTFT
	if l == nil || saw.firsts < leastCompared || !comparable(l.Count, float64(saw.firsts)) {
		return
	}
	late := saw.ttft - l.Mean
	switch {
	case late > networkFor.Seconds()+networkShare*l.Mean:
		why := "requests wait before they reach it, or what is between holds output back"
		if i := s.Server.ITL; i != nil && (saw.tokens == 0 || saw.itl < (1-itlShare)*i.Mean) {
			why = "what is between holds output back, since tokens then come faster than they are made"
		}
		s.warn(codeTTFT, "the first token comes %.2f s after the request on average, and by the server's own clock after %.2f s: the network does not explain %.2f s; %s", saw.ttft, l.Mean, late, why)
	case -late > aheadFor.Seconds()+aheadShare*l.Mean:
		s.warn(codeEarly, "the first token comes %.2f s after the request on average, and by the server's own clock after %.2f s, which is later: what is between sends something ahead of the answer", saw.ttft, l.Mean)
	}
}

// itl compares the times between tokens. Servers that observe several tokens at a time, as
// with speculative decoding, have no time of one.
func (s *Seen) itl(saw *client) {
	v := s.Server
	l := v.ITL
	if l == nil || l.Mean <= 0 || saw.tokens < leastCompared || v.Acceptance != nil || s.Foreign != "" {
		return
	}
	if g := v.GenerationTokens; g != nil && g.Window != nil && l.Count < alike**g.Window {
		return
	}
	if d := saw.itl/l.Mean - 1; d > itlShare || d < -itlShare {
		word := "slower"
		if d < 0 {
			word = "faster"
		}
		s.warn(codeITL, "a token comes every %.1f ms on average, and by the server's own clock every %.1f ms: output comes %s than it is made, so that something between holds it back", 1e3*saw.itl, 1e3*l.Mean, word)
	}
}

// comparable reports whether two numbers of answers are of about the same ones.
func comparable(a, b float64) bool { return min(a, b) >= alike*max(a, b) }

// count returns a number of things in words.
func count(n float64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%.3g %s", n, thing)
}
