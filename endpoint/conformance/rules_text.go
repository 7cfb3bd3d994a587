package conformance

import (
	"context"

	"github.com/agentperf/agentperf-go/endpoint"
)

func deterministic(ctx context.Context, s *suite) seen {
	if s.cfg.Fields["temperature"] != nil || s.cfg.Fields["seed"] != nil {
		return skipped("Fields set temperature or seed")
	}
	fields := map[string]any{"temperature": 0}
	if s.api == endpoint.APIChat {
		fields["seed"] = 7 // the others have none
	}
	var texts [2]string
	for i := range texts {
		a := s.ask(ctx, s.conn, question{tokens: textTokens, fields: fields,
			messages: []message{said("user", "Tell the story of a lighthouse keeper.")}})
		if a.err != nil {
			return skipped("a request with temperature 0 failed: %v", a.err)
		}
		texts[i] = a.Text
	}
	if texts[0] == texts[1] {
		return passed("the same %d bytes twice", len(texts[0]))
	}
	same := 0
	for same < min(len(texts[0]), len(texts[1])) && texts[0][same] == texts[1][same] {
		same++
	}
	return failed("two answers of %d and %d bytes differ after %d", len(texts[0]), len(texts[1]), same)
}

func wholeCharacters(ctx context.Context, s *suite) seen {
	a := s.ask(ctx, s.conn, question{tokens: textTokens, fields: map[string]any{"temperature": 0},
		messages: []message{said("user", "Repeat this word for word: Zwölf Boxkämpfer – 日本語の文字 – Ελληνικά – 🙂🚀👩‍💻")}})
	if !a.served() {
		return failed("a prompt with characters of several bytes failed: %v", a.err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.torn > 0:
		return failed("%d of %d answers have the replacement character U+FFFD, or bytes that are not UTF-8", s.torn, s.answers)
	case s.wide == 0:
		return skipped("%d answers have no character of several bytes", s.answers)
	case s.split == 0:
		return passed("%d answers have characters of several bytes, all whole; no network read ended within one", s.wide)
	}
	return passed("%d answers have characters of several bytes, all whole, also where a network read ended within one (%d answers)", s.wide, s.split)
}
