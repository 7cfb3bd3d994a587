module github.com/agentperf/agentperf-go/tools

go 1.26.0
