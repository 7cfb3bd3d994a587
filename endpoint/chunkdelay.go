package endpoint

// chunkDelay detects an event that was delayed by the HTTP chunk it began in. Once
// net/http has handed out a part of a chunk, it hands out the next part only together
// with the chunk's end: an event that is complete earlier waits for that.
//
// If everything read from the network in the latest burst was handed out after an
// event, the event itself had arrived before the burst.
type chunkDelay struct {
	burst  int64 // which burst, by the stamp before it
	after  int   // bytes of the body handed out in it since its first visible event
	events int   // since and including that event; 0 before it
	size   int   // bytes of that event
	found  bool  // an event was delayed
}

// read records that n bytes of the body were handed out.
func (c *chunkDelay) read(r *reads, n int) {
	if burst := r.before.Load(); burst != c.burst {
		c.burst, c.after, c.events = burst, 0, 0
	} else if c.events > 0 {
		c.after += n
	}
}

// event records an event of size bytes that has after bytes handed out behind it.
func (c *chunkDelay) event(visible bool, size, after int) {
	if c.events > 0 {
		c.events++
	} else if visible {
		c.events, c.size, c.after = 1, size, after
	}
}

// check looks whether the first visible event of the burst had arrived before it.
func (c *chunkDelay) check(r *reads) {
	if c.events == 0 || r.before.Load() == 0 {
		return
	}
	// About what HTTP adds to an event. Less than half an event, or a burst could seem
	// to have come without its first one.
	const framing = 16
	if c.after+min(c.events*framing, c.size/2) >= int(r.bytes.Load()) {
		c.found = true
	}
}
