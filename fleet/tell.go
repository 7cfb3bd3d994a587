package fleet

import (
	"encoding/json"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
)

// batchEvery is how often a worker tells what has happened: the controller knows of it about so
// much later, and the load goes on as much longer than it need.
const batchEvery = 50 * time.Millisecond

// tell tells what happens until all is told, or the session is abandoned.
func (s *session) tell(part *load.Part) {
	defer close(s.gone)
	tick := time.NewTicker(batchEvery)
	defer tick.Stop()
	ended := part.Ended()
	for {
		over := false
		select {
		case <-tick.C:
		case <-ended:
			over = true
		}
		if s.abandoned() {
			if ended != nil {
				<-ended
				part.Release()
			}
			return
		}
		if over {
			ended = nil
			s.send(s.spool.batch(s.w.instance, s.epoch, part.Until()))
			s.send(s.spool.manifest(s.w.instance, s.epoch, s.manifest(part)))
		}
		if s.spool.full() {
			s.w.leave(s, "what it had to tell of its requests did not get through and filled its memory")
			continue
		}
		if ended != nil {
			s.send(s.spool.batch(s.w.instance, s.epoch, part.Until()))
		} else if s.spool.told() {
			s.w.ended(s)
			return
		}
		s.send(s.spool.again(time.Now()))
	}
}

// ended says that all of a session is told.
func (w *worker) ended(s *session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session == s {
		w.stage, w.session = wire.Ended, nil
		w.log.Info("the phase has ended")
		w.due()
	}
}

func (s *session) send(batches []sentBatch) {
	for _, b := range batches {
		if err := s.w.publish(b.data); err != nil {
			s.w.log.Debug("a batch was not sent", "err", err)
			return // it is sent again
		}
	}
}

// manifest returns the manifest of a part that has ended, in JSON.
func (s *session) manifest(part *load.Part) []byte {
	m := wire.Manifest{}
	m.Entries, m.Sum = s.spool.counted()
	m.Client, m.Gaps = part.Release()
	if err := part.Err(); err != nil {
		m.Err = err.Error()
	}
	if s.w.client != nil {
		counted := s.w.client.Counters().Since(s.before)
		m.Reconnects, m.Warnings = counted.Reconnects, counted.Warnings()
	}
	text, err := json.Marshal(&m)
	if err != nil { // of gaps that are no numbers
		text, _ = json.Marshal(&wire.Manifest{Entries: m.Entries, Sum: m.Sum, Client: m.Client, Err: err.Error()})
	}
	return text
}
