package page

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/system"
)

// A sample is a made-up system, of which search makes the report of a search.
type sample struct {
	name, model string
	speed       float64 // alone, tok/s
	half        float64 // the number of agents at which half of it is left
	system      *pricing.System
	controlled  bool // with tentative numbers
	invalid     int  // every so many phases; 0 for none
	phases      int  // more phases, at random numbers
}

// search returns the report of a search for two levels, by doubling and bisecting.
func (s sample) search() *report.Report {
	r := rand.New(rand.NewPCG(uint64(len(s.name)), uint64(s.half*100)))
	rep := &agentperf.Report{
		Schema: agentperf.Schema, Started: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Complete: true,
		Config: agentperf.ConfigEcho{Model: s.model, Workload: "made up", Trajectories: 20, Turns: 400, Output: "forced", PercentileRule: "R-7"},
		System: s.system, Identity: &system.Identity{Name: s.name, Engine: "simulated", EngineVersion: "1.2"},
		Tool:  system.Tool{Module: "agentperf", Version: "(devel)", Go: "go1.26", OS: "linux", Arch: "amd64"},
		Audit: agentperf.AuditReport{Outcome: agentperf.NotAudited, Reason: "none was asked for"},
	}
	if s.controlled {
		rep.Config.Rule = agentperf.RuleEcho{Name: "controlled", ErrorRate: 0.01}
	}
	floors := []float64{100, 200}
	var order []int
	measure := func(n int) { order = append(order, n) }
	for _, floor := range floors {
		holds := func(n int) bool { return s.at(n) >= floor }
		low, high := 0, 1
		for ; holds(high); high *= 2 {
			low = high
			if !slices.Contains(order, high) {
				measure(high)
			}
		}
		measure(high)
		for high-low > 1 {
			mid := (low + high) / 2
			if measure(mid); holds(mid) {
				low = mid
			} else {
				high = mid
			}
		}
		t := agentperf.TierResult{
			Name: fmt.Sprintf("%v@5s", floor), SpeedFloorTokensPerSecond: metrics.TokensPerSecond(floor), TTFTCeilingSeconds: 500 / floor,
			MaxAgents: low, FirstFailingAgents: new(high), Bounded: true, Confirmed: true,
		}
		rep.Tiers = append(rep.Tiers, t)
	}
	for range s.phases {
		order = append(order, 1+r.IntN(int(s.half*4)))
	}
	for i, n := range order {
		rep.Phases = append(rep.Phases, s.phase(r, i, n, rep.Tiers))
	}
	rep.Numbers, rep.Tiers = s.numbers(rep)
	return &report.Report{Name: s.name + ".json", Agentperf: rep}
}

// at is the P25 speed with n agents.
func (s sample) at(n int) float64 { return s.speed / (1 + math.Pow(float64(n)/s.half, 0.9)) }

func (s sample) phase(r *rand.Rand, i, n int, tiers []agentperf.TierResult) agentperf.PhaseResult {
	v := s.at(n) * (1 + 0.01*r.NormFloat64())
	ttft := 0.02 + 0.5*math.Pow(float64(n)/s.half/3, 3)*(1+0.2*r.Float64())
	about := func(v, by float64) *agentperf.Interval {
		return &agentperf.Interval{Low: new(v * (1 - by)), High: new(v * (1 + by)), By: "plays", Clusters: 30, Effective: 50}
	}
	f := &agentperf.Figures{
		Requests: 40 * n, P25Speed: &v, P25SpeedInterval: about(v, 0.2/math.Sqrt(float64(n))), P25E2ESpeed: new(v * 0.92),
		P95TTFT: &ttft, P95TTFTState: "ok", P95TTFTInterval: about(ttft, 0.1),
		OutputTokensPerSecond: v * float64(n) * 0.6, InputTokens: 1_000_000, OutputTokens: 20_000, CachedInputTokens: new(int64(800_000)),
	}
	p := agentperf.PhaseResult{
		Index: i, Agents: n, MeasuredSeconds: 60, PhaseSeconds: 70, Ending: "complete", Figures: f,
		Client: &metrics.ClientCheck{LagSeconds: 0.0011, CPUShare: new(0.07), Processors: 8},
	}
	if s.invalid > 0 && i%s.invalid == s.invalid-1 {
		p.Figures, p.InvalidFigures, p.Invalid = nil, f, "the client was 0.1 s late, of 0.005 s that are allowed"
		f.P25Speed = new(v * 3)
	}
	for _, t := range tiers {
		w := agentperf.TierVerdict{Tier: t.Name, Verdict: agentperf.Pass}
		if v < float64(t.SpeedFloorTokensPerSecond) {
			w.Verdict = agentperf.Fail
		}
		near := math.Abs(v/float64(t.SpeedFloorTokensPerSecond)-1) < 0.1
		if s.controlled && !near {
			w.Verdict, w.Tentative = agentperf.Undecided, w.Verdict
		}
		if p.Invalid != "" {
			w = agentperf.TierVerdict{Tier: t.Name, Verdict: agentperf.Invalid, Reason: p.Invalid}
		}
		p.Verdicts = append(p.Verdicts, w)
	}
	return p
}

// numbers pools the phases, of which the last one counts.
func (s sample) numbers(rep *agentperf.Report) (all []agentperf.NumberFigures, tiers []agentperf.TierResult) {
	tiers = slices.Clone(rep.Tiers)
	last := make(map[int]*agentperf.PhaseResult)
	for i := range rep.Phases {
		if p := &rep.Phases[i]; p.Figures != nil {
			last[p.Agents] = p
		}
	}
	for n := range 1 << 20 {
		p := last[n]
		if p == nil {
			continue
		}
		f := p.Figures
		all = append(all, agentperf.NumberFigures{
			Agents: n, Phases: []int{p.Index}, MeasuredSeconds: 60, Requests: f.Requests, Failed: f.Failed,
			P25Speed: f.P25Speed, P25SpeedInterval: f.P25SpeedInterval, P25E2ESpeed: f.P25E2ESpeed,
			P95TTFT: f.P95TTFT, P95TTFTState: "ok", P95TTFTInterval: f.P95TTFTInterval,
			OutputTokensPerSecond: &f.OutputTokensPerSecond, CachedInput: new(0.8 - 0.0005*float64(n)),
		})
		for i := range tiers {
			v := p.Verdicts[i]
			tiers[i].Numbers = append(tiers[i].Numbers, agentperf.Number{Agents: n, Verdict: v.Verdict, Tentative: v.Tentative, Reason: v.Reason, Phases: []int{p.Index}})
		}
		if len(all) == len(last) {
			break
		}
	}
	return all, tiers
}

// twelve are systems as many as can be told apart, from small to large.
func twelve(phases int) (all []*report.Report) {
	for i, name := range []string{"8x H100", "8x H200", "8x B200", "8x MI300X", "4x H100 PCIe", "12x A100", "16x H100", "8x MI325X", "8x MI355X", "4x B300", "64x TPU v6e", "8x GB200"} {
		s := sample{
			name: name, model: "gpt-oss-120b", speed: 380 + 17*float64(i*5%12), half: 20 + 11*float64(i*7%12), controlled: i%2 == 1, phases: phases,
			system: &pricing.System{Accelerator: "X", Accelerators: 8, Price: 2 * pricing.Dollar, RackAccelerators: 32},
		}
		if i%3 == 0 {
			s.invalid = 9
			s.system.Power, s.system.Basis = 5000+pricing.Watts(100*i), pricing.MeasuredAccelerator
		}
		all = append(all, s.search())
	}
	return all
}
