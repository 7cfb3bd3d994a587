package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

// Telemetry is the flags about what is observed beside the load.
type Telemetry struct {
	// Exclusive is -exclusive.
	Exclusive bool

	scrapes     []telemetry.ScrapeConfig
	prometheus  []telemetry.PrometheusConfig
	power       Power
	series, key string
	file        *LazyFile
}

// Register defines the flags.
func (t *Telemetry) Register(flags *flag.FlagSet) {
	flags.Func("scrape", "read the metrics page `[ROLE=]URL` each second while measuring, such as http://host:8000/metrics: what engines, routers and power exporters say goes into the report; the role is engine, prefill, decode, router or power (repeatable)", func(s string) error {
		role, url := telemetry.Role(""), s
		if before, after, ok := strings.Cut(s, "="); ok && !strings.Contains(before, "/") {
			var err error
			if role, err = telemetry.ParseRole(before); err != nil {
				return errors.New("expected ROLE=URL with one of the roles " + Names(telemetry.Roles()))
			}
			url = after
		}
		t.scrapes = append(t.scrapes, telemetry.ScrapeConfig{URL: url, Role: role})
		return nil
	})
	flags.Func("prometheus", "ask the Prometheus at `URL` after each phase for what it scraped meanwhile (repeatable)", func(s string) error {
		t.prometheus = append(t.prometheus, telemetry.PrometheusConfig{URL: s})
		return nil
	})
	t.power.Register(flags)
	flags.StringVar(&t.key, "scrape-key-env", "", "environment `variable` that holds a bearer token for -scrape and -prometheus")
	flags.StringVar(&t.series, "series", "", "write all that -scrape, -prometheus, -power-log and -power-command saw to `file`, gzipped JSON Lines")
	flags.BoolVar(&t.Exclusive, "exclusive", false, "a phase counts only if the server generated no tokens for others, by the counters of -scrape or -prometheus; otherwise that is a warning")
}

// Output returns the file of -series.
func (t *Telemetry) Output() Place { return Place{By: "-series", Name: t.series} }

// Inputs returns the files of -power-log.
func (t *Telemetry) Inputs() []Place { return t.power.Files() }

// Observers returns those of the flags, and what receives their series; nil without. getenv
// looks up the token.
func (t *Telemetry) Observers(getenv func(string) string) ([]telemetry.Observer, io.Writer, error) {
	transport := telemetry.Transport{}
	if t.key != "" {
		key := getenv(t.key)
		if key == "" {
			return nil, nil, errors.New("-scrape-key-env: the environment variable that it names is empty or not set; expected the name of a variable, not a token")
		}
		transport.Header = http.Header{"Authorization": {"Bearer " + key}}
	}
	var all []telemetry.Observer
	pages := make(map[string][]string) // queries, by address
	for _, cfg := range t.scrapes {
		cfg.Transport = transport
		o, err := telemetry.NewScrape(cfg)
		if err != nil {
			return nil, nil, fmt.Errorf("-scrape: %w", err)
		}
		// An exporter asked of several machines has one address, whose query names them.
		name, same := o.Target().Name, pages[o.Target().Name]
		_, query, _ := strings.Cut(cfg.URL, "?")
		if pages[name] = append(same, query); slices.Contains(same, query) {
			return nil, nil, fmt.Errorf("-scrape: %s is given twice, expected each page once", name)
		}
		if len(same) > 0 {
			cfg.Name = fmt.Sprintf("%s (%d)", name, len(same)+1)
			if o, err = telemetry.NewScrape(cfg); err != nil {
				return nil, nil, fmt.Errorf("-scrape: %w", err)
			}
		}
		all = append(all, o)
	}
	for _, cfg := range t.prometheus {
		cfg.Transport = transport
		o, err := telemetry.NewPrometheus(cfg)
		if err != nil {
			return nil, nil, fmt.Errorf("-prometheus: %w", err)
		}
		all = append(all, o)
	}
	if len(all) == 0 && (t.Exclusive || t.key != "") {
		return nil, nil, errors.New("-exclusive and -scrape-key-env need -scrape or -prometheus")
	}
	power, err := t.power.Observers()
	if err != nil {
		return nil, nil, err
	}
	switch all = append(all, power...); {
	case len(all) == 0 && t.series != "":
		return nil, nil, errors.New("-series needs -scrape, -prometheus, -power-log or -power-command")
	case t.series == "":
		return all, nil, nil
	}
	t.file = &LazyFile{Name: t.series}
	return all, t.file, CheckWritable("series", t.series)
}

// Close closes the file of -series.
func (t *Telemetry) Close() error {
	if t.file == nil {
		return nil
	}
	if err := t.file.Close(); err != nil {
		return fmt.Errorf("-series: %w", err)
	}
	return nil
}

// tryFor is how long a page of -scrape has to answer, and a -power-command to print, before anything is measured.
const tryFor = 10 * time.Second

// Try returns an error if a page of -scrape cannot be read, a -prometheus is none, or a -power-command prints no power:
// what goes wrong once a system is measured only leaves gaps, and a mistake in a URL would
// leave nothing else.
func Try(ctx context.Context, observers []telemetry.Observer) error {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	var errs []error
	for _, o := range observers {
		switch o := o.(type) {
		case *telemetry.Scrape:
			if _, err := o.Sample(ctx); err != nil {
				errs = append(errs, fmt.Errorf("-scrape %s: %w", o.Target().Name, err))
			}
		case *telemetry.Prometheus:
			if err := o.Try(ctx); err != nil {
				errs = append(errs, fmt.Errorf("-prometheus %s: %w", o.Target().Name, err))
			}
		case *powerCommand:
			if err := o.try(ctx); err != nil {
				errs = append(errs, fmt.Errorf("-power-command: %w", err))
			}
		}
	}
	return errors.Join(errs...)
}
