package endpoint

// holding finds out whether an event was held back. net/http hands out a chunk as a whole
// once it has begun to: what had come before it, and was complete, waits for its end.
//
// If all that came with the latest burst of network reads was handed out after an event,
// the event had come before that burst.
type holding struct {
	burst  int64 // which one, by the stamp before it
	after  int   // bytes of the body handed out since its first visible event
	events int   // from that one on; 0 before it
	size   int   // of that one
	any    bool  // one was held back
}

// handed takes in that n bytes of the body were handed out.
func (h *holding) handed(r *reads, n int) {
	if burst := r.before.Load(); burst != h.burst {
		h.burst, h.after, h.events = burst, 0, 0
	} else if h.events > 0 {
		h.after += n
	}
}

// event takes in one of them, with so many bytes handed out after it.
func (h *holding) event(visible bool, size, after int) {
	if h.events > 0 {
		h.events++
	} else if visible {
		h.events, h.size, h.after = 1, size, after
	}
}

// look looks whether the first visible event of the burst had come before it.
func (h *holding) look(r *reads) {
	if h.events == 0 || r.before.Load() == 0 {
		return
	}
	// About what HTTP adds to an event: less than half of one, or a burst could be
	// taken to have come without its first.
	const framing = 16
	if h.after+min(h.events*framing, h.size/2) >= int(r.bytes.Load()) {
		h.any = true
	}
}
