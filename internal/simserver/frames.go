package simserver

// frames put an answer into the form of one API. finish is that of a chat completion.
type frames interface {
	// early is what may be sent long before the first token.
	early() string
	// piece is the events of a piece that was added to the parts. tokens is the running
	// count of output tokens.
	piece(p piece, begins bool, tokens int) string
	// trailer is the events after the last token.
	trailer(finish string, t totals) string
	// whole is the answer of a request that wants no stream.
	whole(finish string, t totals) string
	// failure is the event of an error.
	failure() string
	// torn is an event that is not JSON.
	torn() string
	// idle is what keeps a client waiting.
	idle() string
}

func framesOf(p protocol, r *reply) frames {
	switch p {
	case messages:
		return &messagesFrames{reply: r}
	case responses:
		return &responsesFrames{reply: r}
	}
	return &chatFrames{reply: r}
}
