package telemetry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// write appends to a file.
func write(t *testing.T, name, text string) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

// seriesOf gathers samples, as whoever runs a phase does.
func seriesOf(samples []Sample) (all []Series) {
	at := make(map[string]int)
	for _, s := range samples {
		key := fmt.Sprint(s.Name, s.Labels)
		i, ok := at[key]
		if !ok {
			i, at[key] = len(all), len(all)
			all = append(all, Series{Name: s.Name, Labels: s.Labels})
		}
		all[i].Points = append(all[i].Points, Point{s.Time.UnixNano(), s.Value})
	}
	return all
}

const ofNVIDIA = "timestamp, index, uuid, power.draw.average [W]\n"

// nvidia returns the rows of two accelerators of that power at an instant.
func nvidia(at time.Time, watts float64) string {
	stamp := at.Format("2006/01/02 15:04:05.000")
	return fmt.Sprintf("%s, 0, GPU-aa, %.2f W\n%s, 1, GPU-bb, %.2f W\n", stamp, watts, stamp, watts)
}

// Two phases of a file that grows by a row a second, of 100 W and 5 W more each second. The
// first is from 5 s on, with a window from 10 s to 70 s: 300 W of each accelerator. The
// second has one from 110 s to 170 s, 800 W. The last rows of it come late, the very last in
// two parts.
func TestPowerFile(t *testing.T) {
	east := time.FixedZone("", 2*3600)
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "power.csv")
		write(t, name, ofNVIDIA)
		f, err := NewPowerFile(PowerFileConfig{Name: name, Zone: east})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		at := func(seconds float64) time.Time { return began.Add(time.Duration(seconds * 1e9)) }
		done := make(chan bool)
		go func() {
			defer close(done)
			for second := 0.5; second < 180; second++ {
				time.Sleep(time.Until(at(second)))
				rows := nvidia(time.Now().In(east), 100+5*second)
				if second > 165 {
					rows = ""
				}
				write(t, name, rows)
			}
			var late strings.Builder
			for second := 166.5; second < 172; second++ {
				late.WriteString(nvidia(at(second).In(east), 100+5*second))
			}
			time.Sleep(time.Second)
			write(t, name, late.String()[:len(late.String())-5])
			time.Sleep(time.Second)
			write(t, name, late.String()[len(late.String())-5:])
		}()
		for i, watts := range []float64{600, 1600} {
			from := float64(100 * i)
			phase := Instants{Begin: at(from + 5), Settled: at(from + 10), WindowEnd: at(from + 70), End: at(from + 79.6)}
			time.Sleep(time.Until(phase.End))
			samples, err := f.Stop(t.Context(), phase)
			if err != nil {
				t.Fatal(err)
			}
			_, p, _ := Summarize([]Observed{{Target: f.Target(), Series: seriesOf(samples)}}, phase, 2)
			if p == nil || p.Figures[0].Watts == nil || !near(*p.Figures[0].Watts, watts) || !near(*p.Figures[0].EnergyJoules, 60*watts) {
				t.Errorf("phase %d: %+v, want %v W", i, p, watts)
			}
		}
		<-done
	})
}

// What is wrong with the time zone, or with the file.
func TestPowerFileWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		began := time.Now().UTC()
		phase := Instants{Begin: began.Add(5 * time.Second), Settled: began.Add(10 * time.Second), WindowEnd: began.Add(70 * time.Second), End: began.Add(75 * time.Second)}
		time.Sleep(75 * time.Second)
		rows := func(zone *time.Location) (text string) {
			for second := range 76 {
				text += nvidia(began.Add(time.Duration(second)*time.Second).In(zone), 300)
			}
			return text
		}
		for i, tt := range []struct{ log, wrong string }{
			{ofNVIDIA + rows(time.UTC), ""},
			{ofNVIDIA + rows(time.FixedZone("", 2*3600)), "in the future; if it was recorded in another time zone, state that: it seems to be 2h0m0s ahead"},
			{ofNVIDIA + rows(time.FixedZone("", -7*3600-1800)), "it seems to be 7h30m0s behind"},
			{ofNVIDIA + nvidia(began, 300), "its rows are from 2000-01-01 00:00:00 +0000 to 2000-01-01 00:00:00 +0000, and the window was from 2000-01-01 00:00:10 +0000"},
			{ofNVIDIA, "no row is new"},
			{ofNVIDIA + rows(time.UTC) + "2000/01/01 00:01:20.000, 0\n", "1 lines cannot be read, the first: \"2000/01/01 00:01:20.000, 0\" has 2 fields, expected 4"},
		} {
			name := filepath.Join(folder, fmt.Sprint(i))
			write(t, name, tt.log)
			f, err := NewPowerFile(PowerFileConfig{Name: name, Zone: time.UTC})
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Stop(t.Context(), phase)
			if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
				t.Errorf("%d: %v, want %q", i, err, tt.wrong)
			}
		}
		// Nobody waits for longer than asked.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		name := filepath.Join(folder, "slow")
		write(t, name, ofNVIDIA+nvidia(began.Add(20*time.Second), 300))
		f, err := NewPowerFile(PowerFileConfig{Name: name, Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		asked := time.Now()
		if samples, err := f.Stop(ctx, phase); err == nil || len(samples) != 2 || time.Since(asked) != time.Second {
			t.Errorf("%d samples, %v after %v", len(samples), err, time.Since(asked))
		}
	})
	for _, tt := range []struct{ log, wrong string }{
		{"", "has no header yet"},
		{"2026/11/30 14:00:01.000, 0, 300.25\n", "line 1: no header before"},
		{"time,amperes\n", "line 1: the header is"},
		{strings.Repeat("x", mostLine+1) + "\n", "expected at most"},
	} {
		name := filepath.Join(t.TempDir(), "power")
		write(t, name, tt.log)
		if _, err := NewPowerFile(PowerFileConfig{Name: name}); err == nil || !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("%.30q: %v, want %q", tt.log, err, tt.wrong)
		}
	}
	if _, err := NewPowerFile(PowerFileConfig{Name: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
}
