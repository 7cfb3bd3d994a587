package trajectory

// Encode makes what requests under a policy need of each message beside its chat form, and
// keeps it. All plays share it. A workload that is replayed without it is encoded message
// by message as each is first sent, in the time of a request. APIChat needs nothing.
//
// The forms of an API share the text of the chat messages. What they add is below 300 bytes
// for each message and 200 for each further block or call, and in APIMessages the arguments
// of tool calls, which are an object there. They stay until the workload is gone; that of
// an API that no policy asks for takes nothing.
func (w *Workload) Encode(p Policy) {
	if api := p.Resolve().API; api != APIChat {
		for t := range w.Threads() {
			var before *History
			for i := range t.Turns {
				h := t.Turns[i].History
				for kept := h.Shared(before); h.Len() > kept; h = h.front {
					h.last.form(api)
				}
				before = t.Turns[i].History
			}
		}
	}
}
