// Package worlds has systems under test whose load or state has a long memory, each with a
// long-run truth from an independent simulation. Tests run whole searches against them in
// virtual time and count the wrong answers:
//
//	go test ./internal/worlds -run Searches -v -searches 200 -world kv
//	go test ./internal/worlds -run Checks -v -checks 20 -at 9 -world thermal
//	go test ./internal/worlds -run Truths -v -hours 200 -around 2
//
// A [World] is a workload, a service level and a [Model], which is nothing but numbers.
// They are read twice: by [Server], a double whose Senders run in a bubble of
// testing/synctest, and by [World.Shares], an event simulation that has no code in common
// with the double, with replay or with the decision.
package worlds
