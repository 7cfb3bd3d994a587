package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// A Pool is one or more equal groups of accelerators. Each group holds one copy of a
// model and works on one step at a time, all accelerators together. The figures are
// those that a group reaches, not those of data sheets; [Group.Pool] derives them from
// hardware and model. The zero value takes 10 ms for every step and has room for
// everything.
//
// # How long a step takes
//
// A step computes n_i tokens of each sequence i in it: a chunk of its prompt, or the
// one token that decoding continues from plus DraftTokens guesses at its successors.
// c_i tokens of the sequence came before. With T = sum n_i,
//
//	step    = (StepOverhead + max(memory, compute)) × slower
//	memory  = (WeightBytes + ExpertBytes × (1 - (1-ExpertShare)^T) + KVBytesPerToken × sum c_i) / BandwidthBytesPerSecond
//	compute = (FLOPsPerToken × T + AttentionFLOPs × sum (n_i c_i + n_i (n_i+1)/2)) / FLOPS
//
// rounded to the nanosecond, where slower is 1 unless [Heat] or [Spells] say otherwise;
// the factors of both are multiplied. This is the roofline model (Williams, Waterman and
// Patterson, 2009) of a transformer's forward pass, as in Pope et al., "Efficiently
// Scaling Transformer Inference" (2022), with reading and computing overlapped within
// a step. The experts read are those touched by tokens that choose theirs
// independently and evenly; real routing is less even and touches fewer.
type Pool struct {
	// Replicas is the number of groups, each with its own batch and KV cache; 0
	// means 1. A request goes to the replica with the fewest tokens to compute
	// before its first one, its own uncached tokens included: so to its cached
	// prefix, unless that replica is busy. [Config.Sticky] binds sessions to
	// replicas instead. A prompt computed by another pool goes to the replica
	// with the fewest requests.
	Replicas int

	// StepOverhead is the constant part of a step's time: scheduling, kernel
	// launches, the latency of collective operations, sampling, the draft model.
	StepOverhead time.Duration
	// BandwidthBytesPerSecond is the rate at which the group reads its memory;
	// 0 means that reading takes no time.
	BandwidthBytesPerSecond float64
	// FLOPS is the rate at which the group computes, in floating-point
	// operations per second; 0 means that computing takes no time.
	FLOPS float64

	// WeightBytes is the size of the weights read in every step: attention, shared
	// experts, the output layer; for a dense model all weights.
	WeightBytes float64
	// ExpertBytes is the size of all routed experts of a mixture of experts; 0 for
	// a dense model.
	ExpertBytes float64
	// ExpertShare is the share of the routed experts that one token passes
	// through, from 0 to 1.
	ExpertShare float64
	// KVBytesPerToken is the size of the keys and values of one token in all
	// layers, which a step reads for every token of context.
	KVBytesPerToken float64
	// FLOPsPerToken is the work for one token without attention, in floating-point
	// operations: 2 for each active parameter.
	FLOPsPerToken float64
	// AttentionFLOPs is the work of one token's attention to each token before it,
	// in floating-point operations: 4 × query heads × head size × layers with full
	// attention. 0 leaves it out: every token of a prompt then takes the same time.
	AttentionFLOPs float64

	// Slots is the largest number of sequences in a step of one replica, decoding
	// or computing their prompt; 0 means 256. The others queue.
	Slots int
	// ChunkTokens is the most prompt tokens, of all sequences together, that one
	// step computes besides decoding; 0 means 2,048. Larger chunks bring the first
	// token sooner and delay the sequences that decode.
	ChunkTokens int
	// KVTokens is the size of one replica's KV cache, in tokens, rounded down to
	// whole blocks; 0 means no limit.
	KVTokens int

	// Heat slows each replica down as it gets hot.
	Heat Heat
	// Power is what each replica draws. It changes nothing but [System.ServePower].
	Power Power
}

// part is the work of a step for one sequence.
type part struct {
	*sequence
	tokens int  // computed
	decode bool // or a chunk of the prompt
	before int  // tokens of the sequence that came before
	emit   int  // tokens put out when the step is done
}

// duration returns the time of a step that nothing slows down.
func (p *Pool) duration(parts []part) time.Duration {
	var tokens, context, pairs float64
	for _, s := range parts {
		n, c := float64(s.tokens), float64(s.before)
		tokens += n
		context += c
		pairs += n*c + n*(n+1)/2
	}
	var memory, compute float64 // seconds
	if p.BandwidthBytesPerSecond > 0 {
		touched := 1 - math.Pow(1-p.ExpertShare, tokens)
		memory = (p.WeightBytes + p.ExpertBytes*touched + p.KVBytesPerToken*context) / p.BandwidthBytesPerSecond
	}
	if p.FLOPS > 0 {
		compute = (p.FLOPsPerToken*tokens + p.AttentionFLOPs*pairs) / p.FLOPS
	}
	// Steps that took no time would never end.
	return max(1, p.StepOverhead+seconds(max(memory, compute)))
}

// resolved returns the pool with its defaults filled in.
func (p Pool) resolved() Pool {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&p.Replicas, 1)
	set(&p.Slots, 256)
	set(&p.ChunkTokens, 2048)
	p.Power = p.Power.resolved()
	if p.StepOverhead == 0 && p.BandwidthBytesPerSecond == 0 && p.FLOPS == 0 {
		p.StepOverhead = 10 * time.Millisecond
	}
	return p
}

// Validate returns all mistakes in the figures, joined.
func (p *Pool) Validate() error {
	errs := []error{p.Heat.Validate(), p.Power.Validate()}
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"Replicas", float64(p.Replicas)}, {"StepOverhead", float64(p.StepOverhead)},
		{"BandwidthBytesPerSecond", p.BandwidthBytesPerSecond}, {"FLOPS", p.FLOPS},
		{"WeightBytes", p.WeightBytes}, {"ExpertBytes", p.ExpertBytes}, {"ExpertShare", p.ExpertShare},
		{"KVBytesPerToken", p.KVBytesPerToken}, {"FLOPsPerToken", p.FLOPsPerToken}, {"AttentionFLOPs", p.AttentionFLOPs},
		{"Slots", float64(p.Slots)}, {"ChunkTokens", float64(p.ChunkTokens)}, {"KVTokens", float64(p.KVTokens)},
	} {
		if !(f.value >= 0) || math.IsInf(f.value, 1) { // not even NaN
			errs = append(errs, fmt.Errorf("simulate: Pool.%s is %v, expected 0 or more", f.name, f.value))
		}
	}
	if p.ExpertShare > 1 {
		errs = append(errs, fmt.Errorf("simulate: Pool.ExpertShare is %v, expected at most 1", p.ExpertShare))
	}
	return errors.Join(errs...)
}

// seconds rounds to the nanosecond.
func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
