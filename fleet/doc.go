// Package fleet makes the load of a benchmark from several machines: a controller plans,
// merges and judges, and workers run the agents. The answer is the one that a single machine,
// large enough, would have given: agents have one numbering, whoever runs them, and send the
// same requests; what they did is put together in the order in which it happened.
//
// The controller is an [agentperf.Load]:
//
//	controller, err := fleet.NewController(ctx, fleet.Config{URL: url, Workers: 4})
//	defer controller.Close()
//	report, err := agentperf.Run(ctx, agentperf.Config{Load: controller, ...})
//
// On each machine of the fleet:
//
//	err := fleet.Serve(ctx, fleet.WorkerConfig{URL: url, Name: "rack-7", Workload: w, Endpoint: e})
//
// They meet at a nats-server, that of package broker or one that is there already. What is
// said of a state is said again until it is seen, and what happened is acknowledged, so that
// the transport may lose messages. A phase in which anything of the load is missing is
// invalid and made again, with the same agents on the same workers: it is never put together
// from fewer, and never taken for a failure of the system under test. A worker that hears
// nothing of its controller stops.
package fleet
