package telemetry

import "time"

// A Label is one of a sample.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Sample is one value of one series.
//
// An observer that looks at its target as a whole adds a sample named "up" with the value 1
// each time it saw all there was, as Prometheus does: a series that is absent beside it was
// absent then, while between two that are far apart nothing is known. Its labels, if any, are
// those that all series it speaks for have.
type Sample struct {
	Time time.Time
	Name string
	// Labels are sorted by name, each name once.
	Labels []Label
	// Value is finite.
	Value float64
}

// A Point is a value of a series, in 16 bytes: a run of hours has millions.
type Point struct {
	// Nanos is the time, in nanoseconds since the Unix epoch.
	Nanos int64
	Value float64
}

// Time returns the time of the point.
func (p Point) Time() time.Time { return time.Unix(0, p.Nanos) }

// A Series is the points of one name with one set of labels.
type Series struct {
	Name   string
	Labels []Label // sorted by name
	Points []Point // in increasing order of Nanos
}

// Label returns the value of that label, empty if there is none.
func (s *Series) Label(name string) string {
	for _, l := range s.Labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// Observed is what one observer saw during one phase. Where points are thinned, all series
// are, at the same times.
type Observed struct {
	Target Target
	Series []Series
	// Scrapes counts the samples asked for, and Failed those that failed.
	Scrapes, Failed int
	// Failure is the error of the first, without credentials.
	Failure string
	// Took is the time spent in all samples.
	Took time.Duration
	// Cut says that series or points were left out to bound memory.
	Cut bool
}
