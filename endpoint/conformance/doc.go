// Package conformance looks at a server by rules: does it stream, count, cache, refuse and
// cancel in the way that a benchmark of coding agents needs? It is for the test suites of
// those who make or run such servers, of chat completions, of Anthropic's Messages or of
// OpenAI's Responses, whichever Endpoint.API or the path of the URL names.
//
//	func TestServer(t *testing.T) {
//		conformance.Test(t, conformance.Config{Endpoint: endpoint.Config{URL: "http://host:8000"}})
//	}
//
// Each rule is a subtest; without a [Capability] that is asked for, those of [Required] must
// pass, and what the others find is logged. Outside of tests, [Run] returns a [Report], of
// which [Report.Err] is all that stands in the way, joined.
//
// A rule passes, fails or is skipped, and says what was seen. It is skipped where nothing was
// seen that would tell: a server that answers in a millisecond may hold its answers back or
// not. A required rule that is skipped stands in the way, since no data is not a pass. Rules
// see what a client sees, with the client that measures (package endpoint), and what a
// server's /metrics counts. They cannot see whether a server does its work honestly: that is
// what an audit of a benchmark is for. Servers that are odd but legal pass: the rules are
// about what is needed, and not about the habits of one engine.
//
// # Messages and Responses
//
// Rules ask the same in all APIs, in their words: the limit of an answer is max_tokens or
// max_output_tokens, and one that it cuts ends with length, max_tokens or incomplete. A server
// of Responses may call such an answer completed, as some do; then the count tells. Counts of
// Messages are those of the last event that has any; what message_start counts otherwise is
// told. Blocks may overlap, sequence numbers, item indices and event: lines may be missing,
// and [DONE] may follow, which is told, too. What an API has no place for is skipped.
//
// # What it costs
//
// [Config.Cost] says how many requests, tokens and bytes a run will take at most, and for how
// long. The suite holds itself to that, and servers to it: an answer ends after 4 KiB for
// each token that was asked for, and 256 KiB; a request after a fifth of Config.Timeout;
// everything after Config.Timeout. At most 1 MiB of an answer is kept.
//
// # Why it is not in endpointtest
//
// Package endpointtest is a server, and programs import it. What tests servers needs the
// client and package testing, which those programs would get with it.
package conformance
