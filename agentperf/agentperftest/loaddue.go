package agentperftest

import "time"

// due returns when a request was to be sent, by the schedule and by when the target had answered
// those before it. It is not known of the first requests of agents that begin in the steady
// state: they begin with the rest of a pause.
func (c *account) due(a *arrival) (at time.Time, known bool) {
	d := a.due
	// after puts it after requests of a play that have ended, and the pause after one that has
	// failed, where its agent makes one.
	after := func(play int, thread string, turn int, pauses bool) {
		for i := range c.got {
			b := &c.got[i]
			if b.due == nil || b == a || b.due.agent != d.agent || b.due.play != play || thread != anyThread && thread != b.due.thread || turn >= 0 && turn != b.due.turn {
				continue
			}
			known = true
			end := b.ended.Add(d.rest)
			if pauses && b.err != nil {
				end = b.ended.Add(max(d.rest, c.plan.Policy.FailurePause))
			}
			if end.After(at) {
				at = end
			}
		}
	}
	switch {
	case d.first && d.play == 0 && c.plan.Steady:
	case d.first && d.thread != "":
		after(d.play, "", subAfter, false)
	case d.first && d.play == 0:
		return c.phase.Anchor.Add(c.plan.Due(d.agent)), true
	case d.first:
		after(d.play-1, anyThread, -1, true)
	default:
		after(d.play, d.thread, d.turn-1, true)
		if d.thread == "" && d.turn == subJoin && known {
			after(d.play, subThread, -1, false)
		}
	}
	return at, known
}

// anyThread stands for all threads of a play.
const anyThread = "*"
