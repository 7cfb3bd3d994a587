package simserver

import "strings"

// A kind is what a piece of output is.
type kind int

const (
	visible   kind = iota // text
	reasoning             // thinking
	call                  // the arguments of a call of a tool
)

// A piece is some output. Its text is fit for a JSON string.
type piece struct {
	kind kind
	text string
}

// A part is a run of pieces of one kind.
type part struct {
	kind kind
	text strings.Builder
}

// totals are the counts of a whole answer: tokens that were sent, and those that usage claims,
// some of them of reasoning.
type totals struct{ sent, tokens, reasoning int }

// A reply is what frames know of an answer.
type reply struct {
	q       *Request
	number  int   // of the request at its server
	created int64 // Unix time
	parts   []*part
	keeps   bool // the texts of the parts
	counted bool // it ends with its counts
	undone  bool // nothing says that the stream is over

	// running returns the count of output tokens that is claimed with an event, where there
	// is one, given the true one.
	running func(tokens int) (claimed int, ok bool)
}

// exhausted is the text of an error in the middle of an answer.
const exhausted = "KV cache exhausted"

// add adds a piece and reports whether a part begins with it.
func (r *reply) add(p piece) (begins bool) {
	begins = len(r.parts) == 0 || r.parts[len(r.parts)-1].kind != p.kind
	if begins {
		r.parts = append(r.parts, &part{kind: p.kind})
	}
	if r.keeps {
		r.parts[len(r.parts)-1].text.WriteString(p.text)
	}
	return begins
}

// said returns what the parts of a kind say.
func (r *reply) said(k kind) string {
	var b strings.Builder
	for _, p := range r.parts {
		if p.kind == k {
			b.WriteString(p.text.String())
		}
	}
	return b.String()
}
