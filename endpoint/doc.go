// Package endpoint is a streaming client for OpenAI-compatible chat completions
// that measures: a request body goes in, a [metrics.Clock] comes out.
//
// It is made to be believed rather than to be convenient. Nothing is retried,
// no redirect is followed, no proxy is used and TLS is verified. Every end of a
// request is one [Outcome]; a stream without a finish_reason is truncated even
// if HTTP says that all is well. A response is timed by the network reads that
// brought it: all events of one read share one stamp, taken when the read
// returned and before anything was parsed. Where a read ends inside an HTTP chunk,
// net/http hands out what came before with the rest of it, and late; [Counters] say
// when that made a difference.
//
// The one exception to "nothing is retried" is a race that is the client's own:
// a server may close an idle keep-alive connection at the moment a request is
// put on it. A reused connection that is found dead within a second, before any
// byte of a response, is replaced and the request sent again; the time lost
// stays in its TTFT, and [Counters] say how often it happened. Over HTTP/2 net/http
// sends again, at most five times, what a server says it has not taken.
//
// Nothing is written anywhere, with one exception that net/http offers no switch for:
// bytes that come on an idle connection are reported to package log, with their beginning.
//
// # What it costs, and how large a client must be
//
// Measured on two cores of an AMD EPYC with Go 1.26, plaintext HTTP/1.1 over loopback,
// the server on the same two cores, by examples/clientcost with -floor, which measures
// bare readers in the same run. A goroutine per connection that reads, stamps, splits
// lines and checks the JSON is one, a single thread at epoll another, the floor. Ratios
// of CPU repeat within 5 %, those of a P99 within a factor of two.
//
//	                                                        goroutine  epoll
//	1,000 streams of 50 events/s: 15.9 us of CPU an event       1.12x  1.71x
//	    lag of stamps, P99 5.2 ms: the machine is full          2.03x  1.79x
//	1,000 streams of 25 events/s: 23.1 us an event              1.07x  2.00x
//	    lag of stamps, P50 52 us, P99 307 us                    1.25x  0.97x
//	10,000 streams of 0.5 events/s, answers of 8 tokens: lag of stamps P99 0.2 ms,
//	    requests sent 0.4 ms late (P99)
//	an agent with prompts of 100,000 tokens: 47 KB, for the connection, its buffers,
//	    three goroutines, and what the garbage collector leaves room for
//
// Most of an event is the system's: a wake-up, a read, and a second one that finds
// nothing, with which the runtime learns that it may wait. (Its poller tells of data
// once: without that read, 6 % less, what comes in between is missed.) Decoding is 1.2
// times what checking the JSON takes. The busier the client, the less an event costs and
// the later it is noticed: at 15 us of a core each, two cores would be full at 130,000
// events a second, which is an extrapolation; plan for half of that.
//
// In plaintext a body goes out in the segments it is given. 400 KB of it take 1.7 times
// what one write of the same bytes from one buffer does when 16 connections send at once,
// and 2.6 times when there is only one: the difference is threads that are woken to hand
// the request from one goroutine of net/http to the next, and under load are awake.
//
// TLS (-tls) takes 1.13 times the CPU of an event at either rate, one allocation for each,
// and 76 KB an agent, and its stamps lag 3 to 4 times as far behind at P99. HTTP/2 (-http2),
// which shares connections, takes 1.03 times the CPU of an event at 25 a second and 0.93
// times at 50, but its stamps, taken when a stream's goroutine is told and not when the
// read returned, lag 88 us behind at P50 and 0.9 ms at P99 where HTTP/1.1's lag 56 us and
// 0.5 ms; and what holds up one stream of a connection holds up the others. That, and not
// the CPU, is why Config.HTTP2 is off unless asked for.
//
// Each agent takes a connection, and so a file descriptor (the hard limit of ulimit -n, to
// which Go raises the soft one) and a local port (net.ipv4.ip_local_port_range, 28,000 by
// default, for each address of the server; one that was closed is free again after a
// minute). The runs of this module look at both before they start. What runs out even so
// is the outcome [Local], which is no failure of the server's.
package endpoint
