module github.com/agentperf/agentperf-go/examples/embed/inprocess

go 1.26.0

require github.com/agentperf/agentperf-go v0.0.0

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect
	github.com/tidwall/gjson v1.20.1 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

replace github.com/agentperf/agentperf-go => ../../..
