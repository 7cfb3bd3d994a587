package cli_test

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/pricing"
)

func parse(t *testing.T, base pricing.System, args ...string) (pricing.System, error) {
	t.Helper()
	var s cli.System
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	s.Register(flags)
	if err := flags.Parse(args); err != nil {
		return pricing.System{}, err
	}
	all, err := s.Over(base)
	return all[0], err
}

func TestSystem(t *testing.T) {
	if got, err := parse(t, pricing.System{}); err != nil || got != (pricing.System{}) {
		t.Errorf("no flags: %+v, %v", got, err)
	}
	got, err := parse(t, pricing.System{}, "-accelerators", "8", "-accelerator", "H100", "-price", "2.50", "-power", "5.2kW", "-power-basis", "measured_wall", "-pue", "1.3", "-rack", "32")
	want := pricing.System{
		Accelerator: "H100", Accelerators: 8, Price: 5 * pricing.Dollar / 2, PriceNote: "given",
		Power: 5200, Basis: pricing.MeasuredWall, PUE: 1.3, RackAccelerators: 32,
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	want.Price = 3 * pricing.Dollar
	if got, err := parse(t, got, "-price", "3"); err != nil || got != want {
		t.Errorf("over another: %+v, %v; want %+v", got, err, want)
	}
	for args, words := range map[string]string{
		"-accelerators 0":                    "1 or more",
		"-accelerators 8x":                   "1 or more",
		"-price free":                        "expected one like 2.50",
		"-price 0":                           "more than 0",
		"-price 2":                           "need -accelerators",
		"-rack 32":                           "need -accelerators",
		"-power 5":                           "expected one like 900W",
		"-power 5kW":                         "-power needs -power-basis",
		"-power-basis tdp":                   "-power-basis needs -power",
		"-power-basis guess":                 "expected one of measured_accelerator",
		"-pue 0.5":                           "1 or more",
		"-pue 1.2":                           "PUE does not apply",
		"-power 1kW -power-basis tdp -pue 2": "PUE does not apply",
	} {
		if got, err := parse(t, pricing.System{}, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %+v, %v; want %q", args, got, err, words)
		}
	}
}

// What no flag and no report states is from the catalog, on one basis for all.
func TestSystemFromCatalog(t *testing.T) {
	got, err := parse(t, pricing.System{}, "-accelerators", "8", "-accelerator", "H100")
	want := pricing.System{Accelerator: "H100", Accelerators: 8, Power: 5600, Basis: pricing.TDP, PowerNote: "catalog: 700 W each", RackAccelerators: 32, RackNote: "catalog: 40.8 kW"}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if got, err := parse(t, want, "-power-basis", "rack_provisioned"); err != nil || got.Power != 10200 || got.PowerNote != "catalog: 40.8 kW for a rack of 32" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := parse(t, want, "-accelerator", "GB300", "-accelerators", "72"); err != nil || got.Power != 100800 || got.RackAccelerators != 72 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := parse(t, want, "-power", "6kW", "-power-basis", "measured_wall", "-rack", "16"); err != nil || got.Power != 6000 || got.PowerNote != "" || got.RackAccelerators != 16 || got.RackNote != "" {
		t.Errorf("%+v, %v", got, err)
	}
	h100, stated := pricing.System{Accelerator: "H100", Accelerators: 8}, pricing.System{Accelerator: "B200", Accelerators: 8, Power: 10400, Basis: pricing.MeasuredWall}
	for _, tt := range []struct {
		basis pricing.Basis
		power pricing.Watts
	}{{pricing.MeasuredWall, 0}, {pricing.SystemMax, 10200}, {pricing.TDP, 5600}} {
		stated.Basis = tt.basis
		all, err := new(cli.System).Over(h100, stated)
		if err != nil || all[0].Power != tt.power || all[1].Power != 10400 || all[0].Power > 0 && all[0].Basis != tt.basis {
			t.Errorf("%+v, %v", all, err)
		}
	}
}
