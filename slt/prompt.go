package slt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/internal/keyed"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A prompter makes the request bodies of one worker. Each begins with different
// words, so that a cache of another query's prompt helps only with what the chat
// template puts in front of all prompts.
type prompter struct {
	rng        *rand.Rand
	words      int
	head, tail []byte
	body       []byte
}

// shape is what the request bodies of a sweep have in common.
type shape struct {
	api       trajectory.API
	model     string
	fields    map[string]json.RawMessage
	words     int    // of filler
	wanted    int    // words of an answer that the prompt asks for
	tokens    int    // most tokens of an answer
	limit     string // the body field that says so; empty means that of the API
	ignoreEOS bool
}

func (s shape) limitField() string {
	usual := "max_tokens"
	if s.api == trajectory.APIResponses {
		usual = "max_output_tokens"
	}
	return cmp.Or(s.limit, usual)
}

// forced reports whether answers are forced to their length, which a field of the
// user's may prevent.
func (s shape) forced() bool {
	return s.ignoreEOS && s.fields[s.limitField()] == nil && s.fields["ignore_eos"] == nil
}

// most returns the most tokens that an answer may have, which a field of the user's may
// change; 0 if that is unknown.
func (s shape) most() (tokens int) {
	set := s.fields[s.limitField()]
	if set == nil {
		return s.tokens
	}
	if json.Unmarshal(set, &tokens) != nil || tokens < 0 {
		return 0
	}
	return min(tokens, mostTokens)
}

func (s shape) prompter(rng *rand.Rand) *prompter {
	model, _ := json.Marshal(s.model) // a string cannot fail
	p := &prompter{rng: rng, words: s.words}
	open, end := `"messages":[{"role":"user","content":"`, `"}]`
	if s.api == trajectory.APIResponses {
		open, end = `"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"`, `"}]}]`
		if s.fields["store"] == nil {
			open = `"store":false,` + open
		}
	}
	p.head = fmt.Appendf(nil, `{"model":%s,%s`, model, open)
	// For servers that do not force the length: something to write about.
	p.tail = fmt.Appendf(p.tail, `\n\nWrite a long text about these words, of %d words or more.%s,"stream":true`, s.wanted, end)
	if (s.api == "" || s.api == trajectory.APIChat) && s.fields["stream_options"] == nil {
		p.tail = append(p.tail, `,"stream_options":{"include_usage":true}`...)
	}
	if s.fields[s.limitField()] == nil {
		p.tail = fmt.Appendf(p.tail, `,%q:%d`, s.limitField(), s.tokens)
	}
	if s.ignoreEOS && s.fields["ignore_eos"] == nil {
		p.tail = append(p.tail, `,"ignore_eos":true`...)
	}
	p.tail = append(p.tail, fields.Tail(s.fields)...)
	return p
}

// next returns the next body. It is valid until the next call.
func (p *prompter) next() []byte {
	p.body = append(p.body[:0], p.head...)
	p.body = filler.Append(p.body, p.words*filler.BytesPerToken, p.rng)
	p.body = append(p.body, p.tail...)
	return p.body
}

// random returns random numbers for one worker of one level; level -1 is the
// calibration.
func random(seed uint64, level, worker int) *rand.Rand {
	return keyed.Key{seed, uint64(level), uint64(worker)}.Rand()
}
