package simserver

import "time"

// An Act is how one request is answered by a server that wants to look better than it is.
// The zero Act is honest.
type Act struct {
	// Refusal is the message of an HTTP status that comes instead of an answer; Status 0
	// means 400.
	Refusal string
	Status  int

	Made   int     // tokens that are made; 0 means as many as are asked for
	Finish string  // finish_reason; empty means the honest one
	Pace   float64 // how many times as fast as the server is; 0 means 1
	Ready  bool    // the first token needs no more time than others

	Early  []piece          // sent as soon as the request has arrived
	Gap    time.Duration    // between these
	Pause  time.Duration    // then, besides the time to the first token
	Token  func(int) string // the text of a token, fit for JSON; nil means the honest one
	Split  bool             // each byte is an event
	Held   float64          // the share of the tokens that is sent with the first event
	Halves time.Duration    // all is sent at the end, as two events so far apart
	Hold   time.Duration    // between the last token and the end

	// Claim returns the counts of output and reasoning tokens that are claimed at the end,
	// and Running the count that is claimed with each event; nil means the honest ones.
	Claim   func(Counts) (tokens, reasoning int)
	Running func(Counts) int
}

// Counts are what an Act may claim something else about.
type Counts struct {
	Asked int // tokens
	Sent  int // tokens
	Bytes int // visible, so far
	Made  int // tokens, by the end
}

// shows returns how many tokens the client may have seen once so many of all are made.
func (a *Act) shows(made, all int) int {
	if made < all && (a.Halves > 0 || float64(made) < a.Held*float64(all)) {
		return 0
	}
	return made
}

// token returns the text of token i.
func (a *Act) token(honest text, i int) string {
	if a.Token != nil {
		return a.Token(i)
	}
	return honest.token(i)
}

// pace returns Pace with its default.
func (a *Act) pace() float64 {
	if a.Pace == 0 {
		return 1
	}
	return a.Pace
}
