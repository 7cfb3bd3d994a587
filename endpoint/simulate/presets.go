package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Preset returns the preset of that name; [Presets] lists them. The error names
// those that there are.
func Preset(name string) (Config, error) {
	all := Presets()
	i := slices.IndexFunc(all, func(c Config) bool { return c.Name == name })
	if i < 0 {
		var names []string
		for _, c := range all {
			names = append(names, c.Name)
		}
		return Config{}, fmt.Errorf("simulate: no preset is named %q; there are %s", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

// Presets returns all presets, smallest first. Each may be changed before it is
// passed to [New]. They are MODELS of the systems that they are named after,
// made of data sheet figures and the assumptions of [Group]: they show how such
// a system behaves and say nothing about how fast the real one is. Names of
// systems that exist end in "-model".
//
//   - demo: nothing that exists. About ten coding agents, with prompts of 2,000
//     to 8,000 tokens and answers of 20 to 80, overload it, and two cores can
//     simulate it in real time beside the client. Four agents get 140 tokens/s
//     each and the first token after 25 ms; twenty get less than 50 tokens/s
//     and wait for more than a second.
//   - drifting: the demo with [Heat]. Its steps come to take 1/16 longer for each
//     of its 32 slots that is busy, with a time constant of 10 minutes. Cold, it
//     gives 13 agents 100 tokens/s in three of four answers; after half an hour
//     9 agents.
//   - 8xh100-gpt-oss-120b-model, 8xh200-gpt-oss-120b-model: one group of eight
//     in tensor parallel, no speculative decoding.
//   - 8xb300-deepseek-v4-pro-model: one group of eight in expert parallel, with
//     100 us of overhead per layer for its two exchanges, and 3 guesses of which
//     1.4 are accepted on average.
//   - gb300-nvl72-deepseek-v4-pro-model: the same on 32 of a rack's 72
//     accelerators, six prefill groups of 4 and one decode group of 8, as in the
//     AgentPerf result that NVIDIA published in 2026. KV caches are transferred
//     at 50 GB/s, a network port of 400 Gbit/s, after 5 ms.
//
// How many guesses are accepted is an assumption: it depends on the model and
// the text. One request alone gets, by the formula in [Pool]:
//
//	                                  TTFT of 27,000 tokens  then, tokens/s
//	demo                                              609 ms            176
//	drifting                                          609 ms            176
//	8xh100-gpt-oss-120b-model                         231 ms            386
//	8xh200-gpt-oss-120b-model                         230 ms            399
//	8xb300-deepseek-v4-pro-model                      485 ms            275
//	gb300-nvl72-deepseek-v4-pro-model                 564 ms            275
func Presets() []Config {
	return []Config{
		demo(),
		drifting(),
		gptOSS("8xh100-gpt-oss-120b-model", h100()),
		gptOSS("8xh200-gpt-oss-120b-model", h200()),
		deepSeek("8xb300-deepseek-v4-pro-model", 8,
			"MODEL, not a measurement: 8 x B300, one group, DeepSeek V4 Pro, speculative decoding",
			exchanging(b300(), 8), nil),
		deepSeek("gb300-nvl72-deepseek-v4-pro-model", 32,
			"MODEL, not a measurement: 32 x GB300, 6 prefill groups of 4 and a decode group of 8, DeepSeek V4 Pro, speculative decoding",
			exchanging(gb300(), 8), new(exchanging(gb300(), 4))),
	}
}

// demo is made for its curve: 5 ms a step alone and 10 ms with about ten agents,
// and a KV cache that some 13 sessions of 5,000 tokens fill; beyond that they
// evict each other's prefixes and prompts take all the time.
func demo() Config {
	return Config{
		Name:          "demo",
		Description:   "MODEL of no real system: about ten agents bring it to its knees, on two cores",
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

// drifting heats up slowly enough for short measurements to miss it and fast enough
// to be seen in an hour.
func drifting() Config {
	c := demo()
	c.Name, c.Description = "drifting", "MODEL of no real system: the demo, but slower the longer it is busy"
	c.Pool.Heat = Heat{Slowdown: 2, TimeConstant: 10 * time.Minute}
	return c
}

func gptOSS(name string, a Accelerator) Config {
	m := gptOSS120B()
	return Config{
		Name: name, Description: "MODEL, not a measurement: 8 x " + a.Name + ", tensor parallel, gpt-oss-120b", Accelerators: 8,
		Model: m.Name, ContextTokens: 131_072, Pool: fitting(Group{Accelerator: a, Count: 8}, m),
	}
}

func deepSeek(name string, accelerators int, description string, decode Group, prefill *Group) Config {
	m := deepSeekV4Pro()
	c := Config{
		Name: name, Description: description, Accelerators: accelerators,
		Model: m.Name, ContextTokens: 1 << 20, Pool: fitting(decode, m), AcceptedTokens: 2.4, DraftTokens: 3,
	}
	if prefill != nil {
		c.Prefill = new(fitting(*prefill, m))
		c.Prefill.Replicas, c.Prefill.ChunkTokens = 6, 16384
		c.TransferBytesPerSecond, c.TransferLatency = 50e9, 5*time.Millisecond
	}
	return c
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
