package telemetry

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// said returns samples as text: seconds after the epoch of the tests, name, labels, value.
func said(samples []Sample) (lines []string) {
	for _, s := range samples {
		var text strings.Builder
		text.WriteString(fmt.Sprintf("%v %s", s.Time.Sub(epoch).Seconds(), s.Name))
		for _, l := range s.Labels {
			text.WriteString(" " + l.Name + "=" + l.Value)
		}
		lines = append(lines, fmt.Sprintf("%s %v", text.String(), s.Value))
	}
	return lines
}

func TestPowerLog(t *testing.T) {
	east := time.FixedZone("", 2*3600) // where it is 14:00 at 12:00 UTC
	for _, tt := range []struct{ name, log, want, wrong string }{
		{"nvidia-smi", `
timestamp, index, uuid, power.draw.average [W], power.draw [W], utilization.gpu [%], clocks_event_reasons.active, clocks_event_reasons.sw_power_cap, clocks_event_reasons_counters.sw_power_cap [us]
2026/11/30 14:00:10.109, 0, GPU-aa, 627.40 W, 626.00 W, 100 %, 0x0000000000000004, Active, 212553937 us
2026/11/30 14:00:10.112, 1, GPU-bb, [N/A], 71.15 W, [N/A], [N/A], Not Active, [N/A]`, `
10.109 nvidia-smi.power.draw.average index=0 uuid=GPU-aa 627.4
10.109 nvidia-smi.power.draw index=0 uuid=GPU-aa 626
10.109 nvidia-smi.clocks_event_reasons.active index=0 uuid=GPU-aa 4
10.109 nvidia-smi.clocks_event_reasons.sw_power_cap index=0 uuid=GPU-aa 1
10.109 nvidia-smi.clocks_event_reasons_counters.sw_power_cap index=0 uuid=GPU-aa 2.12553937e+08
10.112 nvidia-smi.power.draw index=1 uuid=GPU-bb 71.15
10.112 nvidia-smi.clocks_event_reasons.sw_power_cap index=1 uuid=GPU-bb 0`, ""},
		{"without units, without power", "timestamp, index, power.draw\r\n2026/11/30 14:00:01.000, 0, 300.25\r\n2026/11/30 14:00:01.001, 1, [Unknown Error]\r\n", `
1 nvidia-smi.power.draw index=0 300.25
1.001 nvidia-smi.absent index=1 1`, ""},
		{"begun again", `timestamp, uuid, power.draw [W]
2026/11/30 14:00:01.000, GPU-aa, 1.00 W
timestamp, uuid, power.draw [W]
2026/11/30 14:00:02.000, GPU-aa, 2.00 W`, `
1 nvidia-smi.power.draw uuid=GPU-aa 1
2 nvidia-smi.power.draw uuid=GPU-aa 2`, ""},
		{"rocm-smi with times", `1796040001.500
WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status

{"card1": {"Current Socket Graphics Package Power (W)": "160.0"}, "card0": {"Unique ID": "0xab", "Average Graphics Package Power (W)": "N/A", "Current Socket Graphics Package Power (W)": "150.5"}, "card2": {"Current Socket Graphics Package Power (W)": "0"}, "system": {"Driver version": "6.10"}}
2026-11-30T14:00:02+02:00
device,Average Graphics Package Power (W)
card0,151.0`, `
1.5 rocm-smi.power card=card0 uuid=0xab 150.5
1.5 rocm-smi.power card=card1 160
2 rocm-smi.power card=card0 151`, ""},
		{"kilowatts before watts", "time,kilowatts,watts\n1796040005,5.2,5200\n", "5 wall.power 5200", ""},
		{"a meter", "time,watts\n2026-11-30T12:00:05Z,5200\n1796040006.25,5300.5\n2026-11-30 14:00:07.5,5400\n1796040008000,\n", `
5 wall.power 5200
6.25 wall.power 5300.5
7.5 wall.power 5400`, ""},
		{"two meters", "Timestamp,Meter,kW\n2026-11-30T12:00:05Z,a,2.6\n2026-11-30T12:00:05Z,b,2.5\n", `
5 wall.power meter=a 2600
5 wall.power meter=b 2500`, ""},
		{"no header", "2026/11/30 14:00:01.000, 0, 300.25", "", "no header before"},
		{"an old driver", `Field "power.draw.average" is not a valid field to query.`, "", `Field "power.draw.average" is not a valid field to query.; ask it without`},
		{"no power", "timestamp, index, power.management [W]", "", "none of power.draw"},
		{"no accelerator", "timestamp, power.draw [W]", "", "neither uuid nor index"},
		{"no time", "index, power.draw [W]\n0, 71.15 W", "", "it states no times"},
		{"no time of rocm-smi", `{"card0": {"Average Graphics Package Power (W)": "1"}}`, "", "it states no times"},
		{"other units", "timestamp, index, power.draw [mW]", "", "is in [mW], expected [W]"},
		{"another time", "time,watts\nyesterday,5", "", "is not a time"},
		{"a row cut short", "timestamp, index, power.draw [W]\n2026/11/30 14:00:01.000, 0", "", "has 2 fields, expected 3"},
		{"no watts", "time,amperes", "", "expected time,watts"},
		{"another JSON", "1796040001\n{\"card0\": {\"Temperature\": \"1\"}}", "", "has no power"},
		{"broken JSON", "1796040001\n{\"card0\":", "", "is not what rocm-smi"},
	} {
		l := PowerLog{Zone: east}
		var got []Sample
		var err error
		for line := range strings.Lines(tt.log) {
			samples, wrong := l.Line(line, time.Time{})
			got = append(got, samples...)
			if err == nil {
				err = wrong
			}
		}
		if want := strings.TrimSpace(tt.want); strings.Join(said(got), "\n") != want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, strings.Join(said(got), "\n"), want)
		}
		if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.wrong)
		}
	}
}

// FuzzPowerLog holds that samples are fit to be kept, whatever is read.
func FuzzPowerLog(f *testing.F) {
	f.Add("timestamp, index, uuid, power.draw [W], clocks_event_reasons.active\n2026/11/30 14:00:10.109, 0, GPU-aa, 627.40 W, 0x4\n")
	f.Add("1796040001.500\n{\"card1\": {\"Current Socket Graphics Package Power (W)\": \"160.0\"}}\n")
	f.Add("time,watts,meter\n2026-11-30T12:00:05Z,NaN,a\n1e300,Inf,\n")
	f.Add("device,Average Graphics Package Power (W)\n1e10\n,1e999\n")
	f.Fuzz(func(t *testing.T, log string) {
		var l PowerLog
		for line := range strings.Lines(log) {
			samples, err := l.Line(line, epoch)
			if err != nil && len(samples) > 0 {
				t.Errorf("%q: samples and %v", line, err)
			}
			for _, s := range samples {
				_, known := meterOf(s.Name)
				sorted := slices.IsSortedFunc(s.Labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
				if s.Value-s.Value != 0 || !known || !sorted {
					t.Errorf("%q: %+v", line, s)
				}
			}
		}
	})
}
