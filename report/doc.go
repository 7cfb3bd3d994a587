// Package report reads the reports of finished runs, compares them, and writes them in the formats
// of other programs.
//
// A report is of agents ([agentperf.Report]) or of a System Load Test ([slt.Report]); [Read]
// takes either. Reports are treated as text of others: their size is bounded before anything is
// decoded.
//
// [Compare] says whether a second run is better or worse than a first one, such as after a change
// of the system, and how sure that is; [Comparable] whether the two were measured alike.
//
// [WriteMarkdown] is for the summary of a CI job, [WriteOpenMetrics] for Prometheus,
// [WriteBenchfmt] for benchstat, [WritePhasesCSV] and [WriteRequestsCSV] for spreadsheets. Each
// escapes text of reports by the rules of its format.
package report
