// Package replay plays the agents of a phase: it turns a [record.Plan] and a workload into
// the requests that each agent sends, one after the other. Whoever has the same plan and the
// same workload sends the same requests, in this process or in another.
package replay
