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
//   - The tokens of the first stamp say nothing about speed: they were produced
//     before the first measurable moment. Output speed is the tokens after the
//     first stamp over the time from the first stamp to the last.
//   - No data is not zero. What could not be measured returns ok = false.
//
// Times are passed in; the package never reads a clock.
package metrics
