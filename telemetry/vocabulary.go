package telemetry

import (
	"regexp"
	"strings"
	"sync"
)

// A figure is one of [Server], by its name in JSON; some are only parts of one.
type figure string

const (
	running      figure = "running"
	waiting      figure = "waiting"
	inFlight     figure = "in_flight"
	kvUse        figure = "kv_use"
	preemptions  figure = "preemptions"
	promptTokens figure = "prompt_tokens"
	cachedTokens figure = "cached_tokens"
	computed     figure = "computed_tokens"
	generated    figure = "generation_tokens"
	cacheQueries figure = "prefix_queries" // in tokens
	cacheHits    figure = "prefix_hits"
	blockQueries figure = "prefix_queried_blocks" // hits and misses
	blockHits    figure = "prefix_hit_blocks"
	blockMisses  figure = "prefix_missed_blocks"
	drafted      figure = "drafted_tokens"
	accepted     figure = "accepted_tokens"
	outcomes     figure = "requests"
	queueTime    figure = "queue_time"
	ttft         figure = "ttft"
	itl          figure = "itl"
	e2e          figure = "e2e"
)

type kind int

const (
	gauge kind = iota
	counter
	histogram
)

// A family is series of one name with one meaning.
type family struct {
	figure figure
	kind   kind
	// name is that on the page; of a histogram, without _bucket, _sum and _count.
	name string
	// only, if set, is the label of the series that count.
	only Label
	// Outcomes are told apart by the label by, or are all called as.
	by, as string
}

// A vocabulary is the names that an engine or router has for figures. Of several families
// for one figure, newer names before older ones, the first with a series is taken, and never
// two: some engines have both for a while. Outcomes are the exception: all are taken.
type vocabulary struct {
	engine string
	router bool
	// fifo says that a page hands out each value once, whoever asks.
	fifo     bool
	families []family
	// ranks are labels of which only the lowest value counts: all ranks of a group count the
	// same requests.
	ranks []string
}

// started are gauges of the instant at which counters were last zero.
var started = []string{"process_start_time_seconds", "vllm:generation_tokens_created"}

// upName is the series that says when the target was looked at.
const upName = "up"

// Series that [Scrape] adds about a page, only where they are not 0.
const (
	malformedName = "scrape_malformed_lines"
	duplicateName = "scrape_duplicate_series"
	leftOutName   = "scrape_left_out_series"
	notFiniteName = "scrape_not_finite_values"
)

func (f *family) names() []string {
	if f.kind == histogram {
		return []string{f.name + "_bucket", f.name + "_sum", f.name + "_count"}
	}
	return []string{f.name}
}

// serverNames has every name of a known series of engines and routers.
var serverNames = sync.OnceValue(func() map[string]bool {
	names := make(map[string]bool)
	for _, name := range append([]string{upName, malformedName, duplicateName, leftOutName, notFiniteName}, started...) {
		names[name] = true
	}
	for _, v := range vocabularies {
		for _, f := range v.families {
			for _, name := range f.names() {
				names[name] = true
			}
		}
	}
	return names
})

// powerName matches the names of series about power; nil if there are none.
var powerName = sync.OnceValue(func() *regexp.Regexp {
	if len(powerPatterns()) == 0 {
		return nil
	}
	return regexp.MustCompile("^(?:" + strings.Join(powerPatterns(), "|") + ")$")
})

// Known reports whether [Summarize] makes something of series of that name.
func Known(name string) bool {
	return serverNames()[name] || powerName() != nil && powerName().MatchString(name)
}
