package record

import "time"

// A Client is the check of itself that one client made in the window.
type Client struct {
	// Name names the client where there are several.
	Name string `json:"name,omitempty"`
	// Lag is the figure to judge by: how late the client noticed events. Above
	// agentperf.Config.ClientLag the phase is invalid.
	Lag time.Duration `json:"lag_ns"`
	// Wakes is the number of samples that the lag rests on.
	Wakes int `json:"wakes"`
	// WakeP99 and WakeMax are how late a goroutine ran that was due at a certain time.
	WakeP99 time.Duration `json:"wake_p99_ns"`
	WakeMax time.Duration `json:"wake_max_ns"`
	// SchedP99 is the P99 of the time that goroutines waited for a processor.
	SchedP99 time.Duration `json:"sched_p99_ns"`
	// GCPauseMax is the longest pause of the garbage collector, GCPauseTotal the sum of all; 0
	// for a client without one.
	GCPauseMax   time.Duration `json:"gc_pause_max_ns"`
	GCPauseTotal time.Duration `json:"gc_pause_total_ns"`
	// CPUShare is the part of the time of its Processors that the process used, 0 to 1;
	// None if unknown.
	CPUShare float64 `json:"cpu_share"`
	// Processors is the number of processors that the client may use.
	Processors int `json:"processors"`
	// Explanation says in words what held the client up, for the case that it was too late.
	Explanation string `json:"explanation,omitempty"`
	// StartLate is how late the client started its first agent, and ClockError bounds how far its
	// clock is off that of the phase; 0 if it was the only client. StartLate is [None] if it started
	// no agent, ClockError if it was not measured to the end of the phase.
	StartLate  time.Duration `json:"start_late_ns,omitempty"`
	ClockError time.Duration `json:"clock_error_ns,omitempty"`
}
