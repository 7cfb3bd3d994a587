package fleet

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// finish takes in the manifest of a worker, which has told all.
func (a *attempt) finish(part int) {
	t, name := &a.parts[part], a.names[part]
	a.merge.End(part)
	if !a.ending && counted(a.owners, int32(part)) > 0 {
		a.fail("worker %s has ended before the phase", name)
	}
	m := &t.ended
	m.Gaps = new(metrics.Gaps)
	err := json.Unmarshal(t.manifest, m)
	shorten(m)
	switch {
	case err != nil:
		a.fail("the manifest of worker %s cannot be read: %v", name, err)
	case m.Entries != t.entries || m.Sum != t.sum:
		a.fail("records of worker %s are missing or damaged: it has told of %d with the checksum %08x, and %d with %08x are here", name, m.Entries, m.Sum, t.entries, t.sum)
	case m.Err != "":
		a.err = fmt.Errorf("fleet: worker %s: %s", name, m.Err)
		a.fail("worker %s: %s", name, m.Err)
	}
	if why := impossible(m, t.entries, time.Since(a.start)); why != "" {
		a.fail("worker %s tells what cannot be: %s", name, why)
		m.Gaps, m.Reconnects, m.Client = nil, 0, unknown(name)
	}
	t.manifest = nil
}

// impossible says what no manifest of so many entries can say so long after the start; empty if
// there is nothing.
func impossible(m *wire.Manifest, entries int64, now time.Duration) string {
	if most := mostReconnects * entries; m.Reconnects < 0 || m.Reconnects > most {
		return fmt.Sprintf("%d reconnects, expected 0 to %d", m.Reconnects, most)
	}
	if why := impossibleClient(&m.Client); why != "" {
		return why
	}
	if m.Gaps == nil {
		return "it has no gaps"
	}
	most := max(0, now+mostEarly).Seconds()
	for _, of := range []*metrics.Percentiles{m.Gaps.InterEvent(), m.Gaps.InterToken()} {
		if least, ok := of.Min(); ok && least < 0 {
			return fmt.Sprintf("a gap of %v s, expected 0 to %v", least, most)
		}
		if greatest, ok := of.Max(); ok && greatest > most {
			return fmt.Sprintf("a gap of %v s, expected 0 to %v", greatest, most)
		}
	}
	return ""
}

// impossibleClient says what no check of itself by a client can say; empty if there is nothing.
func impossibleClient(c *record.Client) string {
	if why := derive.ImpossibleClient(c); why != "" {
		return "its check of itself " + why
	}
	return ""
}

// unknown is the check of itself by a client that has made none.
func unknown(name string) record.Client {
	return record.Client{Name: name, CPUShare: record.None, StartLate: record.None, ClockError: record.None}
}

const (
	// mostReconnects bounds those of a request, each of which is two entries: net/http sends one
	// again five times at most.
	mostReconnects = 5
	// mostManifest bounds a manifest: two histograms take 650 KB each at most.
	mostManifest = 4 << 20
	// mostWords bounds the bytes of each of its texts, and mostTexts their number: they go into
	// reports and journals, where those of an honest worker are sentences.
	mostWords = 4 << 10
	mostTexts = 16
)

// shorten cuts the texts of a manifest.
func shorten(m *wire.Manifest) {
	m.Err, m.Client.Explanation = shortened(m.Err), shortened(m.Client.Explanation)
	m.Warnings = m.Warnings[:min(len(m.Warnings), mostTexts)]
	for i, text := range m.Warnings {
		m.Warnings[i] = shortened(text)
	}
}

func shortened(text string) string {
	if len(text) <= mostWords {
		return text
	}
	return strings.ToValidUTF8(text[:mostWords], "") + "..."
}
