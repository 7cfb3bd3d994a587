// Package simulate is a simulated LLM inference system served over HTTP. It
// batches continuously, computes prompts in chunks, caches their prefixes in a
// KV cache of limited size, queues, may decode speculatively and may compute
// prompts on accelerators of their own. It can also heat up, be slow now and then,
// bind sessions to replicas and refuse requests. Use it to try out clients and
// benchmarks without an accelerator, and to see how capacity depends on the parts
// of a system.
//
//	config, err := simulate.Preset("8xh100-gpt-oss-120b-model")
//	if err != nil {
//		return err
//	}
//	config.Pool.Slots = 64
//	system, err := simulate.New(config)
//	if err != nil {
//		return err
//	}
//	server, err := endpointtest.Serve(system)
//
// The time of each step comes from a formula; see [Pool]. A [System] is a model
// and not a measurement of any real system, also where it is named after one.
// [Group] derives a Pool from accelerators and a language model; [Presets] lists
// systems that are ready to run.
//
// # Scheduling
//
// The scheduler follows vLLM's. It works in steps. Before each step it admits
// requests in order of arrival while there is a free slot, room in the KV cache
// for the prompt and one token, and part of the chunk left; the first request
// that does not fit holds up those behind it. At the end of a step each decoding
// sequence emits its tokens as one event, and each sequence whose prompt is now
// complete emits its first token. When the KV cache has no room for the next
// tokens, the sequences admitted last are preempted: they give up their blocks,
// return to the head of the queue and are computed again, except for what is
// cached. A request too long to be held even alone gets a 400.
//
// # Prefix cache
//
// A prompt is the JSON of the tools followed by that of each message, counted as
// one token per 4 bytes; a session is the same prompts in every API, as package
// endpointtest says. Once computed, each whole block is known by the hash of
// the prompt up to its end. A request that begins with known blocks does not
// compute them and reports them as cached_tokens; at least one token is always
// computed. Blocks that no sequence uses stay until the room is needed and are
// evicted least recently used first. Answers are not cached: a replayed session
// continues with the recorded answer, not with the one that the system gave.
//
// # Disaggregation
//
// With [Config.Prefill] set, that pool computes prompts and holds the prefix
// cache. The KV cache of a finished prompt is transferred to [Config.Pool]; when
// it has arrived, the first token is emitted and the sequence queues for a slot.
// Transfers do not slow each other down, and a sequence that waits for a slot
// after its transfer occupies no room.
//
// # What benchmarks assume
//
// A system breaks the assumptions of a short measurement where its speed depends
// on what went before. The first two of these follow from the figures of a [Pool];
// the others are off unless set.
//
//   - Context: every step reads the KV cache of all sequences in it, so that all
//     decode more slowly the more context they hold together.
//   - Thrashing: sessions that take turns and whose prefixes together exceed
//     [Pool.KVTokens] find nothing of them cached, where one session fewer finds
//     everything.
//   - [Pool.Heat]: steps take longer the longer the accelerators are busy.
//   - [Config.Sticky]: a session stays at its replica, however busy that is.
//   - [Config.Spells]: everything is slow now and then.
//   - [Config.MaxActive]: requests beyond a limit are refused.
//
// # Time
//
// Everything happens at exact nanoseconds, so that runs in virtual time (package
// testing/synctest) repeat exactly. Requests that arrive at the same instant are
// ordered by a hash of their prompts. A request sent at the very instant at
// which a step ends is in time for the next step.
//
// Known answers follow from the formula: the TTFT of a lone request is the sum
// of the steps that its prompt takes, and its speed the tokens emitted per step
// divided by the time of a step.
package simulate
