package trajectory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/metrics"
)

// longSession makes a trajectory of 200 turns that ends with a prompt of 400 KB, some
// 100,000 tokens: a scaffold of 40 KB, then an answer and what a tool returned to it
// for each turn. Its text is recorded, or known by its length alone.
func longSession(tb testing.TB, synthetic bool) *Trajectory {
	const turns, scaffold, answer, result = 200, 10_000, 100, 350 // tokens
	var store Store
	rng := rand.New(rand.NewPCG(1, 2))
	add := func(c *History, role string, tokens int) *History {
		text, blocks := "", []Block{{Seed: rng.Uint64(), Tokens: tokens}}
		if !synthetic {
			text, blocks = string(filler.AppendBlock(nil, tokens, blocks[0].Seed)), nil
		}
		c, err := store.AppendSynthetic(c, fmt.Appendf(nil, `{"role":%q,"content":%q}`, role, text), blocks)
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
	tools := json.RawMessage(`[{"type":"function","function":{"name":"sh"}}]`)
	c := add(add(nil, "system", scaffold), "user", result)
	tr := &Trajectory{ID: "a"}
	for range turns {
		tr.Turns = append(tr.Turns, Turn{History: c, Tools: tools, OutputTokens: answer})
		c = add(add(c, "assistant", answer), "tool", result)
	}
	return tr
}

// assemble makes the body of a turn and lets go of it, as a thread does.
func assemble(b *builder, tr *Trajectory, turn int, prefix string) [][]byte {
	t := &tr.Turns[turn]
	body := b.body(t, prefix, t.OutputTokens, true)
	b.release()
	return body
}

func bodySize(body [][]byte) (n int) {
	for _, s := range body {
		n += len(s)
	}
	return n
}

func testPrefix() string { return prefix(rand.New(rand.NewPCG(3, 4))) }

// A body of recorded text takes no memory of its own: its segments are the messages
// themselves, but for the one with the prefix, which a play makes once.
func TestRecordedBodyAllocatesNothing(t *testing.T) {
	tr, b, prefix := longSession(t, false), newBuilder(Policy{}.Resolve()), testPrefix()
	last := len(tr.Turns) - 1
	body := assemble(b, tr, last, prefix)
	if n := bodySize(body); n < 390_000 || n > 420_000 {
		t.Fatalf("a body of %d bytes is not what this is about", n)
	}
	private, i := 0, 1 // after the head
	for m := range tr.Turns[last].History.All() {
		if wire := m.JSON(); &body[i][len(body[i])-1] != &wire[len(wire)-1] {
			private++
		}
		i++
	}
	if private != 1 {
		t.Errorf("%d messages are copies, want the one with the prefix", private)
	}
	if tools := tr.Turns[last].Tools; &body[i+1][0] != &tools[0] {
		t.Error("the tools are a copy")
	}
	if n := testing.AllocsPerRun(100, func() { assemble(b, tr, last, prefix) }); n != 0 {
		t.Errorf("%v allocations per body, want 0", n)
	}
}

// In the other APIs as well: what they add to the messages is small and shared by all
// agents, and a body that is sent again takes nothing.
func TestRecordedBodyAllocatesNothingInEachAPI(t *testing.T) {
	for _, api := range []API{APIMessages, APIResponses} {
		tr, prefix := longSession(t, false), testPrefix()
		last := len(tr.Turns) - 1
		policy := Policy{API: api}.Resolve()
		(&Workload{Trajectories: []*Trajectory{tr}}).Encode(policy)
		h := tr.Turns[last].History
		own := 0
		for m := range h.All() {
			f := m.forms.messages.Load()
			if api == APIResponses {
				f = m.forms.responses.Load()
			}
			if f == nil || m.forms.messages.Load() != nil && m.forms.responses.Load() != nil {
				t.Fatalf("%s: a message is not encoded for this API alone", api)
			}
			own += 48 + 24*len(f.Segments) // the Form and its slices
			for _, s := range f.Segments {
				if i := bytes.Index(m.wire, s); i < 0 || &m.wire[i] != &s[0] {
					own += len(s)
				}
			}
		}
		if n := h.Len(); own > 250*n {
			t.Errorf("%s: %d bytes for each message beside its text, want at most 250", api, own/n)
		}
		b, other := newBuilder(policy), newBuilder(policy)
		size := bodySize(assemble(b, tr, last, prefix))
		if size < 390_000 || size > 480_000 {
			t.Fatalf("%s: a body of %d bytes is not what this is about", api, size)
		}
		body := slices.Clone(assemble(b, tr, last, prefix))
		private := 0
		for i, s := range assemble(other, tr, last, prefix) {
			if &s[0] != &body[i][0] {
				private += len(s)
			}
		}
		if private > 2000 { // the first message, the options, the tools
			t.Errorf("%s: two agents have %d bytes each for themselves", api, private)
		}
		if n := testing.AllocsPerRun(100, func() { assemble(b, tr, last, prefix) }); n != 0 {
			t.Errorf("%s: %v allocations per body, want 0", api, n)
		}
	}
}

// Long arguments of calls are a string of the message in Responses, and in Messages an
// object, which is kept once.
func TestArgumentsAreKeptOnce(t *testing.T) {
	arguments, _ := json.Marshal(fmt.Sprintf(`{"text":%q}`, strings.Repeat("word ", 2000)))
	h := historyOf(t, "", fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":%s}}]}`, arguments))
	for api, most := range map[API]int{APIMessages: 10_200, APIResponses: 200} {
		own := 0
		for _, s := range h.Last().form(api).Segments {
			if i := bytes.Index(h.Last().wire, s); i < 0 || &h.Last().wire[i] != &s[0] {
				own += len(s)
			}
		}
		if own > most {
			t.Errorf("%s: %d bytes beside the message of %d", api, own, h.Size())
		}
	}
}

// A body of synthetic text takes memory for the text, at once, since segments that had
// to move would take it twice, and for the prefix: not for each of its messages.
func TestSyntheticBodyAllocations(t *testing.T) {
	for _, api := range []API{APIChat, APIMessages, APIResponses} {
		tr, b, prefix := longSession(t, true), newBuilder(Policy{API: api}.Resolve()), testPrefix()
		last := len(tr.Turns) - 1
		size := bodySize(assemble(b, tr, last, prefix))
		const most = 20 // 4, but for the race detector, whose pools forget; messages are 402
		if n := testing.AllocsPerRun(20, func() { assemble(b, tr, last, prefix) }); n > most {
			t.Errorf("%s: %v allocations per body, want at most %d", api, n, most)
		}
		if n := bytesPerRun(20, func() { assemble(b, tr, last, prefix) }); n > float64(size)*1.05 {
			t.Errorf("%s: %.0f bytes are allocated for a body of %d", api, n, size)
		}
	}
}

// To play a whole session, 200 bodies of 45 MB together, an agent takes next to
// nothing: lists of segments, a clock for each turn, one message with the prefix.
func TestPlayAllocations(t *testing.T) {
	for _, api := range []API{APIChat, APIMessages, APIResponses} {
		play := Play{Trajectory: longSession(t, false), Prefix: testPrefix()}
		var sent int
		n := bytesPerRun(1, func() {
			s := &discard{}
			r := NewReplayer(func() Sender { return s }, Policy{API: api, ToolDelay: ToolDelayNone}, nil)
			for res := range r.Play(t.Context(), play) {
				if res.Err != nil {
					t.Error(res.Err)
				}
			}
			sent = s.bytes
		})
		if sent < 40e6 || n > float64(sent)/180 { // in chat completions it is 1/270: messages are one segment there
			t.Errorf("%s: %.0f bytes are allocated to send %d", api, n, sent)
		}
	}
}

// discard is a Sender that answers each request at once.
type discard struct{ bytes int }

func (d *discard) Send(_ context.Context, r *Request, clock *metrics.Clock) error {
	d.bytes += bodySize(r.Body)
	now := time.Now()
	clock.Sent(now)
	clock.Arrived(now, 1, 1)
	clock.Done(now)
	return nil
}

// bytesPerRun is [testing.AllocsPerRun] for bytes.
func bytesPerRun(runs int, f func()) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(runs)
}

// BenchmarkBody is what a request costs before it is sent, at the end of a session
// of 200 turns. Recorded text is listed and not looked at; where there is none it is
// made anew for each request, MB/s of it.
func BenchmarkBody(b *testing.B) {
	for _, form := range []struct {
		text      string
		synthetic bool
	}{{"recorded", false}, {"synthetic", true}} {
		b.Run("text="+form.text, func(b *testing.B) {
			tr, builder, prefix := longSession(b, form.synthetic), newBuilder(Policy{}.Resolve()), testPrefix()
			last := len(tr.Turns) - 1
			body := assemble(builder, tr, last, prefix)
			if form.synthetic {
				b.SetBytes(int64(bodySize(body)))
			}
			b.ReportAllocs()
			for b.Loop() {
				body = assemble(builder, tr, last, prefix)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(len(body)), "ns/segment")
		})
	}
}
