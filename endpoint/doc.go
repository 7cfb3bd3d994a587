// Package endpoint is a streaming client for OpenAI-compatible chat completions
// that measures: a request body goes in, a [metrics.Clock] comes out.
//
// It is made to be believed rather than to be convenient. Nothing is retried,
// no redirect is followed, no proxy is used and TLS is verified. Every end of a
// request is one [Outcome]; a stream without a finish_reason is truncated even
// if HTTP says that all is well. A response is timed by the network reads that
// brought it: all events of one read share one stamp, taken when the read
// returned and before anything was parsed.
//
// The one exception to "nothing is retried" is a race that is the client's own:
// a server may close an idle keep-alive connection at the moment a request is
// put on it. A reused connection that is found dead within a second, before any
// byte of a response, is replaced and the request sent again; the time lost
// stays in its TTFT, and [Counters] say how often it happened.
package endpoint
