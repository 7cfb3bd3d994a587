package agentperf

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/spans"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Tier is a service level that every agent is promised.
type Tier struct {
	// Name identifies the tier in reports and is unique among the tiers of a run; empty
	// means the result of String.
	Name string
	// SpeedFloor is the lowest P25 of output speed that holds, in tokens per second.
	SpeedFloor metrics.TokensPerSecond
	// TTFTCeiling is the highest P95 of time to first token that holds; 0 means no
	// ceiling.
	TTFTCeiling time.Duration
	// E2EFloor, if set, replaces both: it is the lowest E2E speed that holds, at the
	// percentile E2EPercent, in tokens per second. E2E speed is all output tokens over
	// the duration of the whole request, including the wait for the first token.
	// Artificial Analysis has announced such a level, but published neither a percentile
	// nor floors.
	E2EFloor metrics.TokensPerSecond
	// E2EPercent is the percentile of E2E speed that E2EFloor applies to, 0 <= E2EPercent
	// < 100; 0 means 25.
	E2EPercent float64
}

// Percentiles that are judged, as Artificial Analysis publishes them.
const (
	speedPercent = 25
	ttftPercent  = 95
)

// percent returns the percentile of E2E speed that is judged.
func (t Tier) percent() float64 { return cmp.Or(t.E2EPercent, speedPercent) }

// criteria returns what the tier promises, for requests that count when their fate is known
// or when they begin.
func (t Tier) criteria(ends bool) decide.Tier {
	if t.E2EFloor > 0 {
		return decide.Tier{Name: t.name(), Criteria: []decide.Criterion{{Metric: decide.E2ESpeed, Bound: float64(t.E2EFloor), Percent: t.percent(), Ends: ends}}}
	}
	cs := []decide.Criterion{{Metric: decide.OutputSpeed, Bound: float64(t.SpeedFloor), Percent: speedPercent, Ends: ends}}
	if t.TTFTCeiling > 0 {
		cs = append(cs, decide.Criterion{Metric: decide.TTFT, Bound: float64(t.TTFTCeiling), Percent: ttftPercent, Ends: ends})
	}
	return decide.Tier{Name: t.name(), Criteria: cs}
}

func criteriaOf(tiers []Tier, ends bool) (all []decide.Tier) {
	for _, t := range tiers {
		all = append(all, t.criteria(ends))
	}
	return all
}

// fastest is the most that a floor can ask for, in tokens per second: one each
// nanosecond.
const fastest = 1e9

// e2ePrefix begins the text of a tier of E2E speed.
const e2ePrefix = "e2e:"

// ParseTier parses a tier such as "100@5s": 100 tokens per second with a TTFT of at most
// 5 s, a duration in the syntax of time.ParseDuration. "e2e:50" is a floor of E2E speed,
// and "e2e:50@p10" one at a percentile other than the 25th.
func ParseTier(s string) (Tier, error) {
	if e2e, ok := strings.CutPrefix(strings.TrimSpace(s), e2ePrefix); ok {
		return parseE2E(s, e2e)
	}
	floor, ceiling, ok := strings.Cut(s, "@")
	if !ok {
		return Tier{}, fmt.Errorf("agentperf: service level %q, expected SPEED@TTFT such as 100@5s", s)
	}
	speed, err := strconv.ParseFloat(strings.TrimSpace(floor), 64)
	if err != nil || !(speed > 0) || speed > fastest {
		return Tier{}, fmt.Errorf("agentperf: service level %q: speed %q, expected tokens per second, more than 0 and at most %g", s, floor, fastest)
	}
	ttft, err := time.ParseDuration(strings.TrimSpace(ceiling))
	if err != nil || ttft <= 0 {
		return Tier{}, fmt.Errorf("agentperf: service level %q: TTFT %q, expected a duration such as 5s or 210ms", s, ceiling)
	}
	return Tier{SpeedFloor: metrics.TokensPerSecond(speed), TTFTCeiling: ttft}, nil
}

// parseE2E reads what follows the prefix.
func parseE2E(s, text string) (Tier, error) {
	floor, percentile, has := strings.Cut(text, "@")
	speed, err := strconv.ParseFloat(strings.TrimSpace(floor), 64)
	if err != nil || !(speed > 0) || speed > fastest {
		return Tier{}, fmt.Errorf("agentperf: service level %q: E2E speed %q, expected tokens per second, more than 0 and at most %g", s, floor, fastest)
	}
	t := Tier{E2EFloor: metrics.TokensPerSecond(speed)}
	if has {
		number, ok := strings.CutPrefix(strings.TrimSpace(percentile), "p")
		t.E2EPercent, err = strconv.ParseFloat(number, 64)
		if !ok || err != nil || !(t.E2EPercent > 0 && t.E2EPercent < 100) {
			return Tier{}, fmt.Errorf("agentperf: service level %q: percentile %q, expected one such as p25", s, percentile)
		}
	}
	return t, nil
}

// String returns the tier in the syntax of ParseTier, without its Name.
func (t Tier) String() string {
	if t.E2EFloor > 0 {
		s := e2ePrefix + strconv.FormatFloat(float64(t.E2EFloor), 'f', -1, 64)
		if t.E2EPercent > 0 {
			s += "@p" + strconv.FormatFloat(t.E2EPercent, 'f', -1, 64)
		}
		return s
	}
	s := strconv.FormatFloat(float64(t.SpeedFloor), 'f', -1, 64)
	if t.TTFTCeiling > 0 {
		s += "@" + t.TTFTCeiling.String()
	}
	return s
}

func (t Tier) name() string {
	if t.Name != "" {
		return t.Name
	}
	return t.String()
}

func validateTiers(tiers []Tier) error {
	var errs []error
	seen := make(map[string]bool)
	for i, t := range tiers {
		if t.E2EFloor != 0 || t.E2EPercent != 0 {
			if !(t.E2EFloor > 0) || t.E2EFloor > fastest || !(t.E2EPercent >= 0 && t.E2EPercent < 100) {
				errs = append(errs, fmt.Errorf("agentperf: Tiers[%d].E2EFloor is %v at percentile %v, expected more than 0 and at most %g, and 0 to 100", i, t.E2EFloor, t.E2EPercent, fastest))
			}
			if t.SpeedFloor != 0 || t.TTFTCeiling != 0 {
				errs = append(errs, fmt.Errorf("agentperf: Tiers[%d] has both E2EFloor and SpeedFloor or TTFTCeiling", i))
			}
		} else if !(t.SpeedFloor > 0) || t.SpeedFloor > fastest {
			errs = append(errs, fmt.Errorf("agentperf: Tiers[%d].SpeedFloor is %v, expected more than 0 and at most %g", i, t.SpeedFloor, fastest))
		}
		if t.TTFTCeiling != 0 {
			errs = append(errs, spans.Check(fmt.Sprintf("agentperf: Tiers[%d].TTFTCeiling", i), t.TTFTCeiling, 0))
		}
		if seen[t.name()] {
			errs = append(errs, fmt.Errorf("agentperf: Tiers[%d]: a second tier is called %q", i, t.name()))
		}
		seen[t.name()] = true
	}
	return errors.Join(errs...)
}

// A TierSet is a published set of service levels.
type TierSet struct {
	// Name identifies the set, for LookupTiers.
	Name string
	// Model is the model and its reasoning effort, as published; empty for any model.
	Model string
	// Date is when the set was in force: YYYY-MM or YYYY-MM-DD.
	Date string
	// Source says where the set was published, and what is uncertain about it.
	Source string
	Tiers  []Tier
}

// TierSets returns the sets of service levels that Artificial Analysis has published for
// AA-AgentPerf, as known in November 2026, latest first. The first is the default of
// Config.Tiers.
func TierSets() []TierSet {
	return []TierSet{
		{
			Name: "gpt-oss-120b", Model: "gpt-oss-120b (high)", Date: "2026-06",
			Source: "artificialanalysis.ai/methodology/agentperf, as reported in July 2026",
			Tiers:  ladder(100, 5, 250, 3, 500, 2, 2000, 1),
		},
		{
			Name: "deepseek-v4-pro", Model: "DeepSeek V4 Pro (max)", Date: "2026-06",
			Source: "artificialanalysis.ai/methodology/agentperf, as reported in July 2026",
			Tiers:  ladder(20, 10, 60, 5, 180, 3),
		},
		{
			Name: "nvidia-2026-06", Date: "2026-06",
			Source: "a clipping of an NVIDIA blog of 12 June 2026; contradicts the methodology of that month, probably a draft",
			Tiers:  ladder(30, 10, 100, 5, 300, 3),
		},
		{
			Name: "deepseek-v3.2", Model: "DeepSeek V3.2 (thinking)", Date: "2026-05-22",
			Source: "artificialanalysis.ai/methodology/agentperf of May 2026, as reported in ai-dynamo/aiperf issue 987",
			Tiers:  ladder(30, 15, 100, 15, 300, 15),
		},
		{
			Name: "launch-2026-03", Date: "2026-03",
			Source: "artificialanalysis.ai/benchmarks/hardware; one TTFT ceiling for all tiers, which was not published, so that there is none here",
			Tiers:  ladder(30, 0, 100, 0, 300, 0),
		},
	}
}

// ladder makes tiers of pairs of tokens per second and seconds.
func ladder(pairs ...int) (tiers []Tier) {
	for i := 0; i < len(pairs); i += 2 {
		tiers = append(tiers, Tier{
			SpeedFloor:  metrics.TokensPerSecond(pairs[i]),
			TTFTCeiling: time.Duration(pairs[i+1]) * time.Second,
		})
	}
	return tiers
}

// LookupTiers returns the set of TierSets that has the given name. The error lists the
// names.
func LookupTiers(name string) (TierSet, error) {
	var names []string
	for _, s := range TierSets() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return TierSet{}, fmt.Errorf("agentperf: no set of service levels is called %q, only %s", name, strings.Join(names, ", "))
}
