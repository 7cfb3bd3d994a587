package replay

import "github.com/agentperf/agentperf-go/trajectory"

// Tools returns the first tools that a workload declares, in the form of an API; nil if it declares
// none.
func Tools(w *trajectory.Workload, api trajectory.API) []byte {
	for t := range w.Threads() {
		for i := range t.Turns {
			if t.Turns[i].Tools != nil {
				return t.Turns[i].ToolsIn(api)
			}
		}
	}
	return nil
}
