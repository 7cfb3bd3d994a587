package endpoint

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// look takes from an answer what any answer shows.
func (p *preflight) look(s sighting) {
	p.Engine.Server = p.conn.client.quote(s.header.Get("Server"))
	p.Engine.Fingerprint = p.conn.client.quote(s.fingerprint())
	p.Usage = s.timing.UsageReported && (s.timing.Usage.Completion > 0 || s.timing.Events == 0)
	_, p.CachedUsage = s.timing.Usage.CachedTokens()
	switch {
	case s.timing.Events == 0:
	case !p.Usage:
		p.warn("no_usage", "the server reports no token usage: output speed is counted in events, which need not be tokens")
	case !p.CachedUsage && p.conn.client.api == APIMessages:
		p.warn("no_cached_usage", "the server did not state how many input tokens came from a cache: that is unknown, not 0 (vLLM states it when started with --enable-prompt-tokens-details; Dynamo and LiteLLM only where there were some)")
	case !p.CachedUsage:
		p.warn("no_cached_usage", "the server does not state how many input tokens came from a cache: that is unknown, not 0 (vLLM states it when started with --enable-prompt-tokens-details)")
	}
}

// judgeEOS decides what the server does with ignore_eos from a request without it and one
// with it.
func (p *preflight) judgeEOS(control, forced sighting, err error) {
	switch {
	case err != nil:
		p.warn("ignore_eos_rejected", "a request with ignore_eos failed: %v", err)
		p.IgnoreEOS = EOSRejected
	case p.q.Fields[p.field] != nil || p.q.Fields["ignore_eos"] != nil:
		// The fields override what the probe sets.
	case !forced.cut(p.tokens):
		p.IgnoreEOS = EOSIgnored
		more := ""
		if p.conn.client.api == APIMessages {
			more = " (vLLM drops the field from Messages without a word, and honors it in chat completions and Responses)"
		}
		p.warn("ignore_eos_ignored", "ignore_eos is not honored%s: outputs are as long as the model makes them; where a length is forced all the same, those that are shorter count as failed, and a free length (Policy.Output free) leaves it to the model", more)
	case !control.limited && !control.cut(p.tokens):
		p.IgnoreEOS = EOSHonored
	}
}

// judgeConnection decides whether connections outlive an answer, from two requests one
// after the other. What the client closed, because the server left it open, shows
// nothing.
func (p *preflight) judgeConnection(first, second sighting) {
	p.KeepAlive = second.reused && second.reconnects == 0
	if first.ended && !p.KeepAlive {
		how := "without announcing it"
		if first.closes {
			how = "and says so"
		}
		p.warn("connections_closed", "the server closes the connection after an answer, %s: requests have to open another, which counts in their TTFT", how)
	}
}

const (
	// burstTokens is the number of visible tokens from which an answer shows a pace:
	// engines that report every 8 tokens send two events or more of it. One that comes
	// in a single event shows it only from probeTokens on, since engines are set to
	// report every 20.
	burstTokens = 16
	// burstSpeed is a speed in tokens/s per answer that no system reaches in 2026;
	// the fastest published one is 3,000. Real proxies that hold answers back send
	// them at 70,000 to 1,500,000.
	burstSpeed = 10_000
	// burstWait is the least time that an answer must have been held back for: one
	// that was made in less may have been as fast as it looks.
	burstWait = 50 * time.Millisecond
)

// judgePace warns when answers arrive as a whole after a long time: something between the
// engine and the client holds them back. All answers that are long enough must show it,
// since one may have met a hiccup of the client.
func (p *preflight) judgePace(answers ...sighting) {
	var worst *metrics.Timing
	for i := range answers {
		t := &answers[i].timing
		switch {
		case visible(t) < burstTokens || t.Events == 1 && visible(t) < probeTokens:
		case !burst(t):
			return
		default:
			worst = t
		}
	}
	if worst != nil {
		p.warn("proxy_buffering", "an answer of %d tokens arrived all at once, within %v, after %v: something holds answers back (the buffering of a proxy?), so that their output speed cannot be measured",
			visible(worst), (worst.E2E - worst.First).Round(10*time.Microsecond), worst.First.Round(time.Millisecond))
	}
}

// burst reports whether all tokens of an answer came too fast to have been made meanwhile.
// Its end counts and not its last visible token: forced answers may end in silent ones.
func burst(t *metrics.Timing) bool {
	return t.First >= burstWait && float64(visible(t)) >= burstSpeed*(t.E2E-t.First).Seconds()
}

// visible returns the number of visible tokens, or what their bytes can carry at 2 bytes
// each, if that is less: the rest is reasoning that nobody counts apart.
func visible(t *metrics.Timing) int { return min(t.Tokens-t.Usage.Hidden, int(t.Bytes/2)) }
