package endpointtest

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// A System is a simulated inference system, an [http.Handler] as [Engine] is,
// that behaves as real ones do: it batches continuously, computes prompts in
// chunks between the steps of decoding, keeps prefixes of prompts in a KV cache
// of limited size, queues what does not fit, may guess several tokens a step,
// and may compute prompts on accelerators of their own. What it takes for a
// step is a formula, see [Pool]; it is a model of a system, not a measurement
// of one. Set its fields before the first request. The zero value serves up to
// 256 requests at 100 tokens per second each.
//
// # Scheduling
//
// The scheduler works in steps. Before each it admits requests in the order of
// their arrival while there is a slot, room in the KV cache for the prompt and
// one token, and part of the chunk left; the first that cannot be admitted
// holds up those behind it. Each sequence that decodes puts out its tokens, as
// one event, at the end of the step; the step that ends a prompt puts out one.
// Where the KV cache has no room for the tokens to come, the latest to be
// admitted are preempted: they give up their blocks, go back to the head of the
// queue and are computed again, as far as they are not cached. A request that
// could not be held even alone gets a 400. This follows vLLM's scheduler.
//
// # Prefix cache
//
// A prompt is the JSON of the tools and then of each message, one token for
// every 4 bytes. Its whole blocks are known by the hash of the prompt up to
// their end as soon as they have been computed. A request that begins with
// known blocks does not compute them, and reports them as cached_tokens; one
// token at least is always computed. Blocks that no sequence uses stay until
// the room is needed, least recently used first. Answers are not kept: a
// replayed session does not repeat what the system said, but what it said when
// recorded.
//
// # Disaggregation
//
// With Prefill set, that pool computes prompts and has the prefix cache. When a
// prompt is done its KV cache goes to Pool; when it is there the first token is
// put out and the sequence queues for a slot. Transfers do not slow each other
// down, and what waits for a slot after one takes up no room.
//
// # Time
//
// Everything happens at exact nanoseconds. In virtual time (package
// testing/synctest) runs repeat exactly; requests that arrive at the same
// instant count as having arrived in the order of a hash of their prompts.
// A request sent at the very instant at which a step ends is in time for the
// next one.
type System struct {
	// Model is the one model served; empty means "simulated". Requests for
	// another get a 404.
	Model string
	// ContextTokens is the context window stated and kept to, in tokens; 0 for
	// no limit.
	ContextTokens int
	// OutputTokens is the length of an answer that nothing limits or forces,
	// in tokens; 0 means as long as max_tokens allows, or 128.
	OutputTokens int
	// IgnoreEOSIgnored makes the system ignore ignore_eos, as some servers do.
	IgnoreEOSIgnored bool
	// EarlyRole sends a chunk with nothing but the role as soon as a request
	// arrives, as some servers do.
	EarlyRole bool
	// FinishAbandoned keeps a request whose client has hung up in the system
	// until it would have ended, as some servers do. Otherwise it is dropped
	// at the end of the step.
	FinishAbandoned bool

	// Pool decodes and, when Prefill is nil, computes prompts too.
	Pool Pool
	// Prefill, when set, computes prompts.
	Prefill *Pool
	// TransferBytesPerSecond is the rate at which the KV cache of one prompt
	// goes from Prefill to Pool, Prefill.KVBytesPerToken for each token, and
	// TransferLatency what a transfer takes beside that; 0 takes no time.
	TransferBytesPerSecond float64
	TransferLatency        time.Duration

	// BlockTokens is the size of a block of the KV cache, in tokens; 0 means
	// 16.
	BlockTokens int
	// AcceptedTokens is the mean number of tokens that a step of decoding puts
	// out for a sequence under speculative decoding, 1 or more; 0 means 1, as
	// without it. After n steps exactly floor(n × AcceptedTokens) have come:
	// with 2.4 they come by 2, 2, 3, 2, 3.
	AcceptedTokens float64
	// DraftTokens is the number of guesses that a step of decoding checks for
	// each sequence, on top of its one token; 0 means as few as AcceptedTokens
	// needs.
	DraftTokens int

	// Fault, when set, is asked about each request, counted from 0 in the order
	// of arrival. It must be safe for concurrent use. A fault stops the stream,
	// not the sequence.
	Fault func(request int) Fault

	once    sync.Once
	invalid error
	set     settings

	mu         sync.Mutex
	stats      SystemStats
	workers    []*worker // those that compute prompts first
	prefillers int       // how many these are
	arrivals   []*sequence
	deliveries []delivery
	timer      *time.Timer // to the next event
	alarm      int         // how often it was set
	gathering  bool        // it is set to the end of the present instant
}

// Validate returns all mistakes in the configuration.
func (s *System) Validate() error {
	errs := []error{s.Pool.Validate()}
	if s.Prefill != nil {
		errs = append(errs, s.Prefill.Validate())
	}
	check := func(name string, v, least float64) {
		if v != 0 && !(v >= least) || math.IsInf(v, 1) {
			errs = append(errs, fmt.Errorf("endpointtest: System.%s is %v, expected %v or more", name, v, least))
		}
	}
	check("ContextTokens", float64(s.ContextTokens), 0)
	check("OutputTokens", float64(s.OutputTokens), 0)
	check("TransferBytesPerSecond", s.TransferBytesPerSecond, 0)
	check("TransferLatency", float64(s.TransferLatency), 0)
	check("BlockTokens", float64(s.BlockTokens), 1)
	check("AcceptedTokens", s.AcceptedTokens, 1)
	check("DraftTokens", float64(s.DraftTokens), max(1, s.AcceptedTokens-1))
	return errors.Join(errs...)
}

// ServeHTTP answers one request. With mistakes in the configuration every
// answer is a 500 that names them.
func (s *System) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.once.Do(s.start)
	if s.invalid != nil {
		writeError(w, http.StatusInternalServerError, s.invalid.Error())
		return
	}
	s.api().route(w, r, s.serveCompletion)
}

func (s *System) api() api {
	return api{model: s.Model, contextTokens: s.ContextTokens, outputTokens: s.OutputTokens, ignoreEOSIgnored: s.IgnoreEOSIgnored}
}
