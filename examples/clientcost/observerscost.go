package main

// observersCost is what observers cost beside the streams.
type observersCost struct {
	Observers int `json:"observers"`
	// CPUShare is the processor time that they took, as a share of one processor; nil if that
	// is not known.
	CPUShare *float64 `json:"cpu_share_of_one_processor"`
}

// costOfObservers compares processor times with and without, each over so many seconds.
func costOfObservers(n int, with, without *float64, seconds float64) *observersCost {
	o := &observersCost{Observers: n}
	if with != nil && without != nil && seconds > 0 {
		o.CPUShare = new((*with - *without) / seconds)
	}
	return o
}
