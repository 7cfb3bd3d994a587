module github.com/agentperf/agentperf-go/fleet

go 1.26.0

replace github.com/agentperf/agentperf-go => ../
