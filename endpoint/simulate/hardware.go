package simulate

import (
	"fmt"
	"time"
)

// An Accelerator is the data sheet of one accelerator.
type Accelerator struct {
	// Name of the accelerator.
	Name string
	// BandwidthBytesPerSecond is the peak rate at which the memory is read.
	BandwidthBytesPerSecond float64
	// FLOPS is its peak rate in floating-point operations per second, dense and in
	// the number format that the model is computed in.
	FLOPS float64
	// MemoryBytes is the size of the memory.
	MemoryBytes float64
}

// A Model is the size of a language model.
type Model struct {
	// Name of the model.
	Name string
	// Parameters is the number of all parameters, ActiveParameters the number of
	// those that one token passes through; an ActiveParameters of 0 means all.
	Parameters, ActiveParameters float64
	// BytesPerParameter is the average size of a parameter in memory.
	BytesPerParameter float64
	// Experts is the number of routed experts in a layer, ExpertsPerToken the number
	// of those that one token passes through; 0 for a dense model.
	Experts, ExpertsPerToken int
	// Layers is the number of layers; each adds to the overhead of a step.
	Layers int
	// KVBytesPerToken is the size of the keys and values of one token in all layers:
	// 2 × layers × KV heads × head size × bytes per number.
	KVBytesPerToken float64
	// AttentionFLOPs is the work of one token's attention to each token before it:
	// 4 × query heads × head size × layers with full attention. 0 leaves it out.
	AttentionFLOPs float64
}

// A Group is a number of equal accelerators that hold one copy of a model and work on
// each step together, in tensor or expert parallel. The zero value of each efficiency
// means an assumption of this package, which has not been measured. There is one
// anchor: ComputeEfficiency times ParallelEfficiency is 0.245 by default, and the
// 52,300 prompt tokens/s of DeepSeek V3 (37 B active) that LMSYS reported in May 2025
// for 8 H100 in FP8 are 0.24 of their peak.
type Group struct {
	// Accelerator is the kind of accelerator.
	Accelerator Accelerator
	// Count is the number of accelerators; 0 means 1.
	Count int

	// BandwidthEfficiency is the share of the peak bandwidth that is reached;
	// 0 means 0.7.
	BandwidthEfficiency float64
	// ComputeEfficiency is the share of the peak FLOP/s that is reached; 0
	// means 0.35.
	ComputeEfficiency float64
	// ParallelEfficiency multiplies both when Count is more than 1: the loss to
	// uneven work and communication; 0 means 0.7.
	ParallelEfficiency float64
	// MemoryShare is the share of the memory for weights and KV cache together; the
	// rest is for activations. 0 means 0.9.
	MemoryShare float64
	// StepOverhead and LayerOverhead are the time of a step besides reading and
	// computing, per step and per layer, mostly the latency of launches and
	// collective operations; 0 means 500 us and 50 us.
	StepOverhead, LayerOverhead time.Duration
}

// Pool returns the figures that the group reaches with a model. With N accelerators of
// bandwidth B, peak F and memory M, and a model of P parameters of b bytes, A of them
// active, that routes a token through k of E experts:
//
//	BandwidthBytesPerSecond = N × B × BandwidthEfficiency × ParallelEfficiency
//	FLOPS                   = N × F × ComputeEfficiency × ParallelEfficiency
//	ExpertShare             = k / E
//	routed parameters R     = (P - A) / (1 - k/E)
//	ExpertBytes             = R × b
//	WeightBytes             = (P - R) × b
//	FLOPsPerToken           = 2 × A
//	KVTokens                = (N × M × MemoryShare - P × b) / KVBytesPerToken
//	StepOverhead            = StepOverhead + layers × LayerOverhead
//
// R follows from P = S + R and A = S + k/E × R, where S is the parameters that every
// token passes through. A dense model has R = 0. Slots and ChunkTokens keep their
// defaults, and so does the Power of each accelerator. A model that leaves no room for a KV cache is an error.
func (g Group) Pool(m Model) (Pool, error) {
	or := func(v, standard float64) float64 {
		if v == 0 {
			return standard
		}
		return v
	}
	n := float64(max(1, g.Count))
	parallel := 1.0
	if n > 1 {
		parallel = or(g.ParallelEfficiency, 0.7)
	}
	active := or(m.ActiveParameters, m.Parameters)
	var share, routed float64
	if m.Experts > 0 && m.ExpertsPerToken < m.Experts {
		share = float64(m.ExpertsPerToken) / float64(m.Experts)
		routed = (m.Parameters - active) / (1 - share)
	}
	room := n*g.Accelerator.MemoryBytes*or(g.MemoryShare, 0.9) - m.Parameters*m.BytesPerParameter
	if room <= m.KVBytesPerToken {
		return Pool{}, fmt.Errorf("simulate: %s leaves no room for a KV cache on %v × %s", m.Name, n, g.Accelerator.Name)
	}
	p := Pool{
		StepOverhead:            time.Duration(or(float64(g.StepOverhead), 500e3)) + time.Duration(m.Layers)*time.Duration(or(float64(g.LayerOverhead), 50e3)),
		BandwidthBytesPerSecond: n * g.Accelerator.BandwidthBytesPerSecond * or(g.BandwidthEfficiency, 0.7) * parallel,
		FLOPS:                   n * g.Accelerator.FLOPS * or(g.ComputeEfficiency, 0.35) * parallel,
		WeightBytes:             (m.Parameters - routed) * m.BytesPerParameter,
		ExpertBytes:             routed * m.BytesPerParameter,
		ExpertShare:             share,
		KVBytesPerToken:         m.KVBytesPerToken,
		FLOPsPerToken:           2 * active,
		AttentionFLOPs:          m.AttentionFLOPs,
		Power:                   Power{Accelerators: int(n)},
	}
	if m.KVBytesPerToken > 0 {
		p.KVTokens = int(room / m.KVBytesPerToken)
	}
	return p, p.Validate()
}
