package telemetry

import (
	"fmt"
	"strings"
)

// once returns the readings without those of processes that another target is, too, such as
// under a second address, or by a Prometheus beside a Scrape: all would count twice. It calls
// seen with both.
func once(all []*reading, seen func(first, again *reading)) (out []*reading) {
	known := make(map[string]*reading)
	for _, r := range all {
		key := r.counts()
		if first := known[key]; key != "" && first != nil && first.target != r.target {
			seen(first, r)
			continue
		}
		known[key] = r
		out = append(out, r)
	}
	return out
}

// counts returns what the counters of a target came to when it was last read; empty if they do
// not tell it apart. After the load they stand still, and no two processes that have ever been
// busy count as many tokens of prompts and of output as each other.
func (r *reading) counts() string {
	prompts := max(r.rises[promptTokens].total, r.rises[computed].total)
	if r.rises[generated].total <= 0 || prompts <= 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(fmt.Sprint(r.vocabulary.engine, r.router()))
	for _, f := range r.vocabulary.families {
		if f.kind != counter {
			continue
		}
		sum := 0.0
		for _, s := range r.target.Series {
			if n := len(s.Points); s.Name == f.name && n > 0 {
				sum += s.Points[n-1].Value
			}
		}
		b.WriteString(fmt.Sprint(" ", sum))
	}
	return b.String()
}
