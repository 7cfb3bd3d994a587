// Package metrics says what one streamed response looked like in time, and
// what many of them look like together.
//
// A [Clock] is told when a request was due, when it was sent, when each piece
// of visible output arrived and when the response ended; the [Timing] it yields
// holds the latencies and speeds of that one response. [Percentiles] summarise
// many, exactly while they are few.
//
// Three rules run through the package:
//
//   - An event is not a token. A server sends one token per event, or several,
//     or half of one; how many tokens there were is taken from the server's
//     usage, and what was used instead when there is none is part of the result
//     ([Source]).
//   - The tokens of the first stamp are no evidence of speed: they were
//     produced before the first measurable moment. Output speed is the tokens
//     after the first stamp over the time from the first stamp to the last.
//   - No data is not zero. What could not be measured answers false.
//
// Stamps are passed in; nothing here reads the time.
package metrics
