// Package load runs one phase of a load test: agents are started one after the other, the
// system settles, a window is measured, and the load is kept up until the last measured
// request has ended. The result is a [record.Phase], which nothing here judges. The
// benchmarks agentperf and slt share this package.
//
//	start      all up       settled             window ends     last measured end   end
//	  |--spawn--|---settle----|-----measure--------|--load goes on----|---drain------|
//
//	phase, err := load.Run(ctx, load.Config{
//		Shape: record.Shape{Agents: 64, SpawnRate: 4, Settle: 30 * time.Second, Measure: 10 * time.Minute},
//	}, func(soft, hard context.Context, a *load.Agent) error {
//		for soft.Err() == nil {
//			request := a.Begin(record.Row{...})
//			err := send(hard, &clock)
//			request.End(clock.Timing(), err)
//		}
//		return nil
//	})
//
// A request is measured if and only if it begins in the window: at its first instant or
// later, and before its last. A benchmark that counts what happens in the window, whenever
// requests began, asks for a Fixed window: the load ends with that.
//
// A [Window] decides when the window may end. It is told events and the time, so that others than
// Run can drive it. Where several processes share the agents of a phase, each runs a [Part], which
// tells what happens as entries; a [Merge] of all entries drives the window and makes the phase.
package load
