package trajectory

import "slices"

// history looks at how a history follows from the one before.
func (l *linter) history(i int, before, now *History, kept int) {
	switch {
	case kept == 0 && lacksHistory(before, now):
		l.note(i, SeverityError, "delta-history", "the request lacks the history of the one before it and seems to hold only what is new")
		return
	case kept == before.Len() && l.doubled(lastMessages(now, now.Len()-kept)):
		l.note(i, SeverityError, "doubled-history", "the request holds the history of the one before it twice")
	}
	from, to := &l.t.Turns[i-1], &l.t.Turns[i]
	if size := turnBytes(from.Tools, from.History); 10*keptBytes(from, to) < 9*size {
		l.note(i, SeverityInfo, "reset", "it keeps %.0f %% of the request before it", 100*float64(keptBytes(from, to))/float64(size))
	}
}

// lacksHistory reports whether a history that shares no message with the one before
// seems to be only what followed it.
func lacksHistory(before, now *History) bool {
	was, first := firstMessage(before), firstMessage(now)
	if sharedText(first, was) > 0 {
		return false // it begins alike
	}
	role := first.Role()
	return role == "assistant" || role == "tool" || was.lead && !first.lead
}

// doubled reports whether the session begins again among the messages that a request
// adds to the one before: with a system prompt and what followed it, or with a prompt
// and its answer. A single message may be repeated for good reasons.
func (l *linter) doubled(fresh []*Message) bool {
	n := len(l.head)
	if n == 1 && len(fresh) > 1 && fresh[0] == l.head[0] && fresh[1].Role() == "assistant" {
		return true // the prompt once more where its answer should be
	}
	for at := 0; n > 1 && at+n <= len(fresh); at++ {
		if slices.Equal(fresh[at:at+n], l.head) {
			return true
		}
	}
	return false
}

// remember keeps how the session begins: its first request and, if that is a single
// message, the answer to it.
func (l *linter) remember(i int, h *History) {
	switch {
	case i == 0:
		l.head = h.Append(nil)
	case i == 1 && len(l.head) == 1 && h.Len() > 1:
		if all := h.Append(nil); all[0] == l.head[0] && all[1].Role() == "assistant" {
			l.head = all[:2]
		}
	}
}

func firstMessage(h *History) *Message {
	for h.Len() > 1 {
		h = h.Front()
	}
	return h.Last()
}

// lastMessages returns the last n messages of a history in order.
func lastMessages(h *History, n int) []*Message {
	list := make([]*Message, n)
	for i := n - 1; i >= 0; i-- {
		list[i] = h.Last()
		h = h.Front()
	}
	return list
}
