package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// An answer of Prometheus' HTTP API, of a vector or of a matrix.
type answer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Result []struct {
			Metric map[string]string `json:"metric"`
			Value  *apiPoint         `json:"value"`
			Values []apiPoint        `json:"values"`
		} `json:"result"`
	} `json:"data"`
}

// An apiPoint is a time in seconds and a value as text.
type apiPoint struct {
	ms    int64
	value float64
}

func (p *apiPoint) UnmarshalJSON(text []byte) error {
	seconds, value, ok := strings.Cut(strings.Trim(string(text), "[] "), ",")
	t, err := strconv.ParseFloat(strings.TrimSpace(seconds), 64)
	if !ok || err != nil || !(math.Abs(t) < 1e12) {
		return errors.New("not a sample")
	}
	if p.value, err = strconv.ParseFloat(strings.Trim(strings.TrimSpace(value), `"`), 64); err != nil {
		return errors.New("not a sample's value")
	}
	p.ms = int64(math.Round(t * 1000))
	return nil
}

// query asks at one time, and returns the finite values of the answer.
func (p *Prometheus) query(ctx context.Context, query string, at time.Time) ([]Sample, error) {
	form := url.Values{"query": {query}, "time": {strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)}}
	asked := time.Now()
	body, header, err := p.client.do(ctx, http.MethodPost, form.Encode(), "application/json", maxAnswer)
	if err != nil {
		return nil, err
	}
	var a answer
	switch err := json.Unmarshal(body, &a); {
	case err != nil:
		return nil, fmt.Errorf("not an answer of Prometheus: %s", p.client.quote(err.Error()))
	case a.Status != "success":
		return nil, errors.New(p.client.quote("Prometheus says " + a.Status + ": " + a.Error))
	}
	var samples []Sample
	for _, r := range a.Data.Result {
		var labels []Label
		for name, value := range r.Metric {
			if name != "__name__" {
				labels = append(labels, Label{name, value})
			}
		}
		slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
		if r.Value != nil {
			r.Values = append(r.Values, *r.Value)
		}
		for _, v := range r.Values {
			if !math.IsNaN(v.value) && !math.IsInf(v.value, 0) { // NaN also marks a series that ended
				samples = append(samples, Sample{time.UnixMilli(v.ms), r.Metric["__name__"], labels, v.value})
			}
		}
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		if d := date.Sub(asked); d > clockSkew || d < -clockSkew-time.Since(asked) {
			return samples, fmt.Errorf("the clock of Prometheus is %v from this one, so that its samples are of other times", d.Round(time.Second))
		}
	}
	return samples, nil
}
