package telemetry

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/exposition"
	"github.com/agentperf/agentperf-go/pricing"
)

// Bounds of a page: the largest seen is 80 KB with 800 series, a rack's exporter has some
// thousands.
const (
	maxPage   = 16 << 20
	maxSeries = 20_000
)

// ScrapeConfig says which page [NewScrape] reads. Only URL is required.
type ScrapeConfig struct {
	// URL is the address of a page in Prometheus' text format or OpenMetrics, or of
	// TensorRT-LLM's JSON page; without a path it is /metrics there. Credentials in it are
	// an error.
	URL string
	// Name is what the target is called in reports; empty means URL without its query.
	Name string
	// Role, Every and Basis are those of [Target].
	Role  Role
	Every time.Duration
	Basis pricing.Basis
	// Keep says which series are kept; nil means [Known].
	Keep func(name string) bool
	Transport
}

// Scrape is an [Observer] of one page of metrics. It keeps one connection, follows no
// redirect, uses no proxy and asks for no compression.
type Scrape struct {
	target Target
	keep   func(name string) bool
	client *httpClient
	parser exposition.Parser[*scraped]
	series map[string]*scraped // by name and labels as one
	names  map[string]bool     // what keep said of names
	page   uint64              // counts pages
	// Bounds of a page.
	bytes, most int
	last        int // samples of the last page
}

// A scraped is a series of a page.
type scraped struct {
	name   string
	labels []Label
	page   uint64 // on which it was last seen
}

// NewScrape returns an observer. It sends nothing yet.
func NewScrape(cfg ScrapeConfig) (*Scrape, error) {
	client, err := newHTTPClient(cfg.URL, "/metrics", cfg.Transport)
	if err != nil {
		return nil, err
	}
	s := &Scrape{
		target: Target{Name: cfg.Name, Role: cfg.Role, Every: cfg.Every, Basis: cfg.Basis},
		keep:   cfg.Keep,
		client: client,
		bytes:  maxPage,
		most:   maxSeries,
	}
	if s.target.Name == "" {
		s.target.Name = client.name()
	}
	if s.target.Role == "" {
		s.target.Role = Engine
	}
	if s.keep == nil {
		s.keep = Known
	}
	s.parser.Make, s.parser.Wanted = s.look, s.wanted
	s.forget()
	return s, nil
}

// Target returns what is observed.
func (s *Scrape) Target() Target { return s.target }

// Start does nothing: whether the page can be read is seen with each sample.
func (s *Scrape) Start(context.Context) error { return nil }

// Stop closes the connection.
func (s *Scrape) Stop(context.Context, Instants) ([]Sample, error) {
	s.client.http.CloseIdleConnections()
	return nil, nil
}

// Sample reads the page. Its samples have the time halfway between question and answer, unless
// the page states a time for them. Values that are not finite are left out, as are series beyond
// 20,000 and lines that are not to be understood; of series that are there twice the first
// counts. Each is counted in a sample of its own, which [Summarize] makes a warning of.
func (s *Scrape) Sample(ctx context.Context) ([]Sample, error) {
	asked := time.Now()
	page, header, err := s.client.do(ctx, "GET", "", "text/plain;version=0.0.4, */*;q=0.1", s.bytes)
	if err != nil {
		return nil, err
	}
	// It was made at some time between, and some engines let it wait.
	now := asked.Add(time.Since(asked) / 2)
	switch trimmed := strings.TrimLeft(string(page[:min(len(page), 64)]), " \r\n\t"); {
	case strings.HasPrefix(trimmed, "["):
		return trtllmSamples(page, now)
	case strings.HasPrefix(trimmed, "<"): // no name begins so
		return nil, errors.New("an HTML page, expected one of metrics")
	}
	if len(s.series) >= s.most {
		s.forget()
	}
	s.page++
	samples := make([]Sample, 0, s.last+8)
	var duplicates, leftOut, notFinite int
	openMetrics := strings.HasPrefix(header.Get("Content-Type"), "application/openmetrics-text")
	malformed := s.parser.Parse(page, openMetrics, func(series *scraped, v float64, ms int64) {
		at := now
		if ms != 0 {
			at = time.UnixMilli(ms)
		}
		switch {
		case series == nil:
			leftOut++
		case math.IsNaN(v) || math.IsInf(v, 0):
			notFinite++
		case series.page == s.page:
			duplicates++
		default:
			series.page = s.page
			samples = append(samples, Sample{at, series.name, series.labels, v})
		}
	})
	s.last = len(samples)
	samples = append(samples, Sample{Time: now, Name: upName, Value: 1})
	for _, c := range []struct {
		name string
		n    int
	}{{malformedName, malformed}, {duplicateName, duplicates}, {leftOutName, leftOut}, {notFiniteName, notFinite}} {
		if c.n > 0 {
			samples = append(samples, Sample{Time: now, Name: c.name, Value: float64(c.n)})
		}
	}
	return samples, nil
}

func (s *Scrape) forget() {
	s.series, s.names = make(map[string]*scraped), make(map[string]bool)
	s.parser.Forget()
}

func (s *Scrape) wanted(name []byte) bool {
	keep, ok := s.names[string(name)]
	if !ok {
		keep = s.keep(string(name)) && !reserved(string(name))
		if len(s.names) < s.most {
			s.names[string(name)] = keep
		}
	}
	return keep
}

// reserved reports whether samples of that name are Scrape's own.
func reserved(name string) bool {
	switch name {
	case upName, malformedName, duplicateName, leftOutName, notFiniteName:
		return true
	}
	return false
}

// look returns what stands for a series, nil if it is one too many.
func (s *Scrape) look(name string, labels []exposition.Label) (*scraped, bool) {
	var key strings.Builder
	key.WriteString(name)
	for _, l := range labels {
		key.WriteString("\x00" + l.Name + "\x00" + l.Value)
	}
	series, ok := s.series[key.String()]
	if !ok && len(s.series) < s.most {
		series = &scraped{name: name}
		for _, l := range labels {
			series.labels = append(series.labels, Label(l))
		}
		s.series[key.String()] = series
	}
	return series, true
}
