package metrics

// A ClientCheck says how a load generator itself performed while it measured. One that is
// too slow measures itself instead of the system. It encodes to JSON, with the units in
// the names.
type ClientCheck struct {
	// Name names the client where several drove the load, of which this is the latest.
	Name string `json:"name,omitempty"`
	// WakeLagP99 and WakeLagMax are how late a goroutine ran that was due at a certain
	// time, and so how late requests are sent and arrivals noticed. LagSeconds is the
	// figure to judge by: WakeLagP99, or the P90 in windows too short for a P99, or 0 in
	// windows too short for that.
	WakeLagP99 float64 `json:"wake_lag_p99_seconds"`
	WakeLagMax float64 `json:"wake_lag_max_seconds"`
	LagSeconds float64 `json:"lag_seconds"`
	// SchedulerP99 is the P99 of the time that goroutines waited for a processor.
	SchedulerP99 float64 `json:"scheduler_latency_p99_seconds"`
	// GCPauseMax and GCPauseTotal are how long garbage collection stopped the process, at
	// most and in all.
	GCPauseMax   float64 `json:"gc_pause_max_seconds"`
	GCPauseTotal float64 `json:"gc_pause_total_seconds"`
	// CPUShare is the part of the time of its Processors that the process used, 0 to 1;
	// nil if unknown.
	CPUShare   *float64 `json:"cpu_share"`
	Processors int      `json:"processors"`
}
