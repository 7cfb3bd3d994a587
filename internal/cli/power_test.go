package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

// TestMain makes the test binary a command of nvidia-smi's or rocm-smi's kind.
func TestMain(m *testing.M) {
	switch os.Getenv("POWER_TEST_PRINTS") {
	case "":
		os.Exit(m.Run())
	case "rows": // until it is ended
		fmt.Println("index, power.draw [W]\n0, 300.00 W\n0, 310.00 W")
		time.Sleep(time.Hour)
	case "once":
		fmt.Print(`{"card0": {"Average Graphics Package Power (W)": "150.0"}}`) // no end of line
	case "failure":
		fmt.Fprintln(os.Stderr, "NVIDIA-SMI has failed")
		os.Exit(9)
	case "nothing":
		time.Sleep(time.Hour)
	case "nonsense":
		fmt.Println("Hello")
	}
	os.Exit(0)
}

// command returns an observer of the test binary as a command that prints such things.
func command(t *testing.T, prints string) *powerCommand {
	t.Setenv("POWER_TEST_PRINTS", prints)
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &powerCommand{words: []string{binary}}
}

// until waits until so many samples have come.
func (p *powerCommand) until(t *testing.T, n int) {
	for t.Context().Err() == nil {
		p.mu.Lock()
		got := len(p.samples)
		p.mu.Unlock()
		if got >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestPowerCommand(t *testing.T) {
	p := command(t, "rows")
	for range 2 { // phases
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.until(t, 2)
		if _, err := p.Sample(t.Context()); err != nil { // it runs on
			t.Error(err)
		}
		samples, err := p.Stop(t.Context(), telemetry.Instants{})
		if err != nil || len(samples) != 2 || samples[0].Value != 300 || samples[1].Value != 310 {
			t.Errorf("%+v, %v", samples, err)
		}
	}
	if got := p.Target(); got.Role != telemetry.PowerMeter || got.Name != "command "+filepath.Base(p.words[0]) {
		t.Errorf("%+v", got)
	}
}

// A command that ends is run again at each sample.
func TestPowerCommandAgain(t *testing.T) {
	p := command(t, "once")
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		<-p.run.done
		if p.until(t, n+1); n == 2 {
			break
		}
		if _, err := p.Sample(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	samples, err := p.Stop(t.Context(), telemetry.Instants{})
	if err != nil || len(samples) != 3 || samples[2].Value != 150 || samples[2].Time.Before(samples[0].Time) {
		t.Errorf("%+v, %v", samples, err)
	}
}

func TestPowerCommandFails(t *testing.T) {
	p := command(t, "failure")
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-p.run.done
	if _, err := p.Sample(t.Context()); err == nil || !strings.Contains(err.Error(), "NVIDIA-SMI has failed") {
		t.Error(err)
	}
	if _, err := p.Sample(t.Context()); err != nil || p.run == nil { // the next try
		t.Error(err)
	}
	if _, err := p.Stop(t.Context(), telemetry.Instants{}); err == nil || !strings.Contains(err.Error(), "printed no power") {
		t.Error(err)
	}
	if err := p.try(t.Context()); err == nil || !strings.Contains(err.Error(), "NVIDIA-SMI has failed") {
		t.Error(err)
	}
	for _, prints := range []string{"rows", "once"} {
		if err := Try(t.Context(), []telemetry.Observer{command(t, prints)}); err != nil {
			t.Errorf("%s: %v", prints, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Try(ctx, []telemetry.Observer{command(t, "nothing")}); err == nil || !strings.Contains(err.Error(), "printed no power") {
		t.Error(err)
	}
	p = command(t, "nonsense")
	if err := p.try(t.Context()); err == nil || !strings.Contains(err.Error(), `"Hello", expected the header`) {
		t.Error(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-p.run.done
	if _, err := p.Stop(t.Context(), telemetry.Instants{}); err == nil || !strings.Contains(err.Error(), `"Hello", expected the header`) {
		t.Error(err)
	}
	p = &powerCommand{words: []string{filepath.Join(t.TempDir(), "none")}}
	if err := p.Start(t.Context()); err == nil {
		t.Error("a command that is not there starts")
	}
	if samples, err := p.Stop(t.Context(), telemetry.Instants{}); err == nil || samples != nil {
		t.Error(samples, err)
	}
}

// Rows of a machine two hours and three seconds ahead come in lumps of ten seconds, a fifth
// of a second after the last of them: all are moved to when they were, and that fifth.
func TestPowerCommandClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &powerCommand{words: []string{"x"}, log: telemetry.PowerLog{Zone: time.UTC}}
		began := time.Now()
		buffer := []byte("timestamp, index, power.draw [W]\n")
		for second := range 60 {
			time.Sleep(time.Second)
			stamp := time.Now().UTC().Add(2*time.Hour + 3*time.Second).Format("2006/01/02 15:04:05.000")
			buffer = fmt.Appendf(buffer, "%s, 0, %d.00 W\n", stamp, 100+second)
			if second%10 == 9 {
				time.Sleep(200 * time.Millisecond)
				half := len(buffer) / 2 // in the middle of a line
				p.Write(buffer[:half])
				p.Write(buffer[half:])
				buffer = buffer[:0]
				time.Sleep(800 * time.Millisecond)
			}
		}
		samples, err := p.Stop(t.Context(), telemetry.Instants{})
		if err != nil || len(samples) != 60 {
			t.Fatalf("%d samples, %v", len(samples), err)
		}
		for i, s := range samples {
			want := began.Add(time.Duration(i+1+i/10)*time.Second + 200*time.Millisecond)
			if !s.Time.Equal(want) || s.Value != float64(100+i) {
				t.Errorf("sample %d is of %v, %v W; want %v", i, s.Time.Sub(began), s.Value, want.Sub(began))
			}
		}
	})
	p := &powerCommand{}
	if _, err := p.Write(bytes.Repeat([]byte("x"), mostOfLine+1)); err == nil {
		t.Error("a line without an end is kept")
	}
}

func TestPowerFlags(t *testing.T) {
	log := filepath.Join(t.TempDir(), "wall.csv")
	if err := os.WriteFile(log, []byte("time,watts\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args  []string
		n     int
		wrong string
	}{
		{nil, 0, ""},
		{[]string{"-power-log", log}, 1, ""},
		{[]string{"-power-log", log, "-power-zone", "+05:30", "-power-command", self + " -x 1"}, 2, ""},
		{[]string{"-power-log", log, "-power-zone", "-0330"}, 1, ""},
		{[]string{"-power-log", log, "-power-zone", "UTC"}, 1, ""},
		{[]string{"-power-zone", "UTC"}, 0, "-power-zone needs -power-log"},
		{[]string{"-power-zone", "Mars"}, 0, "expected a time zone"},
		{[]string{"-power-zone", ""}, 0, "expected a time zone"},
		{[]string{"-power-command", " "}, 0, "expected a command"},
		{[]string{"-power-command", "no-such-command-here"}, 0, "-power-command: "},
		{[]string{"-power-log", log + "x"}, 0, "-power-log: "},
	} {
		var p Power
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		flags.SetOutput(new(strings.Builder))
		p.Register(flags)
		var all []telemetry.Observer
		err := flags.Parse(tt.args)
		if err == nil {
			all, err = p.Observers()
		}
		if len(all) != tt.n || (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("%q: %d observers, %v; want %d, %q", tt.args, len(all), err, tt.n, tt.wrong)
		}
	}
}
