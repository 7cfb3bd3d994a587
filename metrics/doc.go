// Package metrics times streamed responses of a language model and summarizes
// many of them: time to first token, output speed, gaps, and percentiles.
//
// A [Clock] is told when a request was sent and when output arrived. Its [Timing]
// has the latencies and speeds of that response; a [Percentiles] collects those
// of many:
//
//	var ttft metrics.Percentiles
//	for request := range requests {
//		var c metrics.Clock
//		c.Sent(time.Now())
//		for event := range request.Stream() {
//			c.Arrived(time.Now(), len(event.Text), 0)
//		}
//		c.Done(time.Now())
//		if d, ok := c.Timing().TTFT(); ok {
//			ttft.Record(d.Seconds())
//		} else {
//			ttft.Record(math.Inf(1)) // a failure is slow, not missing
//		}
//	}
//	p95, ok := ttft.At(95)
//
// Three rules run through the package:
//
//   - An event is not a token. A server may send one token per event, several, or
//     half of one. Token counts come from the server's usage; where it reports
//     none, [Source] says what was used instead.
//   - A speed is tokens over the time in which those tokens were made. The tokens of the
//     first stamp say nothing about it: they were produced before the first measurable
//     moment. Tokens that are not shown count with the time that they took. Where tokens
//     and time do not cover the same thing there is no speed, and [Unmeasurable] says why.
//   - No data is not zero. What could not be measured returns ok = false.
//
// # Tokens that are not shown
//
// A model makes tokens that a client never sees: special tokens that a server strips, with a
// forced length often most of the answer; markup that a parser of tool calls holds back;
// reasoning that is withheld. Each visible event holds a token at least. Of those that usage
// counts beyond that, each event without output ([Clock.Progress]) explains one at most:
// those before the first output are left out of the speed, and with those after it the time
// ends at the latest such event. What is then left must be in the visible output, of which
// each token is a byte at least. A count of more is not believed. Where events hold several
// tokens each and these have fewer than two bytes on average, some were made out of sight at
// a time that nobody knows, and there is no speed. A running count, which says of each event
// how many tokens it brought, is held to the same bounds for what came after the first burst.
// It is not believed if it comes to more than the final count, and what it says of the first
// burst is not if that has four times as many by its share of the bytes.
//
// Reasoning that is neither shown nor stated nor sent as empty events is found by its tokens
// alone. Where it is less than about as much again as the text, the answer looks like one of
// many short tokens; its speed is then too high by as much.
//
// # Answers that were held back
//
// A proxy may hold an answer back and then send it, an event at a time. Events within 200
// microseconds of each other at the beginning count as one burst, which says nothing of
// speed, like the first stamp. An answer is a [Burst] if what is left came at more than 5,000
// tokens per second in less than a tenth of the time since sending, or if next to nothing is
// left. Several tokens to an event, speculative decoding and servers that send every 20th
// step stay measurable, as do systems at twice the fastest published speed. A burst that is
// let go of more slowly looks like a fast system after a long prefill; compare E2E speed.
//
// Times are passed in; the package never reads a clock.
package metrics
