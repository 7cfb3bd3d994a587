// Package fleet runs the agents of a benchmark on several machines. A controller plans, merges
// and judges; workers run the agents. The answer is the one that a single machine, large enough,
// would have given: agents are numbered across the fleet and send the same requests whichever
// worker runs them, and what they did is merged in the order in which it happened.
//
// The controller is an [agentperf.Load]:
//
//	controller, err := fleet.NewController(ctx, fleet.Config{URL: url, Workers: 4})
//	if err != nil {
//		return err
//	}
//	defer controller.Close()
//	report, err := agentperf.Run(ctx, agentperf.Config{Load: controller, ...})
//
// On each machine of the fleet:
//
//	err := fleet.Serve(ctx, fleet.WorkerConfig{URL: url, Name: "rack-7", Workload: w, Endpoint: e})
//
// They meet at a nats-server: one that package broker runs in the controller's process, or an
// existing one. The transport may lose messages, since states are sent again and again, and
// what happened is acknowledged. A phase in which any part of the load is missing is
// invalid, and is repeated with the same agents on the same workers; it is never merged from fewer
// workers, and never held against the system under test. A worker that does not hear from its
// controller for the lease cuts its requests.
package fleet
