// Package record holds what one phase of a load test was: a header and one row for
// each request that was begun. It is the seam between what drives the load and what
// judges it. Whatever makes a [Phase], this process, several of them or another
// tool's log, knows nothing of the rules by which it is judged, and whatever judges
// one knows nothing of where it came from:
//
//	p := ... // a *record.Phase
//	for i := range p.Rows {
//		r := &p.Rows[i]
//		if !p.Measured(r) {
//			continue // it did not begin in the window
//		}
//		if speed, ok := r.Timing().OutputSpeed(); ok {
//			fmt.Println(p.Plays[r.Play].Session, r.Turn, speed)
//		}
//	}
//
// All instants are counted from the start of the phase; [Header.Anchor] says when
// that was by the wall clock. A row keeps what was seen and no figure derived from
// it: speeds are derived by package metrics, in one place, so that a better
// definition judges old rows again.
package record
