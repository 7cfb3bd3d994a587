// Package agentperftest measures inference systems in tests and benchmarks, and tests
// implementations of trajectory.Sender and of agentperf.Load.
//
//	func TestSustains64(t *testing.T) {
//		workload, err := format.Open("testdata/sessions.jsonl")
//		if err != nil {
//			t.Fatal(err)
//		}
//		agentperftest.Sustains(t, agentperf.Config{
//			Endpoint: endpoint.Config{URL: os.Getenv("ENGINE_URL")},
//			Workload: workload,
//			Tiers:    []agentperf.Tier{{SpeedFloor: 100, TTFTCeiling: 5 * time.Second}},
//		}, 64)
//	}
//
// # How long it takes
//
// Where Config.Rule is nil and Config.Profile empty, the functions of this package measure by
// [agentperf.Quick], half a minute for each number of agents: a default of the package, since
// the default of agentperf.Check may take an hour. Quick's documentation has a table of how
// often it is wrong. In short: demand at most four fifths of the number that a search by the
// same rule finds ([BenchmarkLimit]), and a test fails when the system has become slower, and
// hardly ever by chance. That a system sustains a number in its steady state takes Rule set
// to agentperf.Controlled{}, and a -timeout of an hour or more.
//
// [Sustains] compares what its rule may take with the deadline of the test, 10 minutes unless
// go test has a -timeout, before it sends anything. Benchmarks have no deadline.
//
// # Tests measure machines
//
// The client takes processor time, and so do other tests: go test runs those of several
// packages at once. A client that was too late makes a phase invalid, which is no failure
// of the system, and the functions of this package say what to do about it. Run them alone:
//
//	go test -p 1 -run Sustains ./...
//
// In virtual time (testing/synctest), for engines in the same process, all of that does not
// apply: half a minute passes at once, and the client is never late.
package agentperftest
