package decide

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// An Observation is all that a rule wants to know about one phase: a few KB, whatever the
// number of requests. It encodes to JSON and back without loss.
type Observation struct {
	Agents int `json:"agents"`
	Draw   int `json:"draw"`
	// Measured is the length of the window, Took that of the whole phase.
	Measured time.Duration `json:"measured_ns"`
	Took     time.Duration `json:"took_ns"`
	// Ending, Completed, Least and Straddling are as in record.Header. Cut is the number
	// of measured requests that the client cut.
	Ending     record.Ending `json:"ending"`
	Completed  int           `json:"completed"`
	Least      int           `json:"least_completed"`
	Straddling int           `json:"straddling,omitempty"`
	Cut        int           `json:"cut,omitempty"`
	// Began is when the window began, since the start of the phase, and Block the length of
	// the blocks of time.
	Began time.Duration `json:"began_ns"`
	Block time.Duration `json:"block_ns"`
	// Load says what the agents asked for, Speed how fast they were answered, and Pace is
	// what the standings of later phases are drawn by.
	Load  LoadObservation  `json:"load"`
	Speed SpeedObservation `json:"speed"`
	Pace  PaceSums         `json:"pace"`
	// Stays says by how much agents differ in speed, whatever they ask for.
	Stays StaysObservation `json:"stays,omitzero"`
	// Invalid says why the phase says nothing about the system; empty if it does.
	Invalid string            `json:"invalid,omitempty"`
	Tiers   []TierObservation `json:"tiers"`
}

// A TierObservation is the part of an observation that concerns one tier.
type TierObservation struct {
	// Categorical says why the tier fails whatever the statistics: nothing succeeded, or
	// agents starved. Empty if it does not.
	Categorical string                 `json:"categorical,omitempty"`
	Criteria    []CriterionObservation `json:"criteria"`
}

// A CriterionObservation is the part of an observation that concerns one criterion.
type CriterionObservation struct {
	Name  string  `json:"name"`
	Limit float64 `json:"limit"`
	// For is the evidence for a pass: requests that are still open count as bad. Against
	// is that for a fail: they count as good. In both, a request whose outcome is already
	// certain counts as that. Completed requests alone would favor short ones.
	For     confseq.Evidence `json:"for"`
	Against confseq.Evidence `json:"against"`
	// Inputs counts the requests by the length of their inputs.
	Inputs []InputCount `json:"inputs,omitempty"`
	// Stays counts the requests of speed by the stay of the agent.
	Stays []InputCount `json:"stays,omitempty"`
	// Measurable and Unmeasurable count the successful answers that have the figure, or are
	// too slow by that of the whole request (see Criterion.Figure), and those that do not,
	// by reason in Reasons. Doubtful ones of the latter may have broken
	// the bound or not, and count as open requests do; the others are left out.
	Measurable   int            `json:"measurable,omitempty"`
	Unmeasurable int            `json:"unmeasurable,omitempty"`
	Doubtful     int            `json:"doubtful,omitempty"`
	Reasons      derive.Reasons `json:"unmeasurable_reasons,omitempty"`
	// Value is the percentile over N requests, failed ones included, by linear
	// interpolation at rank (N-1)q. It is meaningless if N is 0. Worst is what it would be
	// if all Doubtful answers had failed.
	N     int    `json:"n"`
	Value Figure `json:"value"`
	Worst Figure `json:"worst,omitzero"`
}

// A Figure is a number that may be infinite; it is then null in JSON.
type Figure float64

// MarshalJSON encodes the figure.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (f *Figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = Figure(math.Inf(1))
		return nil
	}
	return json.Unmarshal(text, (*float64)(f))
}

// mostlyUnmeasurable reports whether more than half of the answers have no figure, so that
// the rest cannot represent them.
func (c *CriterionObservation) mostlyUnmeasurable() bool { return c.Unmeasurable > c.Measurable }

// join adds the observation of another phase. The statistic is that of the latest.
func (c *CriterionObservation) join(o CriterionObservation) {
	c.For.Join(o.For)
	c.Against.Join(o.Against)
	c.Measurable += o.Measurable
	c.Unmeasurable += o.Unmeasurable
	c.Doubtful += o.Doubtful
	c.Reasons = maps.Clone(c.Reasons) // which others share
	for why, n := range o.Reasons {
		c.Reasons.Add(why, n)
	}
	c.N, c.Value, c.Worst = o.N, o.Value, o.Worst
}

// undecidable reports whether it is for want of figures that nothing can be said.
func (c *CriterionObservation) undecidable() bool {
	return c.mostlyUnmeasurable() || c.Doubtful > 0 && c.For.Share() > c.Limit && c.Against.Share() <= c.Limit
}

// unmeasurableText says how many answers have no figure, and why.
func (c *CriterionObservation) unmeasurableText() string {
	return c.Reasons.Text(c.Measurable + c.Unmeasurable)
}

// Observe returns the observation of a phase, in blocks of time. It depends only on its
// arguments. A phase that a look ended is observed as it was at that look, since requests
// open then went on under a falling load; one that is under way, as it is now.
func Observe(tiers []Tier, block time.Duration, p *record.Phase) Observation {
	o := Observation{
		Agents: p.Agents, Draw: p.Draw, Measured: p.Window(), Took: p.End, Ending: p.Ending, Began: p.Settled, Block: block,
		Completed: p.Completed, Least: p.Least, Straddling: p.Straddling, Invalid: derive.Invalid(p),
	}
	v := view{Phase: p, at: p.End, until: p.WindowEnd, block: block}
	if p.Ending == "" || p.Ending == record.Decided {
		// Whole blocks: the look came a little past the last one.
		v.at, v.until = p.WindowEnd, p.Settled+p.Window().Truncate(block)
	}
	v.fit = derive.FitOf(p, v.at)
	o.Stays, v.stay = v.stays()
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Outcome == record.Canceled && p.Measured(r) {
			o.Cut++
		}
	}
	categorical := func(*Tier) string { return "" }
	if p.Ending != "" {
		categorical = failsOutright(p)
	}
	for i := range tiers {
		t := TierObservation{Categorical: categorical(&tiers[i])}
		first := tiers[i].FirstTokens(p, v.fit, v.at)
		for j := range tiers[i].Criteria {
			t.Criteria = append(t.Criteria, v.observe(&tiers[i].Criteria[j], first))
		}
		o.Tiers = append(o.Tiers, t)
	}
	o.Load, o.Speed, o.Pace = v.load(), v.speed(), v.pace()
	return o
}

// failsOutright returns a function that says why a tier fails whatever its statistics.
//
// A number of agents does not hold if more than one in twenty of them starve, the part that
// a P95 leaves out: their few requests, most of them begun before the window, hardly count
// among those of agents that are served. Tiers that allow as long a wait are excepted.
func failsOutright(p *record.Phase) func(*Tier) string {
	if p.Ending == record.Dead {
		why, _ := derive.Silence(p)
		return func(*Tier) string { return why }
	}
	starved, least := derive.Starved(p)
	return func(t *Tier) string {
		if 20*starved <= p.Agents {
			return ""
		}
		for i := range t.Criteria {
			if c := &t.Criteria[i]; c.Metric == TTFT && float64(least) <= c.Bound {
				return ""
			}
		}
		return fmt.Sprintf("%d of %d agents got nothing for more than half of the window", starved, p.Agents)
	}
}

// view is a phase as it was known at an instant.
type view struct {
	*record.Phase
	at, until time.Duration
	block     time.Duration
	fit       derive.Fit
	stay      []int // the bins of the agents' stays
}

// counted returns the instant by which a request counts for a criterion, and whether that is
// in the window.
func (v *view) counted(c *Criterion, r *record.Row) (t time.Duration, ok bool) {
	if !c.Ends {
		return r.Begun, r.Begun >= v.Settled && r.Begun < v.until
	}
	t, known := c.fate(r, v.at)
	return t, known && t >= v.Settled && t < v.until
}

// observe returns what the phase says of a criterion. first is how long a first token may
// have taken.
func (v *view) observe(c *Criterion, first time.Duration) CriterionObservation {
	o := CriterionObservation{Name: c.Metric.Name, Limit: c.Limit()}
	statistic, worst := metrics.Percentiles{Exact: -1}, metrics.Percentiles{Exact: -1}
	var pass, fail confseq.Sample
	inputs, stays := make(map[int]*InputCount), make(map[int]*InputCount)
	add := func(r *record.Row, forPass, forFail bool) {
		t, _ := v.counted(c, r)
		block := int64((t - v.Settled) / v.block)
		pass.Add(block, int(r.Play), forPass)
		fail.Add(block, int(r.Play), forFail)
		if c.Ends {
			countInput(inputs, binOf(r.Planned), v.weight(c, r), forPass, forFail)
			if c.Metric != TTFT && int(r.Agent) < len(v.stay) && v.stay[r.Agent] >= 0 {
				countInput(stays, v.stay[r.Agent], v.weight(c, r), forPass, forFail)
			}
		}
	}
	for i := range v.Rows {
		r := &v.Rows[i]
		_, counts := v.counted(c, r)
		switch {
		case !counts || r.Void():
		case r.Outcome == record.Canceled || r.End > v.at:
			v.addOpen(c, r, min(r.End, v.at), add)
		case r.Failed():
			statistic.Record(c.Metric.Failed)
			worst.Record(c.Metric.Failed)
			add(r, true, true)
		default:
			t := v.fit.Timing(r)
			value, ok := c.Figure(r, &t, first)
			if !ok {
				why := t.Unmeasurable()
				o.Unmeasurable++
				o.Reasons.Add(why, 1)
				if why.Doubtful() {
					o.Doubtful++
					worst.Record(c.Metric.Failed)
					add(r, true, false)
				}
				continue
			}
			o.Measurable++
			statistic.Record(value)
			worst.Record(value)
			bad := c.breaks(value)
			add(r, bad, bad)
		}
	}
	for i := range v.Open {
		r := &v.Open[i]
		if _, counts := v.counted(c, r); counts {
			v.addOpen(c, r, v.at, add)
		}
	}
	o.For, o.Against, o.Inputs, o.Stays = pass.Evidence(), fail.Evidence(), inputCounts(inputs), inputCounts(stays)
	value, _ := statistic.At(c.Percent)
	o.N, o.Value = statistic.N(), Figure(value)
	if o.Doubtful > 0 {
		value, _ = worst.At(c.Percent)
		o.Worst = Figure(value)
	}
	return o
}

// addOpen counts a request that was open at an instant.
func (v *view) addOpen(c *Criterion, r *record.Row, at time.Duration, add func(r *record.Row, forPass, forFail bool)) {
	known := *r
	if known.First > at {
		known.First = record.None
	}
	bad, good := c.Metric.Open(&known, at, c.Bound)
	add(r, !good, bad)
}

// Validate reports values that no observation of the tiers can have: it may come from a
// file.
func (o *Observation) Validate(tiers []Tier) error {
	if o.Agents < 1 || o.Agents > mostAgents {
		return fmt.Errorf("%d agents, expected 1 to %d", o.Agents, mostAgents)
	}
	if o.Measured < 0 || o.Measured > longest || o.Took < 0 || o.Took > forever {
		return fmt.Errorf("measured for %v of %v", o.Measured, o.Took)
	}
	if o.Began < 0 || o.Began > longest || o.Block < 0 || o.Block > longest {
		return fmt.Errorf("a window that began after %v, in blocks of %v", o.Began, o.Block)
	}
	for _, x := range []float64{
		o.Load.Held, o.Load.HeldMean, o.Load.Requests, o.Load.Input, o.Load.Turn, o.Load.Output, o.Load.Forced, o.Speed.N, o.Speed.Variance,
		o.Pace.W, o.Pace.WX, o.Pace.WY, o.Pace.WXX, o.Pace.WXY, o.Pace.Firsts, o.Pace.First,
		o.Stays.Between, o.Stays.Within, o.Stays.Agents, o.Stays.Answers, o.Stays.Size, o.Stays.Spread, o.Stays.Decoding,
	} {
		if !(x >= 0 && x <= mostSum) {
			return fmt.Errorf("%v in what was asked for or how fast it was answered, expected 0 to %g", x, float64(mostSum))
		}
	}
	if !(math.Abs(o.Speed.Mean) <= mostLog) {
		return fmt.Errorf("a mean logarithm of speeds of %v, expected -%v to %[2]v", o.Speed.Mean, mostLog)
	}
	if len(o.Tiers) != len(tiers) {
		return fmt.Errorf("%d tiers, expected %d", len(o.Tiers), len(tiers))
	}
	var errs []error
	for i := range tiers {
		if err := o.Tiers[i].validate(&tiers[i]); err != nil {
			errs = append(errs, fmt.Errorf("tier %s: %w", tiers[i].Name, err))
		}
	}
	return errors.Join(errs...)
}

func (o *TierObservation) validate(t *Tier) error {
	if len(o.Criteria) != len(t.Criteria) {
		return fmt.Errorf("%d criteria, expected %d", len(o.Criteria), len(t.Criteria))
	}
	for i := range t.Criteria {
		c, want := &o.Criteria[i], &t.Criteria[i]
		if c.Name != want.Metric.Name || c.Limit != want.Limit() || c.Measurable < 0 || c.Unmeasurable < 0 || c.Doubtful < 0 || c.Doubtful > c.Unmeasurable || c.N < 0 {
			return fmt.Errorf("criterion %q with a limit of %v, expected %q with %v", c.Name, c.Limit, want.Metric.Name, want.Limit())
		}
		for _, n := range slices.Concat(c.Inputs, c.Stays) {
			if n.Bin < 0 || n.Bin > mostBin || !(n.N > 0 && n.N <= mostSum) || !(n.Bad[0] >= 0 && n.Bad[0] <= n.N) || !(n.Bad[1] >= 0 && n.Bad[1] <= n.N) {
				return fmt.Errorf("criterion %s: impossible count of requests by input: %+v", c.Name, n)
			}
		}
		if err := errors.Join(c.For.Validate(), c.Against.Validate()); err != nil {
			return fmt.Errorf("criterion %s: %w", c.Name, err)
		}
	}
	return nil
}
