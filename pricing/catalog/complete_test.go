package catalog_test

import (
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

func TestComplete(t *testing.T) {
	all := catalog.BuiltinAccelerators()
	for _, tt := range []struct{ in, want pricing.System }{
		{pricing.System{Accelerator: "h100", Accelerators: 8}, pricing.System{
			Accelerator: "h100", Accelerators: 8, Power: 5600, Basis: pricing.TDP, PowerNote: "catalog: 700 W each", RackAccelerators: 32, RackNote: "catalog: 40.8 kW",
		}},
		{pricing.System{Accelerator: "GB300", Accelerators: 36, Basis: pricing.RackProvisioned}, pricing.System{
			Accelerator: "GB300", Accelerators: 36, Power: 71000, Basis: pricing.RackProvisioned, PowerNote: "catalog: 142 kW for a rack of 72", RackAccelerators: 72, RackNote: "catalog: 142 kW",
		}},
		{pricing.System{Accelerator: "B200", Accelerators: 4, Basis: pricing.SystemMax}, pricing.System{
			Accelerator: "B200", Accelerators: 4, Power: 7150, Basis: pricing.SystemMax, PowerNote: "catalog: 14.3 kW for 8",
		}},
		{pricing.System{Accelerator: "Cerebras-WSE-3", Accelerators: 2}, pricing.System{ // no TDP is known
			Accelerator: "Cerebras-WSE-3", Accelerators: 2, Power: 46000, Basis: pricing.SystemMax, PowerNote: "catalog: 23 kW for 1",
		}},
		// What is stated stays.
		{pricing.System{Accelerator: "H100", Accelerators: 8, Power: 9000, Basis: pricing.MeasuredWall, RackAccelerators: 8}, pricing.System{Accelerator: "H100", Accelerators: 8, Power: 9000, Basis: pricing.MeasuredWall, RackAccelerators: 8}},
		// What is not known stays unknown.
		{pricing.System{Accelerator: "H100"}, pricing.System{Accelerator: "H100"}},
		{pricing.System{Accelerators: 8}, pricing.System{Accelerators: 8}},
		{pricing.System{Accelerator: "H900", Accelerators: 8}, pricing.System{Accelerator: "H900", Accelerators: 8}},
		{pricing.System{Accelerator: "H200", Accelerators: 8, Basis: pricing.MeasuredWall}, pricing.System{Accelerator: "H200", Accelerators: 8, Basis: pricing.MeasuredWall}},
		{pricing.System{Accelerator: "H200", Accelerators: 8, Basis: pricing.RackProvisioned}, pricing.System{Accelerator: "H200", Accelerators: 8, Basis: pricing.RackProvisioned}},
	} {
		got := catalog.Complete(tt.in, all)
		if got != tt.want {
			t.Errorf("%+v becomes %+v, want %+v", tt.in, got, tt.want)
		}
	}
}
