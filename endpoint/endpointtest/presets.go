package endpointtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Preset is a [System] that is ready to run. It is a MODEL of the system that
// it is named after, made of data sheet figures and the assumptions of [Group],
// and not a measurement of it: the numbers that it gives show how such a system
// behaves and say nothing of how fast that one is.
type Preset struct {
	// Name is what Lookup knows it by. Those named after systems that exist
	// end in "-model".
	Name string
	// Description is one line on what is modelled, and that it is a model.
	Description string
	// Accelerators is the number of accelerators modelled; 0 for none in
	// particular.
	Accelerators int
	// New returns a new system of this kind, which may be changed before its
	// first request.
	New func() *System
}

// Lookup returns the preset of that name.
func Lookup(name string) (Preset, error) {
	all := Presets()
	i := slices.IndexFunc(all, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		var names []string
		for _, p := range all {
			names = append(names, p.Name)
		}
		return Preset{}, fmt.Errorf("endpointtest: no preset is named %q; there are %s", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

// Presets returns all presets, smallest first.
//
//   - demo: nothing that exists. A system that some ten coding agents bring to
//     its knees, with prompts of 2,000 to 8,000 tokens and answers of 20 to 80,
//     and that two cores can play in real time beside the client. Four of them
//     get 140 tokens/s each and the first token after 25 ms; twenty get less
//     than 50 and wait for more than a second.
//   - 8xh100-gpt-oss-120b-model, 8xh200-gpt-oss-120b-model: one group of eight
//     in tensor parallel, no speculative decoding.
//   - 8xb300-deepseek-v4-pro-model: one group of eight in expert parallel, 100
//     us of overhead a layer for its two exchanges, 3 guesses of which 1.4 are
//     right on average.
//   - gb300-nvl72-deepseek-v4-pro-model: the same on 32 of a rack's 72
//     accelerators, six prefill groups of 4 and one decode group of 8, as in the
//     AgentPerf result that NVIDIA published in 2026. KV caches go over at 50
//     GB/s, a network port of 400 Gbit/s, after 5 ms.
//
// How many guesses are right is an assumption: it depends on the model and the
// text. One request alone gets, by the formula in [Pool]:
//
//	                                  TTFT of 27,000 tokens  then, tokens/s
//	demo                                              609 ms            176
//	8xh100-gpt-oss-120b-model                         231 ms            386
//	8xh200-gpt-oss-120b-model                         230 ms            399
//	8xb300-deepseek-v4-pro-model                      485 ms            275
//	gb300-nvl72-deepseek-v4-pro-model                 564 ms            275
func Presets() []Preset {
	return []Preset{
		{
			Name: "demo", New: demo,
			Description: "MODEL of no real system: about ten agents bring it to its knees, on two cores",
		},
		{
			Name: "8xh100-gpt-oss-120b-model", Accelerators: 8,
			Description: "MODEL, not a measurement: 8 x H100 SXM, tensor parallel, gpt-oss-120b",
			New:         func() *System { return gptOSS(h100()) },
		},
		{
			Name: "8xh200-gpt-oss-120b-model", Accelerators: 8,
			Description: "MODEL, not a measurement: 8 x H200 SXM, tensor parallel, gpt-oss-120b",
			New:         func() *System { return gptOSS(h200()) },
		},
		{
			Name: "8xb300-deepseek-v4-pro-model", Accelerators: 8,
			Description: "MODEL, not a measurement: 8 x B300, one group, DeepSeek V4 Pro, speculative decoding",
			New:         func() *System { return deepSeek(exchanging(b300(), 8), nil) },
		},
		{
			Name: "gb300-nvl72-deepseek-v4-pro-model", Accelerators: 32,
			Description: "MODEL, not a measurement: 32 x GB300, 6 prefill groups of 4 and a decode group of 8, DeepSeek V4 Pro, speculative decoding",
			New: func() *System {
				return deepSeek(exchanging(gb300(), 8), new(exchanging(gb300(), 4)))
			},
		},
	}
}

// demo is made for its curve: 5 ms a step alone and 10 ms with about ten agents,
// and a KV cache that some 13 sessions of 5,000 tokens fill; beyond, they drive
// each other's prefixes out and the prompts take all the time.
func demo() *System {
	return &System{
		ContextTokens: 32_768,
		Pool: Pool{
			StepOverhead:            2500 * time.Microsecond,
			BandwidthBytesPerSecond: 1e12,
			WeightBytes:             2e9, // 2 ms
			ExpertBytes:             6e9, // up to 6 ms
			ExpertShare:             1.0 / 16,
			KVBytesPerToken:         30e3, // 0.03 us
			FLOPS:                   1e15,
			FLOPsPerToken:           20e9, // 20 us
			Slots:                   32,
			ChunkTokens:             1024,
			KVTokens:                64_000,
		},
	}
}

func gptOSS(a Accelerator) *System {
	m := gptOSS120B()
	return &System{Model: m.Name, ContextTokens: 131_072, Pool: fitting(Group{Accelerator: a, Count: 8}, m)}
}

func deepSeek(decode Group, prefill *Group) *System {
	m := deepSeekV4Pro()
	s := &System{Model: m.Name, ContextTokens: 1 << 20, Pool: fitting(decode, m), AcceptedTokens: 2.4, DraftTokens: 3}
	if prefill != nil {
		p := fitting(*prefill, m)
		p.Replicas, p.ChunkTokens = 6, 16384
		s.Prefill = &p
		s.TransferBytesPerSecond, s.TransferLatency = 50e9, 5*time.Millisecond
	}
	return s
}

// exchanging returns a group in expert parallel.
func exchanging(a Accelerator, count int) Group {
	return Group{Accelerator: a, Count: count, LayerOverhead: 100 * time.Microsecond}
}

// fitting returns the pool of a model that is known to fit, with the slots of a
// large system.
func fitting(g Group, m Model) Pool {
	p, err := g.Pool(m)
	if err != nil {
		panic(err)
	}
	p.Slots = 1024
	return p
}
