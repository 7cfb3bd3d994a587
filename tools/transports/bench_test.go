package transports

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// each runs a benchmark for every transport, with batches of many records and of one.
func each(b *testing.B, f func(b *testing.B, t transport, records int)) {
	for _, records := range []int{100, 1} {
		for _, t := range all {
			b.Run(fmt.Sprintf("records=%d/%s", records, t.name), func(b *testing.B) { f(b, t, records) })
		}
	}
}

// warmth is how many batches each sender sends before anything is measured: enough for every
// connection of its window to be there.
const warmth = 4 * window

// BenchmarkThroughput moves batches as fast as the windows allow. An operation is one batch.
// The processor time is that of the process: both sides, and what stands between them.
func BenchmarkThroughput(b *testing.B) {
	each(b, func(b *testing.B, t transport, records int) {
		in := newInbox(senders*warmth+b.N, nil)
		list := t.connect(b, in, records)
		move := func(batches int) {
			together(b, list, func(s *sender, timeout <-chan time.Time) error {
				for i := s.number; i < batches; i += senders {
					if err := s.send(timeout); err != nil {
						return err
					}
				}
				return nil
			})
		}
		move(senders * warmth)
		cpu, known := processorTime()
		b.ResetTimer()
		move(b.N)
		received(b, in)
		b.StopTimer()
		if after, _ := processorTime(); known {
			b.ReportMetric(float64(records*b.N)/(after-cpu).Seconds(), "records/cpu-s")
		}
		b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

// BenchmarkRoundTrip sends 100 batches a second, and measures the time from when a batch is
// sent until its acknowledgment is there. An operation is the whole of it, 3 s: 300 round
// trips, so that 3 are above the P99.
func BenchmarkRoundTrip(b *testing.B) {
	const rounds, pace = 75, 10 * time.Millisecond
	each(b, func(b *testing.B, t transport, records int) {
		var trips []time.Duration
		for range b.N {
			in := newInbox(senders*(warmth+rounds), nil)
			list := t.connect(b, in, records)
			together(b, list, func(s *sender, timeout <-chan time.Time) error {
				for range warmth {
					if err := s.send(timeout); err != nil {
						return err
					}
				}
				return nil
			})
			start := time.Now()
			together(b, list, func(s *sender, timeout <-chan time.Time) error {
				s.timed = true
				for i := range rounds {
					time.Sleep(time.Until(start.Add(pace * time.Duration(i*senders+s.number))))
					err := s.send(timeout)
					if err == nil {
						err = s.link.flush()
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
			received(b, in)
			for _, s := range list {
				s.mu.Lock()
				trips = append(trips, s.trips...)
				s.mu.Unlock()
			}
		}
		slices.Sort(trips)
		for _, p := range []int{50, 99} {
			b.ReportMetric(float64(trips[(len(trips)-1)*p/100].Nanoseconds())/1e3, fmt.Sprintf("p%d-us", p))
		}
		b.ReportMetric(0, "ns/op") // how long it takes was decided beforehand
	})
}
