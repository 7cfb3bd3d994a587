// Package endpointtest is a simulated inference engine served over HTTP, for
// tests of clients and benchmarks. Its capacity is known by construction, so
// that what a measurement should find can be worked out by hand, and it
// misbehaves on demand in every way that a client must survive.
//
//	engine := &endpointtest.Engine{Capacity: 1000, PerRequest: 200}
//	engine.Fault = func(request int) endpointtest.Fault {
//		if request == 3 {
//			return endpointtest.Fault{Kind: endpointtest.FaultCut, After: 10}
//		}
//		return endpointtest.Fault{}
//	}
//	server, err := endpointtest.Serve(engine) // server.URL is the endpoint
//
// It speaks the three APIs that coding agents use: OpenAI's chat completions and Responses,
// and Anthropic's Messages. One session has the same tokens, the same times and the same
// share of the cache in each: a request of the others is taken as the chat completion that
// says the same, with the texts of a message joined by an empty line and without thinking,
// cache marks and encrypted reasoning. Usage counts what Anthropic calls input_tokens without
// what came from the cache. Events are those that the vendors document, down to pings and
// sequence numbers.
//
// A [Trick] makes it a server that wants to look faster than it is, for tests of whether a
// benchmark notices.
//
// Package simulate has a system that batches, queues and caches as real ones do.
//
// # Known answers
//
// An [Engine] serves n requests at a time at min(PerRequest, Capacity/n) output
// tokens per second each; a request holds its share from its arrival to its last
// token. Agents that never pause keep n constant. The largest number of agents
// that still get s tokens per second each is then
//
//	floor(Capacity / s)
//
// provided that PerRequest is at least s. With a TTFT, or with pauses between
// requests, some agents wait while others stream, and the answer is that of the
// queue so defined.
//
// Token k is due at one exact nanosecond, so that runs in virtual time (package
// testing/synctest) repeat exactly. Where the exact time is between two
// nanoseconds, the first token is rounded up and later ones down: a stream is
// never slower than its share, and a tie with the floor passes.
package endpointtest
