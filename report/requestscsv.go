package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

const (
	// mostRow bounds a line of requests: a few hundred bytes, and the message of a failure.
	mostRow = 1 << 20
	// mostWaiting bounds the requests of a phase, which wait for its end: ten thousand agents
	// make a million in an hour.
	mostWaiting = 5_000_000
)

// WriteRequestsCSV turns what agentperf.Config.Requests received, such as the file of maxusers
// -requests, into CSV: a line for each request, with the columns of agentperf.Request under their
// names in JSON, client, which is who sent it where several clients drove the load, and measured,
// which says whether the request began in the window of its phase; both are empty where the phase
// has no line of its own, as it did not end. Lines of phases are not
// written. The requests of one phase are held in memory. A bad line is an error that names it.
func WriteRequestsCSV(w io.Writer, requests io.Reader) error {
	t := reflect.TypeFor[agentperf.Request]()
	c := &requestsCSV{out: csv.NewWriter(w)}
	c.out.Write(append(columns(t, ""), "client", "measured")) // Flush has the error
	lines := bufio.NewScanner(requests)
	lines.Buffer(nil, mostRow)
	n := 0
	for lines.Scan() {
		n++
		if err := c.line(lines.Bytes()); err != nil {
			return fmt.Errorf("report: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("report: line %d has more than %d bytes", n+1, mostRow)
	} else if err != nil {
		return fmt.Errorf("report: line %d: %w", n+1, err)
	}
	c.flush(nil)
	c.out.Flush()
	return c.out.Error()
}

type requestsCSV struct {
	out     *csv.Writer
	waiting []agentperf.Request
}

func (c *requestsCSV) line(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	var kind struct {
		ID        *string `json:"request_id"`
		WindowEnd *int64  `json:"window_end_ns"`
		Begun     *int64  `json:"begun_ns"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return errors.New(jsonerror.Words(err))
	}
	switch {
	case kind.WindowEnd != nil:
		var p agentperf.RequestPhase
		if err := json.Unmarshal(text, &p); err != nil {
			return errors.New(jsonerror.Words(err))
		}
		c.flush(&p)
	case kind.ID != nil && kind.Begun != nil:
		var q agentperf.Request
		if err := json.Unmarshal(text, &q); err != nil {
			return errors.New(jsonerror.Words(err))
		}
		if c.waiting = append(c.waiting, q); len(c.waiting) > mostWaiting {
			return fmt.Errorf("it is request %d of a phase, expected at most %d", len(c.waiting), mostWaiting)
		}
	default:
		return errors.New("it is neither a request, which has request_id and begun_ns, nor a phase, which has window_end_ns")
	}
	return nil
}

// flush writes the requests that wait for the line of their phase; nil if there is none.
func (c *requestsCSV) flush(p *agentperf.RequestPhase) {
	t := reflect.TypeFor[agentperf.Request]()
	for i := range c.waiting {
		q := &c.waiting[i]
		client, measured := "", ""
		if p != nil && p.Run == q.Run && p.Phase == q.Phase {
			measured = fmt.Sprint(q.Begun >= p.Settled && q.Begun < p.WindowEnd)
			client = clientOf(p, q.Agent)
		}
		c.out.Write(append(cells(reflect.ValueOf(q).Elem(), t), csvText(client), measured))
	}
	c.waiting = c.waiting[:0]
}

// clientOf returns the name of the client that ran an agent; empty if there was one, or it is
// unknown.
func clientOf(p *agentperf.RequestPhase, agent int) string {
	if agent < 0 || agent >= len(p.Owners) {
		return ""
	}
	if c := int(p.Owners[agent]); c >= 0 && c < len(p.Clients) {
		return p.Clients[c]
	}
	return ""
}
