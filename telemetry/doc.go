// Package telemetry reads what a system says of itself while it is measured: the metrics of
// its engines and routers, and the power that it draws.
//
// An [Observer] watches one target, such as the metrics page of an engine ([Scrape]) or an
// existing Prometheus ([Prometheus]). Whoever runs a phase samples it, from before the load
// until after the drain, and keeps the samples as [Observed]. [Summarize] makes of these one
// [Server] and one [Power] section, in words of no engine in particular.
//
// What is absent is nil and never zero. What had to be assumed, left out or repaired is
// among the warnings of Summarize.
//
// # Windows and totals
//
// Rates, means, ratios and quantiles are over the window of the phase, from Settled to
// WindowEnd. Counters are read only at scrapes: the window's are those nearest to its two
// ends, no interpolation, so that a ratio of counters is exact for the requests it is about;
// the time between these two scrapes divides the rates and is stated ([Span]). Gauges are
// averaged over time, between scrapes on a straight line.
//
// Totals are over the whole phase, settling and drain included: from the last scrape before
// Begin to the last scrape at all. Since nothing is in flight at either, these close: they
// can be held against what the client counted. A total that is larger than the client's own
// is the load of somebody else.
//
// # Power
//
// Power comes from exporters (NVIDIA's DCGM, AMD's, nvidia_gpu_exporter, Kepler; IPMI, iDRAC
// and Redfish for whole servers) through a Scrape or a Prometheus, and from logs ([PowerFile],
// [PowerLog]). It is told by the names of series, which also say the unit.
//
// The difference of an energy counter is exact and comes before the integral of samples of
// power, by the trapezoidal rule with straight lines where the window ends between two. How
// exactly a counter's reading belongs to the window's ends depends on how often it is renewed:
// where that leaves more than 5 % uncertain, samples count instead. Samples that are more
// than a twentieth of the window apart do not, be it that a page was not read or that an
// exporter had nothing new: DCGM's reads a device every 30 s unless told otherwise.
//
// A figure is of one [pricing.Basis]; what accelerators draw is never added to what whole
// servers do. An accelerator counts once, by its UUID, however many exporters and instances of
// MIG state it. If readings cover less than 95 % of the window, or of the accelerators that
// the system has, there is no figure, but a reason. The same holds if there are more than the
// system has.
package telemetry
