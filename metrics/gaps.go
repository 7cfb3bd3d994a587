package metrics

import (
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// Gaps collects the pauses inside streamed responses, in seconds. There are two
// kinds, which are often confused:
//
//   - Inter-event: from one event with visible output to the next. Events that
//     arrive in one network read are 0 apart.
//   - Inter-token: the gap before a stamp divided among the tokens that came
//     with it, recorded once per token. It is known only where the server sends a
//     running token count.
//
// Both collect every gap in a [Percentiles] instead of one mean per response, in
// which a stall would vanish. The zero value is ready. Gaps is safe for concurrent
// use; a busy client keeps several and merges them at the end.
type Gaps struct {
	mu                     sync.Mutex
	interEvent, interToken Percentiles
}

func (g *Gaps) event(d time.Duration) {
	g.mu.Lock()
	g.interEvent.Record(d.Seconds())
	g.mu.Unlock()
}

func (g *Gaps) tokens(d time.Duration, n int) {
	g.mu.Lock()
	g.interToken.RecordN(d.Seconds()/float64(n), n)
	g.mu.Unlock()
}

// Merge adds all gaps of other, which is not changed.
func (g *Gaps) Merge(other *Gaps) {
	event, token := other.InterEvent(), other.InterToken()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.interEvent.Merge(event)
	g.interToken.Merge(token)
}

// InterEvent returns a copy of the inter-event gaps, in seconds.
func (g *Gaps) InterEvent() *Percentiles {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.interEvent.clone()
}

// InterToken returns a copy of the inter-token gaps, in seconds.
func (g *Gaps) InterToken() *Percentiles {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.interToken.clone()
}

// gapsForm is a Gaps in JSON.
type gapsForm struct {
	InterEvent *Percentiles `json:"inter_event"`
	InterToken *Percentiles `json:"inter_token"`
}

// MarshalJSON writes both kinds of gaps as [Percentiles] are written.
func (g *Gaps) MarshalJSON() ([]byte, error) {
	return json.Marshal(gapsForm{g.InterEvent(), g.InterToken()})
}

// UnmarshalJSON reads what MarshalJSON writes, and replaces all gaps.
func (g *Gaps) UnmarshalJSON(text []byte) error {
	f := gapsForm{new(Percentiles), new(Percentiles)}
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if f.InterEvent == nil || f.InterToken == nil {
		return errors.New("gaps without their percentiles, expected inter_event and inter_token")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.interEvent, g.interToken = *f.InterEvent, *f.InterToken
	return nil
}
