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
package telemetry
