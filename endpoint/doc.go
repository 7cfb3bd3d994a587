// Package endpoint is a streaming client that measures: a request body goes in, a
// [metrics.Clock] comes out. It speaks OpenAI's chat completions and Responses and
// Anthropic's Messages, as the vendors and other servers implement them.
//
//	client, err := endpoint.New(endpoint.Config{URL: "http://host:8000"})
//	if err != nil {
//		return err
//	}
//	conn := client.Conn() // one for each agent
//	defer conn.Close()
//	var clock metrics.Clock
//	response, err := conn.Stream(ctx, "", [][]byte{body}, &clock)
//	if e, ok := errors.AsType[*endpoint.Error](err); ok {
//		log.Print(e.Outcome)
//	}
//	ttft, ok := clock.Timing().TTFT()
//
// Answers that other clients ask for are timed in the same way: [Transport] goes between an
// HTTP client and the network, and [Decode] reads a body.
//
// [Client.Preflight] looks at an unknown endpoint first, with requests shaped like those of
// the load. It finds the model, the context window and the version where the server states
// them, and warns of what would spoil a measurement: no token counts, none of cached tokens,
// lengths that are not honored, connections that are closed after an answer, and answers
// that something holds back and sends as a whole. Where the server refuses max_tokens it
// finds the field that it takes instead. It says which of the APIs the server has.
//
// The client is made to be believed rather than to be convenient. It retries nothing,
// follows no redirects, uses no proxy and verifies TLS. Every request ends in exactly
// one [Outcome]; a stream without a finish_reason is truncated even if HTTP ended
// cleanly. Responses are timed by network reads: all events of one read share one
// stamp, taken when the read returned and before anything was parsed. Where a read
// ends inside an HTTP chunk, net/http hands out the beginning of the chunk only with
// the rest of it, and so late; [Counters.ChunkDelays] counts when that mattered.
//
// What the model makes is counted wherever it is in a delta: content, as text or in parts,
// reasoning under any of its names, refusals, names and arguments of tool calls, and text in
// places that nobody knew of, which [Counters.OtherPlace] names. Text in an unusual place
// counts only in an event that has none in the usual ones, since it may be a copy. A delta without text and the event with the finish_reason are
// progress ([metrics.Clock.Progress]), and so are events that show nothing before the first
// that does: white space, zero-width and other invisible characters, and tags such as <think>
// or <|channel|>analysis. A first token is one that a reader sees; an answer without any is
// [OutcomeEmpty]. Of the counts in usage the last one stated holds:
// zeros replace nothing, reasoning beside completion_tokens is added where total_tokens says
// so, a running count may not leap by more than an event can hold, and with several choices
// the number of output tokens, which is that of all of them, is left out.
//
// The one exception to "retries nothing" is a race that the client causes itself: a
// server may close an idle keep-alive connection at the moment a request is put on it.
// A reused connection that is found dead within a second, before any byte of a
// response, is replaced and the request sent again. The time lost stays in its TTFT,
// and [Counters.Reconnects] counts it. Over HTTP/2, net/http sends again, at most five
// times, what a server says it has not taken.
//
// The package writes nothing, with two exceptions that net/http offers no switch for:
// bytes that arrive on an idle connection are reported to package log, with the first
// of them quoted, and so are HTTP/2 DATA frames before any headers.
//
// # The other APIs
//
// What is said here of chat completions holds for [APIMessages] and [APIResponses] too. Their
// events are read by the type in their JSON, since gateways leave out the event lines, and
// by nothing that numbers events, blocks, items or parts, since servers leave that out as
// well and let blocks overlap. Events of unknown types are passed over.
//
// Visible output is any text, thinking, reasoning, input and arguments of tools that comes in
// a content_block_delta, in the start of a block, or in an event whose type ends in .delta; a
// type that is not known is named by [Counters.OtherPlace]. A signature is none. The
// name of a tool comes with what opens its block or item, which is progress and no first
// token; in an answer without any other output it counts as output at the end. Other events
// that open something (message_start, response.created, content_block_start) count like a
// delta with a role. Events of another API mean nothing. Pings count for nothing but the time limit of silence.
//
// Responses repeats all of its text, up to four times, in events whose types end in .done and
// in the last one. What no delta has brought before is output there, which has arrived at
// once; the rest is not counted again.
//
// stop_reason is the finish_reason of Messages, and message_stop its [DONE], which also counts
// as a finish_reason where none came. response.completed, response.incomplete and
// response.failed are both in one. A [DONE] after them changes nothing. Servers cut a response
// in three ways: by response.incomplete, by response.completed with the status incomplete
// (vLLM), or by response.completed as if it were whole (llama-server), which only the count of
// its tokens tells: [Response.Limited] is what the server says. response.failed and error
// events are [OutcomeErrorEvent], or [OutcomeContext] where they say that the prompt is too
// long, with the code or type of the error before its message, such as overloaded_error.
//
// The input of Messages is the sum of what came from a cache, what was written to one, and the
// rest, as one event states them. The last event that states any holds, and message_start
// only for what is in no later one: depending on the server it has the whole prompt, the part
// outside caches, a guess or zeros, and adding it to the rest would double the load. The
// output tokens in it are not those of the answer. SGLang counts the cached part twice, in a
// form that cannot be told from the others.
//
// # When an answer is complete
//
// An answer is complete, and its outcome [OutcomeOK], once there was visible output and
// the server has said that it is over: by a finish_reason with no output after it, or by
// a finish_reason anywhere and [DONE]. What follows the finish_reason (usage, [DONE], the
// end of the body) is waited for, five seconds after the latest event that has a choice or
// usage and a quarter of a second after [DONE], but is not needed. While a server leaves its answers
// open the wait is a hundredth of that, with the full wait again each time the number of
// open answers has doubled and at least once in 64; it stays full while usage is missing
// that the server has sent after a finish_reason before. Several rules keep a
// finish_reason from ending an answer early:
//
//   - "", "null", "none", "nil" and white space, in any case, are no finish_reason. Some
//     servers write one with each event.
//   - Before the first output, a finish_reason shortens no wait.
//   - Once output has followed a finish_reason, none shortens the wait in this or any
//     other answer to the [Client].
//   - If output follows a finish_reason that came with or after output, none in this
//     answer counts unless the body ends well or [DONE] comes. An answer that a time
//     limit, the caller or the network breaks off before has that outcome, and a message
//     that output went on.
//   - The client broke off too early if output turns out to have followed after all. Such
//     an answer is truncated.
//
// An event is also over when the body ends well. Some servers leave out the blank line
// or the line end after their last event: the finish_reason, output and usage in it
// count, unless it is not JSON, and then it was cut.
//
// A request ends with its context in any case, also while the server answers without
// reading the request. Over HTTP/2 that may cost the connection, if nothing can be
// written to it a second later.
//
// # What it costs, and how large a client must be
//
// Measured on two cores of an AMD EPYC with Go 1.26, plaintext HTTP/1.1 over loopback,
// the server on the same two cores, by examples/clientcost with -floor, which measures
// two bare readers in the same run. One is a goroutine per connection that reads,
// stamps, splits lines and checks the JSON; the other, the floor, a single thread on
// epoll. Ratios of CPU repeat within 5 %, those of a P99 within a factor of two.
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
// Most of the cost of an event is the system's: a wake-up, a read, and a second read
// that finds nothing and tells the runtime that it may wait. (Its poller reports data
// once: leaving out that read would save 6 % and miss what arrives in between.)
// Decoding an event of chat completions takes 1.2 times as long as checking its JSON; one of
// the other APIs takes less than the check if it differs from the one before in its text and
// number only, as most do, and 2.0 times with a running count of tokens. The busier the
// client, the less an event costs and the later it is noticed: at 15 us of a core each,
// two cores would be full at 130,000 events a second, which is an extrapolation; plan
// for half of that.
//
// In plaintext a body is sent in the segments that it is given in. For 400 KB that
// takes 1.7 times as long as one write of the same bytes from one buffer when 16
// connections send at once, and 2.6 times with only one: the difference is threads that
// are woken to hand the request from one goroutine of net/http to the next, and that
// are awake already under load.
//
// TLS (-tls) takes 1.13 times the CPU of an event at either rate, one allocation for
// each, and 76 KB per agent, and its stamps lag 3 to 4 times as far behind at P99.
// HTTP/2 (-http2), which shares connections, takes 1.03 times the CPU of an event at 25
// a second and 0.93 times at 50. Its stamps are taken when a stream's goroutine is told
// and not when the read returned: they lag 88 us behind at P50 and 0.9 ms at P99, where
// those of HTTP/1.1 lag 56 us and 0.5 ms; and what holds up one stream of a connection
// holds up the others. That, and not the CPU, is why Config.HTTP2 is off by default.
//
// Each agent takes a connection, and so a file descriptor (the hard limit of ulimit -n,
// to which Go raises the soft one) and a local port (net.ipv4.ip_local_port_range,
// 28,000 by default, for each address of the server; a closed one is free again after a
// minute). The runs of this module check both before they start. Running out of either
// all the same is [OutcomeLocal].
package endpoint
