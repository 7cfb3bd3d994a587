package telemetry

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// PrometheusConfig says what [NewPrometheus] asks. Only URL is required.
type PrometheusConfig struct {
	// URL is the address of a Prometheus or of what answers like one, without /api/v1/query.
	// Credentials in it are an error.
	URL string
	// Match selects series by their labels, in PromQL without braces, such as
	// job="vllm",cluster="a"; empty means all with known names, of every system it watches.
	Match string
	// Name is what the target is called in reports; empty means URL.
	Name string
	// Role and Basis are those of [Target].
	Role  Role
	Basis pricing.Basis
	// Wait bounds how long Stop waits for Prometheus' first look at the system after the end
	// of a phase, without which totals do not close; 0 means 20s, which suits the usual 15s
	// between looks, negative means not at all.
	Wait time.Duration
	Transport
}

// Prometheus is an [Observer] that asks an existing Prometheus, after each phase, for what it
// saw meanwhile: the samples as they were scraped, with their own times. Its clock has to
// agree with that of this machine.
type Prometheus struct {
	target Target
	client *httpClient
	match  string
	wait   time.Duration
}

const (
	// What is asked for at once: 5 minutes of 10,000 series each second are some 60 MB.
	maxAnswer  = 128 << 20
	queryRange = 5 * time.Minute
	// How far before a phase its first sample may be: Prometheus looks once a minute unless
	// told otherwise.
	queryBefore = 2 * time.Minute
	// The most by which the clocks may differ, unsaid: Date has whole seconds.
	clockSkew = 3 * time.Second
)

// NewPrometheus returns an observer. It sends nothing yet.
func NewPrometheus(cfg PrometheusConfig) (*Prometheus, error) {
	client, err := newHTTPClient(cfg.URL, "", cfg.Transport)
	if err != nil {
		return nil, err
	}
	client.url.Path = strings.TrimSuffix(client.url.Path, "/")
	p := &Prometheus{
		target: Target{Name: cfg.Name, Role: cfg.Role, Every: time.Minute, Basis: cfg.Basis},
		client: client,
		wait:   cfg.Wait,
	}
	if p.target.Name == "" {
		p.target.Name = client.name()
	}
	if p.target.Role == "" {
		p.target.Role = Engine
	}
	if !strings.HasSuffix(client.url.Path, "/api/v1/query") {
		client.url.Path += "/api/v1/query"
	}
	if p.wait == 0 {
		p.wait = 20 * time.Second
	}
	p.match = "__name__=~`" + knownPattern() + "`"
	if cfg.Match != "" {
		p.match += "," + cfg.Match
	}
	return p, nil
}

// knownPattern matches all names that Known does.
func knownPattern() string {
	var names []string
	for name := range serverNames() {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(append(names, powerPatterns()...), "|")
}

// Target returns what is observed. Nothing is to be seen meanwhile, so that Every is long.
func (p *Prometheus) Target() Target { return p.target }

// Try returns an error if what answers is no Prometheus.
func (p *Prometheus) Try(ctx context.Context) error {
	_, err := p.query(ctx, "vector(1)", time.Now())
	return err
}

// Start does nothing.
func (p *Prometheus) Start(context.Context) error { return nil }

// Sample returns nothing.
func (p *Prometheus) Sample(context.Context) ([]Sample, error) { return nil, nil }

// Stop returns what Prometheus scraped from two minutes before the phase to its first look
// after it.
func (p *Prometheus) Stop(ctx context.Context, at Instants) ([]Sample, error) {
	defer p.client.http.CloseIdleConnections()
	until := at.End
	for start := time.Now(); ; {
		latest, err := p.query(ctx, "max(timestamp({"+p.match+",__name__!=`up`}))", time.Now())
		if err != nil {
			return nil, err
		}
		if len(latest) == 1 {
			if t := time.UnixMilli(int64(math.Round(latest[0].Value * 1000))); !t.Before(at.End) {
				until = t
				break
			}
		}
		if time.Since(start) >= p.wait {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
	var samples []Sample
	for from := at.Begin.Add(-queryBefore); from.Before(until); from = from.Add(queryRange) {
		to := from.Add(queryRange)
		if to.After(until) {
			to = until
		}
		part, err := p.query(ctx, fmt.Sprintf("{%s}[%dms]", p.match, to.Sub(from).Milliseconds()+1), to)
		samples = append(samples, part...)
		if err != nil {
			return samples, err
		}
	}
	return samples, nil
}
