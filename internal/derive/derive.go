package derive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// ClientFailed is what Invalid begins with where the client itself failed.
const ClientFailed = "the client failed: "

// Invalid says why the phase says nothing of the system: the client itself failed, or what
// was asked for does not fit the context. Empty when neither is so.
func Invalid(p *record.Phase) string {
	if why := LocalFailure(p); why != "" {
		return ClientFailed + why
	}
	return overflow(p)
}

// LocalFailure says why the client itself failed, and which one where there are several; empty
// when none did.
func LocalFailure(p *record.Phase) string {
	if p.Fault != "" {
		return p.Fault
	}
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Outcome == record.Local {
			if c := ClientOf(p, r); c >= 0 && p.Clients[c].Name != "" {
				return p.Clients[c].Name + ": " + p.Message(r)
			}
			return p.Message(r)
		}
	}
	return ""
}

// A Density is how many tokens there are in a byte of visible output, by the server's
// count, over all answers that it was told of.
type Density struct{ tokens, bytes float64 }

// Add tells it of the answers of a phase.
func (d *Density) Add(p *record.Phase) {
	for i := range p.Rows {
		r := &p.Rows[i]
		if t := r.Timing(); r.TokenSource == sourceUsage && t.Unmeasurable() != metrics.TokensDoNotFit {
			d.tokens += float64(t.VisibleTokens())
			d.bytes += float64(r.Bytes)
		}
	}
}

// OutputTokensPerSecond returns the output throughput of the window, over all requests.
// Where the load counted the output within the window as it came, that counts; otherwise
// the tokens of the first burst count when they came and the rest evenly from there to the
// last. Of an answer that ended without a count, as those do that are cut, the tokens are
// taken to be as many for each byte as density says. It is 0 without a window.
func OutputTokensPerSecond(p *record.Phase, density Density) float64 {
	return throughput(p, density, 1, func(*record.Row) int { return 0 })[0]
}

// ClientTokensPerSecond returns [OutputTokensPerSecond] of each client of a phase with several.
func ClientTokensPerSecond(p *record.Phase, density Density) []float64 {
	return throughput(p, density, len(p.Clients), func(r *record.Row) int { return ClientOf(p, r) })
}

// throughput returns that of n groups of rows; of says which one a row belongs to, negative for
// none.
func throughput(p *record.Phase, density Density, n int, of func(*record.Row) int) []float64 {
	totals, window := make([]float64, n), p.Window()
	if window <= 0 {
		return totals
	}
	parts := make([][]float64, n)
	for i := range p.Rows {
		r := &p.Rows[i]
		if g := of(r); g >= 0 {
			parts[g] = append(parts[g], inWindow(p, r, density))
		}
	}
	for g := range parts {
		slices.Sort(parts[g]) // requests that end at one instant do so in any order
		for _, part := range parts[g] {
			totals[g] += part
		}
		totals[g] /= window.Seconds()
	}
	return totals
}

// inWindow returns how many tokens of an answer came in the window.
func inWindow(p *record.Phase, r *record.Row, density Density) float64 {
	switch {
	case r.Outcome == record.Implausible: // what was made is unknown
		return 0
	case r.WindowBytes == record.None:
		return spread(p, r)
	case r.TokenSource == sourceEvents && density.bytes > 0 && r.Bytes > 0:
		return float64(r.WindowBytes) * density.tokens / density.bytes
	}
	return r.WindowTokens
}

// spread returns how many tokens of an answer came in the window, if those after the first
// stamp came evenly.
func spread(p *record.Phase, r *record.Row) (tokens float64) {
	if r.Events == 0 || r.Sent < 0 {
		return 0
	}
	t := r.Timing()
	rest, span := t.Rest()
	if p.Within(r.First) {
		tokens += float64(t.Tokens - rest)
	}
	if span > 0 && rest > 0 {
		from := r.First + time.Duration(r.Lead)
		part := min(from+span, p.WindowEnd) - max(from, p.Settled)
		tokens += float64(rest) * max(0, part.Seconds()) / span.Seconds()
	}
	return tokens
}

// A Starving agent waited for tokens during more than half of the window and got none in it,
// or its requests hung for so long and did not end well.
type Starving struct {
	Agent int
	// Idle is for how long in the window.
	Idle time.Duration
}

// StarvedAgents returns the starving agents in increasing order.
func StarvedAgents(p *record.Phase) (starved []Starving) {
	served := make([]service, p.Agents)
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			if r := &rows[i]; int(r.Agent) < len(served) {
				served[r.Agent].add(r, p)
			}
		}
	}
	for agent, s := range served {
		idle := s.hung
		if !s.output {
			idle += s.waited
		}
		if 2*idle > p.Window() && s.whole >= leastStarving {
			starved = append(starved, Starving{agent, idle})
		}
	}
	return starved
}

// Starved returns the number of starving agents and the least time that one of them was
// idle.
func Starved(p *record.Phase) (agents int, least time.Duration) {
	all := StarvedAgents(p)
	for i, s := range all {
		if i == 0 || s.Idle < least {
			least = s.Idle
		}
	}
	return len(all), least
}

// service is what an agent got and did not get in the window.
type service struct {
	whole  time.Duration // of all these waits, from their beginnings
	output bool          // some token came
	waited time.Duration // for first tokens, within the window
	hung   time.Duration // in requests that did not end well, after their last token
}

func (s *service) add(r *record.Row, p *record.Phase) {
	sent, end := r.Sent, r.End
	if end < 0 { // it is open: only its beginning and its first token are known
		sent, end = r.Begun, p.End
	}
	if sent < 0 {
		return
	}
	first := end
	if r.First >= 0 {
		first = r.First
		if first < p.WindowEnd && (r.End < 0 || r.Last >= p.Settled) {
			s.output = true
		}
	}
	if part := part(&p.Header, sent, first); part > 0 {
		s.waited += part
		s.whole += min(first, p.WindowEnd) - sent
	}
	if !r.Answered() && r.End >= 0 && r.First >= 0 {
		s.hung += part(&p.Header, r.Last, end)
		s.whole += max(0, min(end, p.WindowEnd)-r.Last)
	}
}

// leastStarving is the least that an agent waits that starves and is not merely served slowly, whatever
// the length of the window: windows may be some seconds long, and a busy system holds an answer
// back for as long.
const leastStarving = 30 * time.Second

// part returns how much of the time between two instants is in the window.
func part(h *record.Header, from, to time.Duration) time.Duration {
	return max(0, min(to, h.WindowEnd)-max(from, h.Settled))
}

// Silence says why no request succeeded, over the whole phase or at its end: the latest
// one of each agent that was not cut. silent is set when none of the latest did.
func Silence(p *record.Phase) (why string, silent bool) {
	last := make(map[int32]*record.Row)
	var all, latest []*record.Row
	for i := range p.Rows {
		r := &p.Rows[i]
		all = append(all, r)
		if r.Outcome != record.Canceled {
			last[r.Agent] = r
		}
	}
	for _, r := range last {
		latest = append(latest, r)
	}
	// What was cut while it was being answered shows that the endpoint is there.
	ok := func(r *record.Row) bool { return r.Answered() || r.Outcome == record.Canceled && r.First >= 0 }
	switch silent = !slices.ContainsFunc(latest, ok); {
	case !slices.ContainsFunc(all, ok):
		why = howFailed(p, all)
	case silent:
		why = "at its end, " + howFailed(p, latest)
	}
	return why, silent
}

// howFailed says how requests ended of which none succeeded, the commonest first.
func howFailed(p *record.Phase, rows []*record.Row) string {
	counts, example, total := make(map[record.Outcome]int), make(map[record.Outcome]string), 0
	for _, r := range rows {
		if r.Outcome == record.Canceled {
			continue
		}
		total++
		counts[r.Outcome]++
		example[r.Outcome] = p.Message(r)
	}
	if total == 0 {
		return "every request was cut by the client: none ended in time; a longer window or drain may help"
	}
	var parts []string
	for _, k := range byCount(counts) {
		parts = append(parts, fmt.Sprintf("%d %s (%s)", counts[k], k, example[k]))
	}
	return fmt.Sprintf("none of %d requests succeeded: %s", total, strings.Join(parts, ", "))
}

// Failures says, for a phase that is invalid for another reason, how many requests the
// system failed and how most of them did: "12 of 40 requests failed, 8 of them status
// (...)". It is empty when none failed.
func Failures(p *record.Phase) string {
	counts, example, failed := make(map[record.Outcome]int), make(map[record.Outcome]string), 0
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Failed() {
			failed++
			counts[r.Outcome]++
			example[r.Outcome] = p.Message(r)
		}
	}
	if failed == 0 {
		return ""
	}
	most := byCount(counts)[0]
	return fmt.Sprintf("%d of %d requests failed, %d of them %s (%s)", failed, len(p.Rows), counts[most], most, example[most])
}

// byCount returns the outcomes counted, the commonest first.
func byCount(counts map[record.Outcome]int) (kinds []record.Outcome) {
	for k := range counts {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b record.Outcome) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(string(a), string(b)))
	})
	return kinds
}
