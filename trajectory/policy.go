package trajectory

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/spans"
)

// Output is how long answers should be.
type Output string

const (
	// OutputExact asks for the recorded length, with ignore_eos, so that every
	// system does the same work. The benchmarks count an answer that is shorter as failed.
	OutputExact Output = "exact"
	// OutputCap asks for at most the recorded length, and at most MaxTokens.
	OutputCap Output = "cap"
	// OutputFree asks for at most MaxTokens, and leaves the length to the model.
	OutputFree Output = "free"
)

// ToolDelay is how long an agent waits between the end of one turn and the start of
// the next.
type ToolDelay string

const (
	// ToolDelayRecorded waits for the recorded time. After a turn that ran tools
	// for an unknown time it waits as ToolDelaySampled does.
	ToolDelayRecorded ToolDelay = "recorded"
	// ToolDelaySampled draws a time for each turn that ran tools, from a
	// log-normal distribution with a median of 1 s, kept within 0.1 s and 5 s, the
	// range published for AA-AgentPerf.
	ToolDelaySampled ToolDelay = "sampled"
	// ToolDelayNone does not wait.
	ToolDelayNone ToolDelay = "none"
)

// PrefixPosition is where to put the text that keeps the caches of plays apart. A
// server can reuse what comes before it across plays, agents and phases; what comes
// after it is private to a play.
type PrefixPosition string

const (
	// PrefixAfterSystem puts it in front of the first message that is neither a
	// system nor a developer message, or behind the blocks of synthetic text there
	// that other sessions have too ([Workload.ShareBlocks]). The scaffold that agents
	// of one kind have in common, tools and system prompt, stays shared as it is in
	// production.
	PrefixAfterSystem PrefixPosition = "after-system"
	// PrefixFront puts it in front of the first message, as AA's local benchmark
	// does with 32 digits and a constant sentence, once for each run. In most chat
	// templates tools are still shared, but the system prompt is computed anew for
	// each play.
	PrefixFront PrefixPosition = "front"
	// PrefixNone adds no text. A server may then answer from the cache of another
	// play, and looks faster than it would be with as many different sessions.
	PrefixNone PrefixPosition = "none"
)

// DefaultMaxTokens is the limit published for AA-AgentPerf against answers that
// repeat themselves without end.
const DefaultMaxTokens = 16384

// maxSyntheticFactor bounds the text that is made: tokens of words that follow each other
// at random have hardly more than one.
const maxSyntheticFactor = 4

// A Policy says how turns become requests. The zero value replays as exactly as the
// recording allows.
type Policy struct {
	// API is the one that requests are made for; empty means [APIChat].
	//
	// Messages that were recorded in it are sent as they were recorded, block by block,
	// with the cache marks of the recording in APIMessages and no others. Thinking is sent
	// if it has a signature, as the API demands; reasoning items that are encrypted or have
	// no content are left out, since servers other than the one that made them refuse them.
	// Other messages are sent as their chat form says. System messages in front become the
	// system prompt, later ones stay where they are, in APIMessages as the user's. There,
	// messages of one side that follow each other are merged. [Lint] tells what an API has
	// no place for.
	API API
	// BillingLine, if set, sends the first line of Claude Code's system prompt, which names
	// the version and a hash, in APIMessages where it was recorded ([Turn.BillingLine]). It
	// differs in each request, so that a server that does not strip it finds nothing in its
	// cache after it; by default it is left out.
	BillingLine bool
	// Model is the model named in each request.
	Model string
	// Fields are added to each request body and replace fields of the same name.
	// The fields model, messages and stream cannot be replaced, nor system in APIMessages
	// and input, instructions and previous_response_id in APIResponses.
	Fields map[string]json.RawMessage
	// Output is the length policy; empty means [OutputExact].
	Output Output
	// MaxTokens limits answers under OutputCap and OutputFree, and those whose
	// length was not recorded, which the limit in the recorded request bounds too.
	// 0 means DefaultMaxTokens.
	MaxTokens int
	// MaxTokensField is the body field that limits answers: "max_tokens", which empty
	// means too, or in APIChat "max_completion_tokens" for servers that refuse that. In
	// APIResponses it is always "max_output_tokens".
	MaxTokensField string
	// Window is the context window in tokens: an answer that is not forced to a
	// length is limited to what the prompt leaves free. 0 means no limit.
	Window int
	// ToolDelay is the delay policy; empty means [ToolDelayRecorded].
	ToolDelay ToolDelay
	// ToolDelayScale multiplies every tool delay; 0 means 1.
	ToolDelayScale float64
	// ToolDelayMax bounds each tool delay; 0 means no bound. In recorded sessions
	// a few long waits make up most of the time.
	ToolDelayMax time.Duration
	// HumanWaits bounds each recorded wait for a person; 0 leaves them out, since
	// how long users think says nothing about a system. [Workload.Waits] returns
	// what is cut.
	HumanWaits time.Duration
	// Prefix is where to put the text that keeps the caches of plays apart; empty
	// means [PrefixAfterSystem].
	Prefix PrefixPosition
	// SyntheticFactor multiplies the number of words of synthetic text ([Block]): as many
	// words as the system under test needs for a token, so that a prompt has as many tokens
	// there as were recorded. It applies to each block by itself, so that equal blocks stay
	// equal. 0 means 1. Recorded text stays as it is.
	SyntheticFactor float64
	// FailurePause is the shortest time from the end of a turn that failed before
	// anything was streamed to the next turn, so that a dead server is not flooded
	// with requests. 0 means 1s, which is also the minimum.
	FailurePause time.Duration
}

// Validate reports everything that is wrong with the policy.
func (p Policy) Validate() error {
	errs := []error{p.API.validate()}
	switch p.Output {
	case "", OutputExact, OutputCap, OutputFree:
	default:
		errs = append(errs, fmt.Errorf("trajectory: Output is %q, expected exact, cap or free", p.Output))
	}
	switch p.ToolDelay {
	case "", ToolDelayRecorded, ToolDelaySampled, ToolDelayNone:
	default:
		errs = append(errs, fmt.Errorf("trajectory: ToolDelay is %q, expected recorded, sampled or none", p.ToolDelay))
	}
	switch p.Prefix {
	case "", PrefixAfterSystem, PrefixFront, PrefixNone:
	default:
		errs = append(errs, fmt.Errorf("trajectory: Prefix is %q, expected after-system, front or none", p.Prefix))
	}
	errs = append(errs, spans.Check("trajectory: ToolDelayMax", p.ToolDelayMax, 0), spans.Check("trajectory: HumanWaits", p.HumanWaits, 0),
		spans.Check("trajectory: FailurePause", p.FailurePause, 0))
	if p.MaxTokens < 0 || p.MaxTokens > maxTokens {
		errs = append(errs, fmt.Errorf("trajectory: MaxTokens is %d, expected 0 to %d", p.MaxTokens, maxTokens))
	}
	if limits := p.API.limits(); p.MaxTokensField != "" && !slices.Contains(limits, p.MaxTokensField) {
		errs = append(errs, fmt.Errorf("trajectory: MaxTokensField is %q, expected %s", p.MaxTokensField, strings.Join(limits, " or ")))
	}
	if p.Window < 0 {
		errs = append(errs, fmt.Errorf("trajectory: Window is %d, expected 0 or more", p.Window))
	}
	if !(p.ToolDelayScale >= 0) || math.IsInf(p.ToolDelayScale, 0) {
		errs = append(errs, fmt.Errorf("trajectory: ToolDelayScale is %v, expected a finite number, 0 or more", p.ToolDelayScale))
	}
	if !(p.SyntheticFactor >= 0 && p.SyntheticFactor <= maxSyntheticFactor) {
		errs = append(errs, fmt.Errorf("trajectory: SyntheticFactor is %v, expected 0 to %v", p.SyntheticFactor, maxSyntheticFactor))
	}
	errs = append(errs, fields.Validate("trajectory", p.Fields, fields.Reserved(string(p.API))...))
	return errors.Join(errs...)
}

// Resolve returns the policy with its defaults filled in.
func (p Policy) Resolve() Policy {
	if p.Output == "" {
		p.Output = OutputExact
	}
	if p.MaxTokens == 0 {
		p.MaxTokens = DefaultMaxTokens
	}
	if p.API == "" {
		p.API = APIChat
	}
	if p.MaxTokensField == "" {
		p.MaxTokensField = p.API.limits()[0]
	}
	if p.ToolDelay == "" {
		p.ToolDelay = ToolDelayRecorded
	}
	if p.ToolDelayScale == 0 {
		p.ToolDelayScale = 1
	}
	if p.SyntheticFactor == 0 {
		p.SyntheticFactor = 1
	}
	if p.Prefix == "" {
		p.Prefix = PrefixAfterSystem
	}
	p.FailurePause = max(p.FailurePause, time.Second)
	return p
}

// Limit returns the max_tokens of a turn's request, and whether ignore_eos forces the
// answer to that length.
func (p Policy) Limit(t *Turn) (tokens int, forced bool) {
	p = p.Resolve()
	switch {
	case p.Output == OutputFree:
		tokens = p.MaxTokens
	case t.OutputTokens == 0:
		if tokens = p.MaxTokens; t.MaxOutputTokens > 0 {
			tokens = min(tokens, t.MaxOutputTokens)
		}
	case p.Output == OutputCap:
		tokens = min(t.OutputTokens, p.MaxTokens)
	default:
		return t.OutputTokens, true
	}
	if p.Window > 0 {
		tokens = max(1, min(tokens, p.Window-t.promptAtMost()))
	}
	return tokens, false
}
