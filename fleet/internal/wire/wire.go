// Package wire is what the controller and the workers of a fleet say to each other.
//
// The transport may lose, repeat and delay messages. What is said of a state is therefore
// said again and again: the controller's orders say what a worker should be doing, and the
// worker's reports what it does. What happened in a phase goes in numbered batches, which
// are acknowledged and sent again until they are.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// Version is that of what is said. Processes of different versions do not understand each
// other.
const Version = 1

// A kind is the first byte of a message.
type kind byte

const (
	kindOrder  kind = 'O'
	kindPlan   kind = 'P'
	kindPing   kind = 'C'
	kindReport kind = 'R'
	kindPong   kind = 'c'
	kindBatch  kind = 'B'
)

// A Stage is how far a worker is, or should be, in a phase.
type Stage string

// The stages, in their order.
const (
	Idle     Stage = "idle"     // no phase
	Prepare  Stage = "prepare"  // the plan is on its way, or being prepared
	Ready    Stage = "ready"    // prepared
	Run      Stage = "run"      // agents run, or wait for the start
	Stop     Stage = "stop"     // no further requests
	Ended    Stage = "ended"    // all agents have ended, and all has been told
	Left     Stage = "left"     // the worker has left the phase: it failed, or its lease expired
	Dismiss  Stage = "dismiss"  // the run is over
	Rejected Stage = "rejected" // the worker cannot be of the fleet
)

// An Order is what the controller wants of a worker. It renews the worker's lease.
type Order struct {
	Version int `json:"version"`
	// N numbers the orders of a controller, so that one that comes late is known.
	N int64 `json:"n"`
	// Controller names the process of the controller, Instance that of the worker: to
	// another of the same name it says nothing.
	Controller string `json:"controller"`
	Instance   string `json:"instance"`
	// Lease is how long the worker may go on without another order.
	Lease time.Duration `json:"lease_ns"`
	// Epoch numbers the attempts at phases; Stage is the one that the worker should be in.
	Epoch int64 `json:"epoch"`
	Stage Stage `json:"stage"`
	// Start is when the phase begins, by the worker's clock.
	Start time.Duration `json:"start_ns,omitempty"`
	// Opened and Closed say that the window has begun and has ended.
	Opened bool `json:"opened,omitempty"`
	Closed bool `json:"closed,omitempty"`
	// Drained is until when open requests may go on after Stop, counted from Start, so that it
	// does not depend on when that comes. Cut says that they may not go on, and why.
	Drained time.Duration `json:"drained_ns,omitempty"`
	Cut     string        `json:"cut,omitempty"`
	// Acked is the number of the last batch that was taken in, with all before it.
	Acked int64 `json:"acked"`
	// Why says why a worker is rejected.
	Why string `json:"why,omitempty"`
}

// A Plan is what the worker has to prepare.
type Plan struct {
	Controller string      `json:"controller"`
	Instance   string      `json:"instance"`
	Epoch      int64       `json:"epoch"`
	Plan       record.Plan `json:"plan"`
	// Capacities are those of all workers, Me is the index of this one's: they say which
	// agents are its own.
	Capacities []int `json:"capacities"`
	Me         int   `json:"me"`
}

// A Report is what a worker does.
type Report struct {
	Version int `json:"version"`
	// N numbers the reports of a process, so that one that comes late is known.
	N        int64  `json:"n"`
	Instance string `json:"instance"`
	// Build identifies what the process was built of. Capacity is how many agents it runs
	// at most, and Endpoint says where it sends requests, without credentials.
	Build    string `json:"build"`
	Capacity int    `json:"capacity"`
	Endpoint string `json:"endpoint,omitempty"`
	// Manner says in what manner it sends them; empty if that is unknown.
	Manner string `json:"manner,omitempty"`
	// Controller is the one that it obeys; empty if it obeys none.
	Controller string `json:"controller,omitempty"`
	Epoch      int64  `json:"epoch"`
	Stage      Stage  `json:"stage"`
	// Refused says why the plan cannot be run here or anywhere, so that there is no use in
	// another attempt; Failed why this attempt has failed.
	Refused string `json:"refused,omitempty"`
	Failed  string `json:"failed,omitempty"`
	// Client is the check of itself in the window, as far as that has come; nil outside of
	// a phase, and in most reports within one.
	Client *record.Client `json:"client,omitempty"`
}

// A Ping asks for the worker's clock.
type Ping struct {
	N int64 `json:"n"`
}

// A Pong tells it.
type Pong struct {
	N        int64         `json:"n"`
	Instance string        `json:"instance"`
	Clock    time.Duration `json:"clock_ns"`
}

// A Manifest is what a worker says last of a phase. What came of its batches must agree.
type Manifest struct {
	Entries int64  `json:"entries"`
	Sum     uint32 `json:"crc32c"` // of the encoded entries, in their order
	// Client is the check of itself in the window.
	Client record.Client `json:"client"`
	// Gaps are the times between events and between tokens.
	Gaps *metrics.Gaps `json:"gaps"`
	// Reconnects counts connections that the server had closed just as a request was put on
	// them; Warnings is what else was noticed of them.
	Reconnects int64    `json:"reconnects,omitempty"`
	Warnings   []string `json:"warnings,omitempty"`
	// Err is the error of an agent.
	Err string `json:"err,omitempty"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode returns a message, one of the types above or *[Batch], with a checksum.
func Encode(message any) ([]byte, error) {
	data, err := encode(message)
	if err != nil {
		return nil, err
	}
	return binary.BigEndian.AppendUint32(data, crc32.Checksum(data, castagnoli)), nil
}

func encode(message any) ([]byte, error) {
	var k kind
	switch m := message.(type) {
	case *Order:
		k, m.Version = kindOrder, Version
	case *Plan:
		k = kindPlan
	case *Ping:
		k = kindPing
	case *Report:
		k, m.Version = kindReport, Version
	case *Pong:
		k = kindPong
	case *Batch:
		return m.encode(), nil
	default:
		return nil, fmt.Errorf("no message: %T", message)
	}
	text, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	return append([]byte{byte(k)}, text...), nil
}

// ErrDamaged is the error of a message that was changed on its way.
var ErrDamaged = errors.New("a message whose checksum is wrong")

// mostReport bounds a report, of which one is kept for each worker that was heard of.
const mostReport = 64 << 10

// Decode returns a message that [Encode] wrote. It may come from anyone: what it refers to has
// to be checked.
func Decode(data []byte) (message any, err error) {
	n := len(data) - crc32.Size
	if n < 0 || binary.BigEndian.Uint32(data[n:]) != crc32.Checksum(data[:n], castagnoli) {
		return nil, ErrDamaged
	}
	return decode(data[:n])
}

func decode(data []byte) (message any, err error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("an empty message")
	}
	switch kind(data[0]) {
	case kindOrder:
		message = new(Order)
	case kindPlan:
		message = new(Plan)
	case kindPing:
		message = new(Ping)
	case kindReport:
		if message = new(Report); len(data) > mostReport {
			return nil, fmt.Errorf("a report of %d bytes, expected at most %d", len(data), mostReport)
		}
	case kindPong:
		message = new(Pong)
	case kindBatch:
		return decodeBatch(data[1:])
	default:
		return nil, fmt.Errorf("a message of kind %q", data[0])
	}
	if err := json.Unmarshal(data[1:], message); err != nil {
		return nil, err
	}
	return message, nil
}
