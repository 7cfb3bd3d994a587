package slt

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/spans"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/telemetry"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Config says what to measure and how. One of Endpoint and Connect is required;
// everything else has a default. A Config is not modified and may be reused.
type Config struct {
	// Endpoint is the system under test. It is probed before the first level, and the
	// findings are in Report.Preflight. Queries are of its API.
	Endpoint endpoint.Config
	// Connect, if set, replaces Endpoint: it returns a new connection for a worker,
	// numbered from 0. It is called once for each worker of each level, from several
	// goroutines at a time, and with 0 before the first level and after one in which
	// nothing succeeded. A Sender that is an io.Closer is closed when its worker ends.
	// The requests are chat completions of no trajectory; there is no preflight, and prompts have the
	// length that they should only if the Sender reports usage.
	Connect func(worker int) trajectory.Sender
	// Label stands for the system behind Connect. It is in the report.
	Label string
	// Model is the model to request; empty means the only one served.
	Model string
	// Fields are added to each request body, and replace fields of the same
	// name other than model, messages and stream, and those that
	// [trajectory.Policy.Fields] names for the API.
	Fields map[string]json.RawMessage
	// Name names the setup of the system in reports, such as "Max Throughput" or
	// "Minimum Latency"; see [Optimal].
	Name string

	// Levels are the concurrencies to run, in ascending order; none means those of
	// [Levels] until the plateau, and at most MaxConcurrency. Each query of a level
	// has its own connection: if this process may not open that many, Run returns
	// an error, or, without Levels, ends the sweep at as many as it may.
	Levels []int
	// MaxConcurrency ends a sweep without Levels; 0 means 4096.
	MaxConcurrency int
	// Plateau is the rule for when throughput has stopped growing.
	Plateau Plateau
	// InputTokens and OutputTokens are the lengths of a query and its answer; 0
	// means 1,000.
	InputTokens, OutputTokens int
	// Ramp is the time over which the queries of a level are started, spread
	// evenly so that they do not run in lockstep. Settle is the time from there to
	// the window. 0 means 15 s, negative means none.
	Ramp, Settle time.Duration
	// Measure is the length of the window; 0 means 3 minutes.
	Measure time.Duration
	// Drain is the time that queries still open at the end of the window are given
	// before they are canceled; 0 means 30 s, negative means none.
	Drain time.Duration
	// AtSpeeds are the output speeds per query at which throughput and cost are
	// interpolated between the levels; none means 100 tokens per second.
	AtSpeeds []metrics.TokensPerSecond
	// System is the hardware that throughput is divided by and its price; the zero
	// System leaves those figures out.
	System pricing.System
	// Identity says what the system is, for the report. It must not contradict System. Nil
	// states nothing.
	Identity *system.Identity
	// ClientLag is the largest P99 delay of the client itself, in sending and in
	// noticing what arrives, above which a level is invalid; 0 means 50 ms, negative
	// means no limit.
	ClientLag time.Duration
	// Observers watch the system during each level, from before its first query until after
	// its drain, and hold up no query; see [telemetry.Observer]. What they saw is in the Server
	// and Power of levels, and in warnings where it does not agree with what the client saw. A
	// level takes about a second longer with them.
	Observers []telemetry.Observer
	// Series, if set, receives what Observers saw in full, a [telemetry.Recording] after each
	// level. An error of writing ends the sweep.
	Series io.Writer
	// Exclusive makes a level invalid, which ends the sweep, in which the system generated
	// more tokens than the level accounts for, by the counters that Observers read, or in which
	// nobody knows. Otherwise the former is a warning. The tolerance is 2 % of the tokens of
	// the level, and what canceled queries may have had.
	Exclusive bool
	// Seed determines the prompts. 0 draws one, which the report states, so that a
	// second run does not find the server's cache filled by the first.
	Seed uint64
	// Logger, if set, is told what the sweep does: levels at level Info, warnings at Warn.
	// Nil is silent.
	Logger *slog.Logger
	// Progress, if set, is called with the progress of the sweep, never
	// concurrently. It should return soon.
	Progress func(Event)
}

// A Plateau is a rule for when throughput has stopped growing: when a number of
// levels in a row, Levels, have not exceeded the best level before them by more than
// Gain. The published rule is only "until throughput stops increasing".
type Plateau struct {
	// Gain is relative; 0 means 0.01, negative means that any gain counts.
	Gain float64
	// Levels is the number of levels; 0 means 2.
	Levels int
}

const (
	defaultTokens         = 1000
	defaultRamp           = 15 * time.Second
	defaultSettle         = 15 * time.Second
	defaultMeasure        = 3 * time.Minute
	defaultDrain          = 30 * time.Second
	defaultSpeed          = 100
	defaultMaxConcurrency = 4096

	mostTokens      = 10_000_000            // of a prompt or an answer; beyond any model's context
	mostConcurrency = 1_000_000             // in one process; beyond any machine's ports
	leastMeasure    = 10 * time.Millisecond // shorter windows hold no query of a server that is any use
)

// Levels returns the published levels of concurrency: 1, 2, 4, 8, 16, 32, 64
// and then 64 more each time, without end.
func Levels() iter.Seq[int] {
	return func(yield func(int) bool) {
		const step = 64
		for n := 1; yield(n); {
			if n < step {
				n *= 2
			} else {
				n += step
			}
		}
	}
}

// Validate returns all mistakes in the configuration, joined, or nil.
func (c Config) Validate() error {
	errs := []error{fields.Validate("slt", c.Fields, fields.Reserved(string(c.api()))...), c.System.Validate(), c.Identity.Validate(), c.Identity.Agree(c.System)}
	if c.Connect == nil {
		errs = append(errs, c.Endpoint.Validate())
	}
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("slt: "+format, args...)) }
	if slices.Contains(c.Observers, nil) {
		bad("an entry of Observers is nil")
	}
	if len(c.Observers) == 0 && (c.Exclusive || c.Series != nil) {
		bad("Exclusive and Series need Observers")
	}
	for i, n := range c.Levels {
		switch {
		case n < 1 || n > mostConcurrency:
			bad("Levels[%d] is %d, expected 1 to %d", i, n, mostConcurrency)
		case i > 0 && n <= c.Levels[i-1]:
			bad("Levels[%d] is %d after %d, expected ascending levels", i, n, c.Levels[i-1])
		}
	}
	if c.MaxConcurrency < 0 || c.MaxConcurrency > mostConcurrency {
		bad("MaxConcurrency is %d, expected 0 to %d", c.MaxConcurrency, mostConcurrency)
	}
	if c.InputTokens < 0 || c.InputTokens > mostTokens || c.OutputTokens < 0 || c.OutputTokens > mostTokens {
		bad("InputTokens is %d and OutputTokens %d, expected 0 to %d", c.InputTokens, c.OutputTokens, mostTokens)
	}
	if c.OutputTokens == 1 {
		bad("OutputTokens is 1: one token has no output speed, expected 2 or more")
	}
	if c.Measure != 0 {
		errs = append(errs, spans.Check("slt: Measure", c.Measure, leastMeasure))
	}
	// Negative ones mean none, or any.
	errs = append(errs,
		spans.Check("slt: Ramp", max(0, c.Ramp), 0), spans.Check("slt: Settle", max(0, c.Settle), 0),
		spans.Check("slt: Drain", max(0, c.Drain), 0), spans.Check("slt: ClientLag", max(0, c.ClientLag), 0),
	)
	if math.IsNaN(c.Plateau.Gain) || math.IsInf(c.Plateau.Gain, 0) || c.Plateau.Levels < 0 {
		bad("Plateau is %+v, expected a finite Gain and 0 or more Levels", c.Plateau)
	}
	for i, s := range c.AtSpeeds {
		if !(s > 0) || math.IsInf(float64(s), 0) {
			bad("AtSpeeds[%d] is %v, expected more than 0 tokens per second", i, float64(s))
		}
	}
	return errors.Join(errs...)
}

// api returns the API of the queries.
func (c Config) api() trajectory.API {
	if c.Connect != nil {
		return trajectory.APIChat
	}
	return cmp.Or(trajectory.API(c.Endpoint.ResolvedAPI()), trajectory.APIChat)
}

// resolve fills in the defaults that need no endpoint.
func (c Config) resolve() Config {
	c.Ramp = max(0, cmp.Or(c.Ramp, defaultRamp))
	c.Settle = max(0, cmp.Or(c.Settle, defaultSettle))
	c.Measure = cmp.Or(c.Measure, defaultMeasure)
	c.Drain = max(0, cmp.Or(c.Drain, defaultDrain))
	c.ClientLag = cmp.Or(c.ClientLag, load.DefaultClientLag)
	c.InputTokens = cmp.Or(c.InputTokens, defaultTokens)
	c.OutputTokens = cmp.Or(c.OutputTokens, defaultTokens)
	c.MaxConcurrency = cmp.Or(c.MaxConcurrency, defaultMaxConcurrency)
	if len(c.AtSpeeds) == 0 {
		c.AtSpeeds = []metrics.TokensPerSecond{defaultSpeed}
	}
	c.Plateau = c.Plateau.resolve()
	for c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	return c
}

func (p Plateau) resolve() Plateau {
	p.Gain = max(0, cmp.Or(p.Gain, 0.01))
	p.Levels = cmp.Or(p.Levels, 2)
	return p
}

// levels returns the concurrencies to run, and whether a plateau ends them.
func (c Config) levels() (levels iter.Seq[int], open bool) {
	if len(c.Levels) > 0 {
		return func(yield func(int) bool) {
			for _, n := range c.Levels {
				if !yield(n) {
					return
				}
			}
		}, false
	}
	return func(yield func(int) bool) {
		for n := range Levels() {
			if n > c.MaxConcurrency || !yield(n) {
				return
			}
		}
	}, true
}
