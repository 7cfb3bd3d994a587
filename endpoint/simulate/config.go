package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A Config describes a [System]. The zero value serves up to 256 requests at 100
// tokens per second each.
type Config struct {
	// Name, Description and Accelerators tell a reader what is simulated;
	// nothing depends on them. Name is what [Preset] knows a preset by,
	// Description one line on what it models, Accelerators how many accelerators
	// it stands for, 0 for none in particular.
	Name, Description string
	Accelerators      int

	// Model is the one model served; empty means "simulated". Requests for
	// another get a 404.
	Model string
	// ContextTokens is the context window that is stated and enforced, in
	// tokens; 0 means no limit.
	ContextTokens int
	// OutputTokens is the length in tokens of an answer that max_tokens does
	// not limit; 0 means as long as max_tokens allows, or 128 without it.
	OutputTokens int
	// IgnoreEOSIgnored makes the system ignore ignore_eos, as some servers do.
	IgnoreEOSIgnored bool
	// EarlyRole sends a chunk with only the role as soon as a request arrives,
	// as some servers do. Otherwise the first event with text has the role, too.
	EarlyRole bool
	// FinishAbandoned keeps a request whose client has hung up in the system
	// until it would have ended, as some servers do. Otherwise it is dropped
	// at the end of the step.
	FinishAbandoned bool

	// MaxActive is the most requests in the system, running or waiting, as some
	// servers and routers limit them. A request that finds so many gets a 429; 0
	// means no limit. One that a spell holds up is not in the system yet.
	MaxActive int
	// Sticky sends all requests of a session to one replica of the pool that
	// computes prompts, however busy it is, as routers do that choose by a hash of
	// the session.
	Sticky bool
	// SessionHeader names the request header that says which session a request
	// belongs to. If it is empty, or a request lacks the header, the session is
	// the beginning of the prompt, up to and including the first message of the
	// user.
	SessionHeader string
	// Spells slow the whole system down now and then.
	Spells Spells

	// Pool decodes and, when Prefill is nil, also computes prompts.
	Pool Pool
	// Prefill, when set, computes prompts.
	Prefill *Pool
	// TransferBytesPerSecond is the rate at which the KV cache of one prompt
	// moves from Prefill to Pool, Prefill.KVBytesPerToken for each token; 0
	// takes no time. TransferLatency is added to each transfer.
	TransferBytesPerSecond float64
	TransferLatency        time.Duration

	// BlockTokens is the size of a block of the KV cache, in tokens; 0 means
	// 16, vLLM's default.
	BlockTokens int
	// AcceptedTokens is the mean number of tokens that a decoding step emits
	// for a sequence under speculative decoding, 1 or more; 0 means 1, no
	// speculation. After n steps exactly floor(n × AcceptedTokens) tokens have
	// come: 2.4 gives 2, 2, 3, 2, 3.
	AcceptedTokens float64
	// DraftTokens is the number of guesses that a decoding step verifies for
	// each sequence, on top of its one token; 0 means the fewest that
	// AcceptedTokens needs.
	DraftTokens int

	// Fault, when set, is asked about each request, counted from 0 in order of
	// arrival. It must be safe for concurrent use. A fault stops the stream;
	// the sequence goes on.
	Fault func(request int) endpointtest.Fault
}

// Validate returns all mistakes in the configuration, joined.
func (c *Config) Validate() error {
	errs := []error{c.Spells.Validate(), c.Pool.Validate()}
	if c.Prefill != nil {
		errs = append(errs, c.Prefill.Validate())
	}
	check := func(name string, v, least float64) {
		if v != 0 && !(v >= least) || math.IsInf(v, 1) {
			errs = append(errs, fmt.Errorf("simulate: Config.%s is %v, expected %v or more", name, v, least))
		}
	}
	check("ContextTokens", float64(c.ContextTokens), 0)
	check("OutputTokens", float64(c.OutputTokens), 0)
	check("MaxActive", float64(c.MaxActive), 0)
	check("TransferBytesPerSecond", c.TransferBytesPerSecond, 0)
	check("TransferLatency", float64(c.TransferLatency), 0)
	check("BlockTokens", float64(c.BlockTokens), 1)
	check("AcceptedTokens", c.AcceptedTokens, 1)
	check("DraftTokens", float64(c.DraftTokens), max(1, c.AcceptedTokens-1))
	return errors.Join(errs...)
}

// resolved returns the configuration with its defaults filled in. It shares
// nothing with c.
func (c Config) resolved() Config {
	c.AcceptedTokens = max(1, c.AcceptedTokens)
	if c.BlockTokens == 0 {
		c.BlockTokens = 16
	}
	if c.DraftTokens == 0 {
		c.DraftTokens = int(math.Ceil(c.AcceptedTokens)) - 1
	}
	c.Pool = c.Pool.resolved()
	if c.Prefill != nil {
		c.Prefill = new(c.Prefill.resolved())
	}
	return c
}
