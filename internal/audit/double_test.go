package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A double is a system whose tokens are words. It has an honest cache of prompts, and tricks.
type double struct {
	perToken, prefill time.Duration // for each token
	each              func(*rand.Rand) int
	unstated          bool // says nothing of cached tokens
	noUsage           bool
	emptyOne          bool // the one token of a recount shows nothing, which is an error
	fail              func(request int) bool

	keepAnswers bool     // a prompt that was seen is answered at 20,000 tokens/s
	strip       []string // messages in front of which text is taken out
	short       bool     // takes no notice of ignore_eos
	padForced   int      // times as many tokens claimed
	padFree     int
	claimAll    bool // claim what was asked for
	onlyText    bool // the same text for everybody
	loop        bool
	forcedFirst bool // requests with ignore_eos are served five times as fast
	hide        bool // nine in ten tokens are said to be hidden reasoning
	mostStrip   bool // strip works for three prompts in four

	mu       sync.Mutex
	requests int
	seen     []([]string)
	answered map[string]bool
	rng      *rand.Rand
}

type request struct {
	Messages []struct {
		Content string `json:"content"`
	} `json:"messages"`
	Tools     json.RawMessage `json:"tools"`
	MaxTokens int             `json:"max_tokens"`
	IgnoreEOS bool            `json:"ignore_eos"`
}

func (d *double) connect(int) trajectory.Sender { return voice{d} }

// A voice is a Sender of a double.
type voice struct{ *double }

func (v voice) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	_, err := v.Answer(ctx, r, clock)
	return err
}

func (v voice) Answer(_ context.Context, r *trajectory.Request, clock *metrics.Clock) (string, error) {
	d := v.double
	clock.Sent(time.Now())
	var body strings.Builder
	for _, s := range r.Body {
		body.Write(s)
	}
	var q request
	if err := json.Unmarshal([]byte(body.String()), &q); err != nil {
		return "", err
	}
	d.mu.Lock()
	if d.rng == nil {
		d.rng, d.answered = rand.New(rand.NewPCG(1, 2)), make(map[string]bool)
	}
	d.requests++
	failed := d.fail != nil && d.fail(d.requests)
	words := strings.Fields(string(q.Tools))
	for _, m := range q.Messages {
		for _, known := range d.strip {
			if strings.HasSuffix(m.Content, known) && !(d.mostStrip && len(m.Content)%4 == 0) {
				m.Content = known
			}
		}
		words = append(append(words, "<|message|>"), strings.Fields(m.Content)...)
	}
	cached := 0
	for _, old := range d.seen {
		n := 0
		for n < min(len(old), len(words)) && old[n] == words[n] {
			n++
		}
		cached = max(cached, n)
	}
	d.seen = append(d.seen, words)
	prompt := strings.Join(words, " ")
	known := d.answered[prompt]
	d.answered[prompt] = true
	seed := d.rng.Uint64()
	d.mu.Unlock()
	if failed {
		clock.Done(time.Now())
		return "", errors.New("no room")
	}

	rng := rand.New(rand.NewPCG(seed, 0))
	tokens := min(q.MaxTokens, 150+rng.IntN(20))
	if q.IgnoreEOS && !d.short {
		tokens = q.MaxTokens
	}
	noise := 0.8 + 0.4*rng.Float64() // what others do at the time
	perToken := time.Duration(float64(d.perToken) * noise)
	if d.forcedFirst && q.IgnoreEOS {
		perToken /= 5
	}
	if known && d.keepAnswers {
		perToken = 50 * time.Microsecond
	}
	time.Sleep(20*time.Millisecond + time.Duration(float64(len(words)-cached)*float64(d.prefill)*noise))
	var text strings.Builder
	h := fnv.New64a()
	h.Write([]byte(prompt))
	own := rand.New(rand.NewPCG(h.Sum64(), 0))
	if d.onlyText {
		own = rand.New(rand.NewPCG(1, 0))
	}
	for sent := 0; sent < tokens; {
		n := min(tokens-sent, 1)
		if d.each != nil {
			n = min(tokens-sent, d.each(rng))
		}
		if sent > 0 {
			time.Sleep(time.Duration(n) * perToken)
		}
		from := text.Len()
		for range n {
			if sent++; d.loop {
				own = rand.New(rand.NewPCG(uint64(sent%7), 0))
			}
			fmt.Fprintf(&text, " w%d", own.IntN(5000))
		}
		clock.Arrived(time.Now(), text.Len()-from, 0)
	}
	claimed := tokens
	switch {
	case q.MaxTokens == 1:
	case q.IgnoreEOS:
		if claimed *= max(1, d.padForced); d.claimAll {
			claimed = q.MaxTokens
		}
	default:
		claimed *= max(1, d.padFree)
	}
	hidden := 0
	if d.hide && q.MaxTokens > 1 {
		hidden = 9 * claimed
		claimed += hidden
	}
	if !d.noUsage {
		clock.Usage(metrics.Usage{Prompt: len(words), Completion: claimed, Reasoning: hidden, Hidden: hidden, Cached: map[bool]int{false: cached}[d.unstated], CachedStated: !d.unstated})
	}
	clock.Done(time.Now())
	if d.emptyOne && q.MaxTokens == 1 {
		return "", errors.New("empty")
	}
	return text.String(), nil
}

// sessions are n trajectories of three turns, with a scaffold in common, and the texts of
// their users.
func sessions(n int) (w *trajectory.Workload, users []string) {
	rng := rand.New(rand.NewPCG(5, 6))
	words := func(n int) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, " t%d", rng.IntN(20_000))
		}
		return b.String()[1:]
	}
	var store trajectory.Store
	system := words(200)
	w = &trajectory.Workload{Name: "double"}
	for i := range n {
		t := &trajectory.Trajectory{ID: fmt.Sprint("s", i)}
		var h *trajectory.History
		add := func(role, text string) {
			message, _ := json.Marshal(map[string]string{"role": role, "content": text})
			h, _ = store.Append(h, message)
		}
		add("system", system)
		size := 200
		for turn := range 3 {
			text := words(900 + 50*i)
			users = append(users, text)
			add("user", text)
			size += 900 + 50*i
			t.Turns = append(t.Turns, trajectory.Turn{History: h, OutputTokens: 100, PromptTokens: size})
			add("assistant", words(100))
			size += 100
			_ = turn
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w, users
}
