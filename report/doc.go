// Package report reads the reports of finished runs.
//
// A report is of agents ([agentperf.Report]) or of a System Load Test ([slt.Report]); [Read]
// takes either. Reports are treated as text of others: their size is bounded before anything is
// decoded.
package report
