package simulate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// Worked by hand. Four accelerators of 2 TB/s, 1 PFLOP/s and 100 GB at 0.5, 0.4
// and 0.75; 100 G parameters of half a byte, of which 25 G are active, with 4 of
// 16 experts: (100 - 25) / (1 - 1/4) = 100 G are routed and none are shared.
func TestGroupPool(t *testing.T) {
	accelerator := simulate.Accelerator{Name: "A", BandwidthBytesPerSecond: 2e12, FLOPS: 1e15, MemoryBytes: 100e9}
	for _, tt := range []struct {
		name  string
		group simulate.Group
		model simulate.Model
		want  simulate.Pool
	}{
		{
			"mixture of experts",
			simulate.Group{
				Accelerator: accelerator, Count: 4, BandwidthEfficiency: 0.5, ComputeEfficiency: 0.4, ParallelEfficiency: 0.75,
				MemoryShare: 0.5, StepOverhead: time.Millisecond, LayerOverhead: 10 * time.Microsecond,
			},
			simulate.Model{
				Parameters: 100e9, ActiveParameters: 25e9, BytesPerParameter: 0.5, Experts: 16, ExpertsPerToken: 4,
				Layers: 50, KVBytesPerToken: 1e5, AttentionFLOPs: 7,
			},
			simulate.Pool{
				StepOverhead:            1500 * time.Microsecond,
				BandwidthBytesPerSecond: 4 * 2e12 * 0.5 * 0.75,
				FLOPS:                   4 * 1e15 * 0.4 * 0.75,
				WeightBytes:             0, ExpertBytes: 50e9, ExpertShare: 0.25,
				KVBytesPerToken: 1e5, FLOPsPerToken: 50e9, AttentionFLOPs: 7,
				Power:    simulate.Power{Accelerators: 4},
				KVTokens: 1_500_000, // (4 × 100 × 0.5 - 50) GB / 100 kB
			},
		},
		{
			"dense, one, with the defaults",
			simulate.Group{Accelerator: accelerator},
			simulate.Model{Parameters: 10e9, BytesPerParameter: 2, Layers: 10, KVBytesPerToken: 1e5},
			simulate.Pool{
				StepOverhead:            time.Millisecond,
				BandwidthBytesPerSecond: 1.4e12,
				FLOPS:                   0.35e15,
				WeightBytes:             20e9,
				KVBytesPerToken:         1e5, FLOPsPerToken: 20e9,
				Power:    simulate.Power{Accelerators: 1},
				KVTokens: 700_000, // (100 × 0.9 - 20) GB / 100 kB
			},
		},
	} {
		got, err := tt.group.Pool(tt.model)
		if diff := cmp.Diff(tt.want, got, cmpopts.EquateApprox(1e-9, 0)); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", tt.name, err, diff)
		}
	}
	if _, err := (simulate.Group{Accelerator: accelerator}).Pool(simulate.Model{Parameters: 100e9, BytesPerParameter: 1}); err == nil {
		t.Error("a model that is larger than the memory has a pool")
	}
}
