package transports

import (
	"fmt"
	"testing"
	"time"
)

// Every transport delivers all records, once, and in the order of each sender, and
// acknowledges each batch once.
func TestSameRecordsOverEach(t *testing.T) {
	for _, tr := range all {
		for _, records := range []int{100, 1} {
			t.Run(fmt.Sprintf("%s/records=%d", tr.name, records), func(t *testing.T) {
				const batches = 100 // of each sender: the window many times over
				var next [senders]uint64
				in := newInbox(senders*batches, func(sender int, seq uint64, batch []byte) {
					if seq != next[sender] {
						t.Errorf("sender %d: batch %d after %d", sender, seq, next[sender])
					}
					next[sender] = seq + 1
					if err := check(batch, sender, seq, records); err != nil {
						t.Error(err)
					}
				})
				list := tr.connect(t, in, records)
				together(t, list, func(s *sender, timeout <-chan time.Time) error {
					s.filled = true
					for range batches {
						if err := s.send(timeout); err != nil {
							return err
						}
					}
					return nil
				})
				received(t, in)
				in.mu.Lock()
				defer in.mu.Unlock()
				if in.delivered != senders*batches || in.again != 0 {
					t.Errorf("%d batches delivered, want %d; %d came twice", in.delivered, senders*batches, in.again)
				}
				if tr.ordered && in.early != 0 {
					t.Errorf("%d batches came before their turn", in.early)
				}
				if in.early != 0 {
					t.Logf("%d of %d batches came before their turn", in.early, in.arrived)
				}
				for _, s := range list {
					s.mu.Lock()
					if s.strays != 0 {
						t.Errorf("sender %d: %d acknowledgments of nothing", s.number, s.strays)
					}
					s.mu.Unlock()
				}
			})
		}
	}
}

// received waits until everything has been delivered: a broker acknowledges before.
func received(tb testing.TB, in *inbox) {
	tb.Helper()
	select {
	case <-in.full:
	case <-time.After(patience):
		in.mu.Lock()
		defer in.mu.Unlock()
		tb.Fatalf("%d of %d batches delivered", in.delivered, in.want)
	}
}
