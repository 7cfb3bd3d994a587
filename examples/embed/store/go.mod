module github.com/agentperf/agentperf-go/examples/embed/store

go 1.26.0

require (
	github.com/agentperf/agentperf-go v0.0.0
	github.com/ncruces/go-sqlite3 v0.37.0
)

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect
	github.com/ncruces/go-sqlite3-wasm/v6 v6.5.35401 // indirect
	github.com/ncruces/julianday v1.0.0 // indirect
	github.com/tidwall/gjson v1.20.1 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/agentperf/agentperf-go => ../../..
