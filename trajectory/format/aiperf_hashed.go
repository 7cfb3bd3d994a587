package format

import (
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// hashed adds a row without text. An error concerns the returned field.
func (p *aiperfParser) hashed(r *aiperfRow, hasChat bool, chat, parent int64) (field string, err error) {
	if r.block == 0 {
		r.block = p.blockOf(len(p.ids), r.input)
	}
	if r.input == 0 {
		r.input = len(p.ids) * r.block
	}
	if r.input == 0 {
		return "input_length", errors.New("0, expected at least 1")
	}
	if most := len(p.ids) * r.block; len(p.ids) > 0 && (r.input > most+r.block || r.input <= most-r.block) {
		return "hash_ids", fmt.Errorf("%d blocks of %d tokens for an input_length of %d", len(p.ids), r.block, r.input)
	}
	var s *aiperfSession
	switch {
	case r.session != "":
		s = p.open(r, r.session)
	case hasChat:
		if s = p.chats[parent]; s == nil {
			s = p.open(r, "")
		}
		p.chats[chat] = s
	default:
		if s = p.continued(r); s == nil {
			s = p.open(r, "")
		}
	}
	if s.chat == nil {
		// Hashes have one scope for all rows of such files.
		s.chat = &hashedChat{rd: p.rd, size: r.block, tail: mix(2, uint64(len(p.order)))}
	}
	answer := 0
	if n := len(s.Turns); n > 0 {
		answer = s.Turns[n-1].OutputTokens
	}
	c, err := s.chat.next(p.ids, r.input, answer)
	if err != nil {
		return "hash_ids", err
	}
	p.add(s, r, trajectory.Turn{
		History: c, PromptTokens: r.input, OutputTokens: r.output, Line: r.line,
		Origins: trajectory.Origins{Text: trajectory.Synthetic},
	})
	if r.session == "" && !hasChat {
		p.ends[s.end] = without(p.ends[s.end], s)
		if whole := r.input / r.block; whole > 0 && len(p.ids) >= whole {
			s.end = chainOf(p.ids[:whole])
			p.ends[s.end] = append(p.ends[s.end], s)
		}
	}
	return "", nil
}

// blockOf returns the tokens per block: Mooncake's 512, unless a row's number of
// blocks contradicts that and fits another power of two.
func (p *aiperfParser) blockOf(blocks, input int) int {
	fits := func(size int) bool { return size*(blocks-1) < input && input < size*(blocks+1) }
	if p.block == 0 {
		p.block = 512
	}
	if blocks > 1 && input > 0 && !fits(p.block) {
		for size := 8; size <= 1<<16; size *= 2 {
			if fits(size) {
				p.block = size
				break
			}
		}
	}
	return p.block
}

// continued returns the session that a row without a session continues.
func (p *aiperfParser) continued(r *aiperfRow) (s *aiperfSession) {
	h := uint64(0)
	for _, id := range p.ids {
		h = mix(h, id)
		for _, open := range p.ends[h] {
			if !r.at.Before(open.begun) {
				s = open
				break
			}
		}
	}
	return s
}

func chainOf(ids []uint64) (h uint64) {
	for _, id := range ids {
		h = mix(h, id)
	}
	return h
}
