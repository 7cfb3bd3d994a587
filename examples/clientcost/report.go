package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/agentperf/agentperf-go/metrics"
)

// cost is the cost of a reader in all its slices. Unknown figures are nil.
type cost struct {
	Name           string   `json:"reader"`
	Events         int64    `json:"events"`
	Streams        int      `json:"streams"`
	CPUSeconds     *float64 `json:"cpu_seconds"`
	USPerEvent     *float64 `json:"us_per_event"`
	AllocsPerEvent *float64 `json:"allocs_per_event"`
	// How long a token took from the server's stamp before writing it to ours.
	LagP50     *float64 `json:"stamp_lag_p50_us"`
	LagP99     *float64 `json:"stamp_lag_p99_us"`
	LagSamples int      `json:"stamp_lag_samples"`

	perRound []float64 // USPerEvent of each round, 0 if not known
}

// report is the result of the program.
type report struct {
	Schema string `json:"schema"`
	cost
	LatenessP99     *float64 `json:"send_lateness_p99_us"`
	LatenessSamples int      `json:"send_lateness_samples"`
	RSSBytes        int64    `json:"rss_bytes,omitempty"`
	BytesPerAgent   *float64 `json:"bytes_per_agent"`

	Floors   []floorCost    `json:"floors,omitempty"`
	Observed *observersCost `json:"observers,omitempty"`
	Server   *serverCost    `json:"server,omitempty"`
	Setup    setup          `json:"setup"`
	Warnings []string       `json:"warnings,omitempty"`
}

// floorCost is a bare reader and how many times as much ours costs.
type floorCost struct {
	cost
	What      string    `json:"what"`
	CPUTimes  *float64  `json:"cpu_times"`            // median of the rounds
	CPURounds []float64 `json:"cpu_rounds,omitempty"` // one for each
	LagTimes  *float64  `json:"stamp_lag_p99_times"`
}

// serverCost says whether the program's own server kept its pace.
type serverCost struct {
	LateP99    float64 `json:"pace_late_p99_us"` // the worst of all slices
	CPUSeconds float64 `json:"cpu_seconds"`
	// OtherCPUSeconds is the processor time of everything else on the machine.
	OtherCPUSeconds float64 `json:"other_cpu_seconds"`

	window float64 // seconds of all slices
}

// setup describes what was measured and where.
type setup struct {
	Rate        float64 `json:"rate"`
	Tokens      int     `json:"tokens"`
	PromptBytes int     `json:"prompt_bytes"`
	Seconds     float64 `json:"seconds"`
	Rounds      int     `json:"rounds"`
	HTTP2       bool    `json:"http2"`
	TLS         bool    `json:"tls"`
	Go          string  `json:"go"`
	Procs       int     `json:"gomaxprocs"`
	CPUs        int     `json:"cpus"`
}

const schema = "clientcost.report/1"

func newReport(o *options, readers []reader, all [][]measured) *report {
	r := &report{Schema: schema, cost: costOf(readers[0].name, o.streams, all[0])}
	r.Setup = setup{o.rate, o.tokens, o.promptBytes, o.duration.Seconds(), len(all[0]), o.http2, o.tls, runtime.Version(), runtime.GOMAXPROCS(0), runtime.NumCPU()}
	var late []float64
	for _, m := range all[0] {
		late = append(late, m.late...)
		r.RSSBytes = max(r.RSSBytes, m.rss)
	}
	r.LatenessP99, r.LatenessSamples = at(late, 99), len(late)
	if m := all[0][0]; m.low > 0 {
		r.BytesPerAgent = new(float64(m.rss-m.low) / float64(o.streams-o.streams/10))
	}
	for i, f := range readers[1:] {
		c := floorCost{cost: costOf(f.name, o.streams, all[1+i]), What: f.what}
		c.CPUTimes, c.CPURounds = times(r.perRound, c.perRound)
		c.LagTimes = over(r.LagP99, c.LagP99)
		r.Floors = append(r.Floors, c)
	}
	if o.observers > 0 {
		r.Observed = costOfObservers(o.observers, r.Floors[len(r.Floors)-1].CPUSeconds, r.CPUSeconds, o.duration.Seconds())
	}
	if o.own {
		r.Server = &serverCost{}
		for _, m := range slices.Concat(all...) {
			r.Server.LateP99 = max(r.Server.LateP99, m.server.LateP99*1e6)
			r.Server.CPUSeconds += m.server.CPUSeconds
			r.Server.OtherCPUSeconds += m.others.Seconds()
			r.Server.window += o.duration.Seconds() / float64(len(all[0]))
		}
	}
	r.warn()
	return r
}

// warn collects the reservations about the figures.
func (r *report) warn() {
	few := func(what string, n int) {
		if need := metrics.SamplesFor(99); n < need {
			r.Warnings = append(r.Warnings, fmt.Sprintf("the P99 of %s rests on %d samples; at least %d are needed", what, n, need))
		}
	}
	if r.Server != nil {
		few("stamp lag", r.LagSamples)
		if period := 1e6 / r.Setup.Rate; r.Server.LateP99 > period {
			r.Warnings = append(r.Warnings, fmt.Sprintf("the server did not keep its pace: it was %.0f us late (P99), more than the %.0f us from one event of a stream to the next; this machine has too much to do", r.Server.LateP99, period))
		}
	}
	if s := r.Server; s != nil && s.OtherCPUSeconds > 0.05*s.window*float64(r.Setup.CPUs) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("other programs had %.0f %% of this machine's processors meanwhile: lags and lateness are theirs too", 100*s.OtherCPUSeconds/(s.window*float64(r.Setup.CPUs))))
	}
	few("send lateness", r.LatenessSamples)
}

func costOf(name string, streams int, rounds []measured) cost {
	c := cost{Name: name, Streams: streams}
	var cpu float64
	var mallocs uint64
	var lags []float64
	for _, m := range rounds {
		c.Events += m.events
		cpu += m.cpu.Seconds()
		mallocs += m.mallocs
		lags = append(lags, m.lags...)
		c.perRound = append(c.perRound, m.cpu.Seconds()*1e6/float64(max(1, m.events)))
	}
	if cpu > 0 {
		c.CPUSeconds = &cpu
	}
	if c.Events > 0 {
		c.AllocsPerEvent = new(float64(mallocs) / float64(c.Events))
		if cpu > 0 {
			c.USPerEvent = new(cpu * 1e6 / float64(c.Events))
		}
	}
	c.LagP50, c.LagP99, c.LagSamples = at(lags, 50), at(lags, 99), len(lags)
	return c
}

// at returns a percentile, nil of nothing.
func at(samples []float64, percent float64) *float64 {
	p := metrics.Percentiles{Exact: -1}
	for _, v := range samples {
		p.Record(v)
	}
	if v, ok := p.At(percent); ok {
		return &v
	}
	return nil
}

// times returns how many times as much ours cost in each round, and the median.
func times(ours, theirs []float64) (median *float64, rounds []float64) {
	for i, v := range ours {
		if v > 0 && theirs[i] > 0 {
			rounds = append(rounds, v/theirs[i])
		}
	}
	return at(rounds, 50), rounds
}

// over divides, if both are known.
func over(a, b *float64) *float64 {
	if a == nil || b == nil || *b <= 0 {
		return nil
	}
	return new(*a / *b)
}

// WriteTable writes the figures for people.
func (r *report) WriteTable(w io.Writer) error {
	s := r.Setup
	protocol := "HTTP/1.1"
	if s.HTTP2 {
		protocol = "HTTP/2"
	}
	if s.TLS {
		protocol += " over TLS"
	}
	fmt.Fprintf(w, "%d streams x %g events/s over %s, prompts of %d bytes, answers of %d tokens; %gs of each reader in %d turns.\n%s, GOMAXPROCS %d of %d processors.\n\n",
		r.Streams, s.Rate, protocol, s.PromptBytes, s.Tokens, s.Seconds, s.Rounds, s.Go, s.Procs, s.CPUs)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "reader\tevents\tCPU s\tus/event\tallocs/event\tlag P50 us\tlag P99 us\tof\t\n")
	row := func(c cost) {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%d\t\n", c.Name, c.Events, show(c.CPUSeconds, 2), show(c.USPerEvent, 2), show(c.AllocsPerEvent, 3), show(c.LagP50, 0), show(c.LagP99, 0), c.LagSamples)
	}
	row(r.cost)
	for _, f := range r.Floors {
		row(f.cost)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nRequests were sent %s us late (P99 of %d). Memory: %.1f MB resident, %s bytes for each more agent.\n", show(r.LatenessP99, 0), r.LatenessSamples, float64(r.RSSBytes)/1e6, show(r.BytesPerAgent, 0))
	for _, f := range r.Floors {
		var rounds []string
		for _, v := range f.CPURounds {
			rounds = append(rounds, fmt.Sprintf("%.2f", v))
		}
		fmt.Fprintf(w, "Against %s (%s):\n  CPU per event %sx (%s), stamp lag P99 %sx.\n", f.Name, f.What, show(f.CPUTimes, 2), strings.Join(rounds, ", "), show(f.LagTimes, 2))
	}
	if o := r.Observed; o != nil && o.CPUShare != nil {
		fmt.Fprintf(w, "%d observers took %.2f %% of one processor.\n", o.Observers, 100**o.CPUShare)
	}
	if r.Server != nil {
		fmt.Fprintf(w, "The server wrote events %.0f us late (P99) and took %.2f s of processor time, which is not counted above.\n", r.Server.LateP99, r.Server.CPUSeconds)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "Warning: %s.\n", warning)
	}
	return nil
}

// show shows a figure, a dash for none.
func show(v *float64, digits int) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, *v)
}
