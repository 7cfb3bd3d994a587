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
//
// # Versions
//
// The folder schema has JSON Schemas of both kinds of reports and of request rows. The schema of a
// report names its version, such as agentperf.report/2. Within a version fields and columns are
// only added, and so are codes of warnings, outcomes and other words that stand for one of several
// things: a reader leaves out what it does not know. A field that is removed, renamed or in
// another unit, and one whose figure is computed so that it cannot be held against earlier ones,
// is a new version, and Read refuses the others: it reads exactly what its own version of the
// module writes. Request rows have no version; they follow the same rules, and records of earlier
// versions are judged by agentperf.Judge as far as they have what it needs. Texts for people, the
// order of fields, and what [Report] does not promise, such as journals, may change at any time.
package report
