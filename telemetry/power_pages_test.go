package telemetry_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
)

// Pages in the forms of exporters, with what may mislead in them: POWER is 100 W and 5 W more
// each second, 300 W on average over the window, and JOULES that energy since 0 s, to which mJ
// and uJ belong.
func TestPowerPages(t *testing.T) {
	for _, tt := range []struct {
		name, page   string
		accelerators int
		basis        pricing.Basis
		watts        float64
		from         string
		devices      int
	}{
		{"dcgm-exporter, MIG", `# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).
# TYPE DCGM_FI_DEV_SM_CLOCK gauge
DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="3",Hostname="a"} 1440
# HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
# TYPE DCGM_FI_DEV_POWER_USAGE gauge
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="3",Hostname="a"} POWER
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="4",Hostname="a"} POWER
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="5",Hostname="a"} POWER
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="6",Hostname="a"} POWER
# HELP DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION Total energy consumption since boot (in mJ).
# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="3",Hostname="a"} mJ
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="4",Hostname="a"} mJ
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="5",Hostname="a"} mJ
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-1f2e",device="nvidia0",modelName="NVIDIA A30",GPU_I_PROFILE="1g.6gb",GPU_I_ID="6",Hostname="a"} mJ
`, 1, pricing.MeasuredAccelerator, 300, telemetry.FromEnergy, 1},
		{"dcgm-exporter in Kubernetes, one of two without a reading", `# TYPE DCGM_FI_DEV_POWER_USAGE gauge
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",pci_bus_id="00000000:1A:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",hostname="b",container="vllm",namespace="x",pod="y"} POWER
DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-b",pci_bus_id="00000000:1B:00.0",device="nvidia1",modelName="NVIDIA H100 80GB HBM3",hostname="b",container="",namespace="",pod=""} NaN
DCGM_FI_DEV_ENFORCED_POWER_LIMIT{gpu="1",UUID="GPU-b",pci_bus_id="00000000:1B:00.0",device="nvidia1",modelName="NVIDIA H100 80GB HBM3",hostname="b"} 700
`, 2, pricing.MeasuredAccelerator, 0, "", 2},
		{"device-metrics-exporter, partitions of an MI300X in CPX", `# TYPE amd_gpu_package_power gauge
amd_gpu_package_power{card_model="MI300X",gpu_id="0",gpu_partition_id="0",gpu_uuid="u0",hostname="c",serial_number="s0"} POWER
amd_gpu_package_power{card_model="MI300X",gpu_id="1",gpu_partition_id="1",gpu_uuid="u1",hostname="c",serial_number="s0"} 0
amd_gpu_package_power{card_model="MI300X",gpu_id="2",gpu_partition_id="2",gpu_uuid="u2",hostname="c",serial_number="s0"} 0
# TYPE amd_gpu_energy_consumed gauge
amd_gpu_energy_consumed{card_model="MI300X",gpu_id="0",gpu_partition_id="0",gpu_uuid="u0",hostname="c",serial_number="s0"} uJ
amd_gpu_power_usage{card_model="MI300X",gpu_id="0",gpu_partition_id="0",gpu_uuid="u0",hostname="c",serial_number="s0"} 4294967295
`, 1, pricing.MeasuredAccelerator, 300, telemetry.FromEnergy, 1},
		{"nvidia_gpu_exporter", `nvidia_smi_gpu_info{name="NVIDIA L40S",uuid="1f2e"} 1
nvidia_smi_power_draw_watts{uuid="1f2e"} POWER
nvidia_smi_power_draw_instant_watts{uuid="1f2e"} POWER
nvidia_smi_power_draw_average_watts{uuid="1f2e"} NaN
nvidia_smi_energy_joules_total{uuid="1f2e"} JOULES
`, 1, pricing.MeasuredAccelerator, 300, telemetry.FromEnergy, 1},
		{"Kepler", `kepler_node_gpu_watts{gpu="0",gpu_uuid="GPU-1",node_name="d",vendor="nvidia"} POWER
kepler_node_gpu_idle_watts{gpu="0",gpu_uuid="GPU-1",node_name="d",vendor="nvidia"} 70
kepler_node_gpu_joules_total{gpu="0",gpu_uuid="GPU-1",node_name="d",vendor="nvidia"} JOULES
kepler_node_cpu_joules_total{node_name="d"} JOULES
`, 1, pricing.MeasuredAccelerator, 300, telemetry.FromEnergy, 1},
		{"ipmi_exporter", `ipmi_up{collector="dcmi"} 1
ipmi_dcmi_power_consumption_watts POWER
ipmi_power_watts{id="48",name="PSU1 Power In"} POWER
ipmi_power_watts{id="49",name="PSU2 Power In"} 0
ipmi_power_watts{id="50",name="CPU Power"} POWER
`, 8, pricing.MeasuredNode, 300, telemetry.FromPower, 1},
		{"ipmi_exporter, before 1.7.0 without DCMI", `ipmi_dcmi_power_consumption_watts 0
ipmi_power_watts{id="48",name="PSU1 Power In"} POWER
ipmi_power_watts{id="49",name="PSU2 Power In"} POWER
`, 8, pricing.MeasuredNode, 600, telemetry.FromPower, 1},
		{"idrac_exporter", `idrac_power_supply_output_watts{id="0"} POWER
idrac_power_supply_input_watts{id="0"} POWER
idrac_power_supply_input_watts{id="1"} POWER
idrac_power_supply_capacity_watts{id="0"} 2400
idrac_power_control_avg_consumed_watts{id="0",name="System Power Control"} 510
`, 8, pricing.MeasuredNode, 600, telemetry.FromPower, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world{began: time.Now()}
				page := func(out http.ResponseWriter, _ *http.Request) {
					s := time.Since(w.began).Seconds()
					watts, joules := 100+5*s, 1e6+100*s+5*s*s/2
					text := strings.NewReplacer(" POWER\n", fmt.Sprintf(" %.3f\n", watts), " JOULES\n", fmt.Sprintf(" %f\n", joules),
						" mJ\n", fmt.Sprintf(" %.0f\n", 1e3*joules), " uJ\n", fmt.Sprintf(" %.0f\n", 1e6*joules)).Replace(tt.page)
					fmt.Fprint(out, text)
				}
				_, p, notes := w.observed(t, tt.accelerators, map[telemetry.Role]http.HandlerFunc{telemetry.PowerMeter: page})
				if p == nil || len(p.Figures) != 1 || p.Figures[0].Basis != tt.basis || len(p.Figures[0].Devices) != tt.devices {
					t.Fatalf("%+v, %v", p, notes)
				}
				f := p.Figures[0]
				switch {
				case tt.watts == 0:
					if f.Watts != nil || !strings.Contains(f.Reason, "1 of 2") || f.Devices[1].LimitWatts != 700 {
						t.Errorf("%+v", f)
					}
				case f.Watts == nil || f.From != tt.from || math.Abs(*f.Watts-tt.watts) > 0.01:
					t.Errorf("%+v, want %v W from %s", f, tt.watts, tt.from)
				}
			})
		})
	}
}
