package agentperf

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Request is one line of Config.Requests, written as the request ends. Fields that
// Artificial Analysis' client also writes have the same names there: those are in seconds,
// instants in seconds since 1970 (UTC). Instants that end in _ns are exact, counted from
// the start of the phase, and -1 where there is none; [RequestPhase] says when that was.
// Pointers are nil if the value is unknown. Each line has all columns.
type Request struct {
	Phase        int      `json:"phase_idx"`
	ID           string   `json:"request_id"`
	Run          string   `json:"run"`    // that of the phase
	Agents       int      `json:"agents"` // of the phase
	Agent        int      `json:"user_id"`
	Trajectory   string   `json:"conversation_id"`
	Subagent     string   `json:"subagent"`
	Turn         int      `json:"conversation_idx"` // counted within the subagent, if there is one
	Start        float64  `json:"start_time"`
	End          float64  `json:"end_time"`
	Success      bool     `json:"success"`
	TTFT         *float64 `json:"ttft"`
	InputTokens  *int     `json:"server_input_tokens"`
	OutputTokens *int     `json:"server_output_tokens"`
	CachedTokens *int     `json:"server_cached_tokens"`

	Session     string   `json:"session"`
	Outcome     string   `json:"outcome"`
	Error       string   `json:"error"`
	OutputSpeed *float64 `json:"output_speed"` // tokens per second; nil if unmeasurable
	// Unmeasurable says why there is no output speed, by what the answer alone tells;
	// empty if there is one, and for what failed.
	Unmeasurable metrics.Unmeasurable `json:"unmeasurable"`
	MaxTokens    int                  `json:"max_tokens"` // 0 where none was asked for
	Forced       bool                 `json:"forced"`     // the answer was to have just as many
	Cold         bool                 `json:"cold"`       // the first of a play that began in the middle
	Recorded     *int                 `json:"recorded_input_tokens"`
	Hidden       *int                 `json:"server_hidden_tokens"`

	Events      int    `json:"events"`
	FirstEvents int    `json:"first_events"`  // up to lead_ns
	Silent      int    `json:"silent_events"` // without visible output, after the first that had some
	Ahead       int    `json:"ahead_events"`  // without visible output, before it
	Bytes       int    `json:"bytes"`
	Blank       int    `json:"blank_bytes"` // that show nothing, such as texts of white space
	Tokens      int    `json:"tokens"`
	TokenSource string `json:"token_source"`
	FirstTokens int    `json:"first_tokens"` // up to lead_ns
	FirstSource string `json:"first_tokens_source"`

	Rest     time.Duration `json:"rest_ns"` // the pause that was asked for before the request
	Begun    time.Duration `json:"begun_ns"`
	Due      time.Duration `json:"due_ns"`
	Sent     time.Duration `json:"sent_ns"`
	First    time.Duration `json:"first_ns"`
	Lead     time.Duration `json:"lead_ns"`  // the end of the first burst
	Tenth    time.Duration `json:"tenth_ns"` // the tenth event with visible output
	Last     time.Duration `json:"last_ns"`
	Made     time.Duration `json:"made_ns"` // the latest event of the output, visible or not
	Finished time.Duration `json:"end_ns"`
}

// A RequestPhase is the line of Config.Requests that follows the requests of a phase. A
// request was measured if it began in the window: at Settled or later and before
// WindowEnd. The phase began at Anchor by the client's wall clock. Run names the run, since
// a file may be appended to by several.
type RequestPhase struct {
	Run       string        `json:"run"`
	Phase     int           `json:"phase_idx"`
	Agents    int           `json:"agents"`
	Anchor    time.Time     `json:"anchor"`
	AllUp     time.Duration `json:"all_up_ns"`
	Settled   time.Duration `json:"settled_ns"`
	WindowEnd time.Duration `json:"window_end_ns"`
	End       time.Duration `json:"end_ns"`
	Ending    string        `json:"ending"`
	// Completed is the number of trajectories completed in the window, Least that of the agent
	// with the fewest, and Straddling the number of agents that began no request in it because
	// one from before was open throughout.
	Completed  int `json:"completed"`
	Least      int `json:"least_completed"`
	Straddling int `json:"straddling"`
	// Invalid says why the phase says nothing about the system; empty if it does.
	Invalid  string `json:"invalid"`
	Seed     uint64 `json:"seed,string"`
	Draw     int    `json:"draw"`
	Workload string `json:"workload_sha256"`
	// SyntheticFactor is that of ConfigEcho.
	SyntheticFactor float64 `json:"synthetic_tokens_factor"`
	// Clients names the clients where several drove the load, and Owners says which of them
	// ran each agent, by index. Both are null with one client, and with more than 200,000
	// agents, of which readers would take the line for a broken one.
	Clients []string `json:"clients"`
	Owners  []int32  `json:"owners"`
}

// mostOwners is the number of agents whose owners are written: at most five bytes each, so that
// the line stays below the 1 MiB that readers of lines take.
const mostOwners = 200_000

// clients fills in which client ran which agent.
func (l *RequestPhase) clients(p *record.Phase) {
	if len(p.Clients) < 2 || len(p.Owners) == 0 || len(p.Owners) > mostOwners {
		return
	}
	for i := range p.Clients {
		l.Clients = append(l.Clients, p.Clients[i].Name)
	}
	l.Owners = p.Owners
}

// requestOf returns the line for a row.
func requestOf(p *record.Phase, r *record.Row, id string) Request {
	q := Request{
		Run: p.Run, Agents: p.Agents, Phase: p.Index, ID: id, Agent: int(r.Agent), Turn: int(r.Turn), Success: r.Outcome == record.OK,
		Outcome: string(r.Outcome), Error: p.Message(r), MaxTokens: max(0, int(r.MaxTokens)), Forced: r.Forced, Cold: r.Cold,
		Recorded: count(r.Recorded), Start: seconds(p.Anchor, r.Sent), End: seconds(p.Anchor, r.End),
		Events: int(r.Events), FirstEvents: int(r.FirstEvents), Silent: int(r.Silent), Ahead: int(r.Ahead), Bytes: int(r.Bytes), Blank: int(r.Blank), Tokens: int(r.Tokens), TokenSource: r.TokenSource.String(),
		FirstTokens: int(r.FirstTokens), FirstSource: r.FirstSource.String(),
		Rest: r.Rest, Begun: r.Begun, Due: r.Due, Sent: r.Sent, First: r.First, Tenth: r.Tenth, Last: r.Last, Made: r.Made, Finished: r.End,
	}
	if int(r.Thread) < len(p.Threads) {
		q.Subagent = p.Threads[r.Thread]
	}
	if r.Play >= 0 && int(r.Play) < len(p.Plays) {
		q.Trajectory, q.Session = p.Plays[r.Play].Trajectory, p.Plays[r.Play].Session
	}
	if q.Lead = r.First; r.First >= 0 {
		q.Lead += time.Duration(r.Lead)
	}
	t := r.Timing()
	if d, ok := t.TTFT(); ok {
		q.TTFT = new(d.Seconds())
	}
	if r.Outcome == record.OK {
		q.Unmeasurable = t.Unmeasurable()
		if v, ok := t.OutputSpeed(); ok {
			q.OutputSpeed = new(float64(v))
		}
	}
	if r.Reported {
		q.InputTokens, q.OutputTokens, q.CachedTokens, q.Hidden = count(r.Prompt), count(r.Completion), count(r.Cached), count(r.Hidden)
	}
	return q
}

// count returns a count; nil for one that was not stated.
func count(n int32) *int {
	if n < 0 {
		return nil
	}
	return new(int(n))
}

// seconds returns an instant in seconds since 1970, to the microsecond that a float64
// holds.
func seconds(anchor time.Time, at time.Duration) float64 {
	return float64(anchor.Add(max(0, at)).UnixMicro()) / 1e6
}

// writeRequests writes the requests of a phase and the phase itself.
func writeRequests(w io.Writer, p *record.Phase, invalid string) error {
	enc := newRequestEncoder(w)
	for i := range p.Rows {
		enc.request(p, &p.Rows[i])
	}
	return enc.phase(p, invalid)
}

// A requestEncoder writes the lines of one phase.
type requestEncoder struct {
	buf    *bufio.Writer
	json   *json.Encoder
	counts map[int32]int // requests of each agent
	err    error
}

func newRequestEncoder(w io.Writer) *requestEncoder {
	buf := bufio.NewWriter(w)
	e := &requestEncoder{buf: buf, json: json.NewEncoder(buf), counts: make(map[int32]int)}
	e.json.SetEscapeHTML(false)
	return e
}

func (e *requestEncoder) request(p *record.Phase, r *record.Row) {
	id := fmt.Sprintf("%d-%d-%d", p.Index, r.Agent, e.counts[r.Agent])
	e.counts[r.Agent]++
	e.encode(requestOf(p, r, id))
}

func (e *requestEncoder) phase(p *record.Phase, invalid string) error {
	l := RequestPhase{
		Run: p.Run, Phase: p.Index, Agents: p.Agents, Anchor: p.Anchor, AllUp: p.AllUp, Settled: p.Settled, WindowEnd: p.WindowEnd, End: p.End,
		Ending: string(p.Ending), Completed: p.Completed, Least: p.Least, Straddling: p.Straddling, Invalid: invalid, Seed: p.Seed, Draw: p.Draw, Workload: p.Workload, SyntheticFactor: p.SyntheticFactor,
	}
	l.clients(p)
	e.encode(l)
	return e.flush()
}

func (e *requestEncoder) encode(line any) {
	if e.err == nil {
		e.err = e.json.Encode(line)
	}
}

// flush writes what is buffered and returns the first error so far.
func (e *requestEncoder) flush() error {
	if e.err == nil {
		e.err = e.buf.Flush()
	}
	if e.err != nil {
		return fmt.Errorf("agentperf: writing requests: %w", e.err)
	}
	return nil
}

// A requestLog writes the requests of one phase to Config.Requests as they end. Writing has
// a goroutine of its own: a slow disk must not make the client late.
type requestLog struct {
	enc    *requestEncoder
	wake   chan struct{}
	closed chan struct{} // once all is written

	mu      sync.Mutex
	waiting []endedRow
	last    *record.Phase // the phase, once it has ended
	invalid string        // why it says nothing of the system
}

type endedRow struct {
	phase *record.Phase // what the row refers to
	row   record.Row
}

// newRequestLog returns the log of a phase; its method phase must be called. It is nil
// without a writer.
func newRequestLog(w io.Writer) *requestLog {
	if w == nil {
		return nil
	}
	l := &requestLog{enc: newRequestEncoder(w), wake: make(chan struct{}, 1), closed: make(chan struct{})}
	go func() {
		defer close(l.closed)
		for range l.wake {
			l.drain()
		}
		l.drain()
		l.enc.phase(l.last, l.invalid) // its error stays in enc
	}()
	return l
}

// ended takes in a request that has ended. It does not block.
func (l *requestLog) ended(p *record.Phase, r *record.Row) {
	l.mu.Lock()
	l.waiting = append(l.waiting, endedRow{p, *r})
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// drain writes what waits.
func (l *requestLog) drain() {
	l.mu.Lock()
	rows := l.waiting
	l.waiting = nil
	l.mu.Unlock()
	for i := range rows {
		l.enc.request(rows[i].phase, &rows[i].row)
	}
	l.enc.flush() // its error stays in enc
}

// blockedFor is how long a write may take once ctx is done, before the run ends without
// it: long for a disk, short for whoever pressed ^C.
const blockedFor = 5 * time.Second

// phase writes the rest and the line of the phase, which has ended, and returns the first
// error of writing.
func (l *requestLog) phase(ctx context.Context, p *record.Phase, invalid string) error {
	if l == nil {
		return nil
	}
	l.last, l.invalid = p, invalid // seen by the goroutine once wake is closed
	close(l.wake)
	select {
	case <-l.closed:
		return l.enc.flush()
	case <-ctx.Done():
	}
	select {
	case <-l.closed:
		return l.enc.flush()
	case <-time.After(blockedFor):
		return fmt.Errorf("agentperf: writing requests: Config.Requests has been blocked for %v", blockedFor)
	}
}
