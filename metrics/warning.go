package metrics

// A Warning is what a reader must know beside the numbers. It encodes to JSON.
type Warning struct {
	// Code names the kind, for programs: lower-case words joined by underscores. A code
	// keeps its meaning; new ones may come.
	Code string `json:"code"`
	// Text says it for people, on one line.
	Text string `json:"text"`
}

// String returns the text.
func (w Warning) String() string { return w.Text }
