package fleet

import (
	"fmt"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// hear takes in a message of the controller.
func (w *worker) hear(_ string, data []byte) {
	message, err := wire.Decode(data)
	if err != nil {
		w.log.Warn("a message that cannot be read", "err", err)
		return
	}
	switch m := message.(type) {
	case *wire.Ping:
		w.say(&wire.Pong{N: m.N, Instance: w.instance, Clock: w.clock()})
	case *wire.Order:
		if m.Instance == w.instance {
			w.obey(m)
		}
	case *wire.Plan:
		if m.Instance == w.instance {
			w.prepare(m)
		}
	}
}

// obey does what the controller wants, if that is the one whose worker this is or may become.
func (w *worker) obey(o *wire.Order) {
	if o.Version != wire.Version {
		w.end(&RejectedError{fmt.Sprintf("it speaks version %d, and this worker %d", o.Version, wire.Version)})
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if o.Controller == w.dismissed || o.Controller == w.latest && o.N <= w.ordered {
		return // a later one was here before
	}
	switch {
	case o.Stage == wire.Rejected:
		if w.controller == "" || w.controller == o.Controller {
			w.end(&RejectedError{o.Why})
		}
		return
	case w.controller != "" && w.expired():
		// What was sent before this process was held up renews nothing.
		w.freeLocked()
	}
	switch {
	case w.controller == "" && w.latest == o.Controller:
		w.controller = o.Controller // what was left stays left
	case w.controller == "":
		w.log.Info("the worker has a controller", "controller", o.Controller)
		w.controller, w.latest, w.epoch, w.stage = o.Controller, o.Controller, 0, wire.Idle
	case w.controller != o.Controller:
		return // until the lease of the other has expired
	}
	w.ordered = o.N
	w.deadline.Store(int64(w.clock() + min(o.Lease, mostLease)))
	if o.Stage == wire.Dismiss {
		w.leaveLocked("the run is over")
		w.dismissed = o.Controller
		w.controller, w.latest, w.epoch, w.stage, w.failed = "", "", 0, wire.Idle, ""
		w.log.Info("the run is over")
		if !w.cfg.Stay {
			w.end(nil)
		}
		return
	}
	if o.Epoch < w.epoch {
		return
	}
	if o.Epoch > w.epoch {
		w.enter(o.Epoch)
	}
	switch {
	case w.session != nil:
		w.session.obey(o)
	case w.stage == wire.Prepare && o.Cut != "": // before its plan is here
		w.stage, w.failed = wire.Left, o.Cut
		w.due()
	}
}

// enter begins an attempt at a phase. The caller holds the lock.
func (w *worker) enter(epoch int64) {
	w.leaveLocked("another phase begins")
	w.epoch, w.stage, w.refused, w.failed = epoch, wire.Prepare, "", ""
	w.due()
}

// end makes Serve return.
func (w *worker) end(err error) {
	select {
	case w.done <- err:
	default:
	}
}
