package cli

import (
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

// Power is the flags about power that is measured by something else than an exporter.
type Power struct {
	files    []string
	zone     *time.Location
	commands []string
}

// Register defines the flags.
func (p *Power) Register(flags *flag.FlagSet) {
	flags.Func("power-log", "take power from `file`, which grows while measuring: what nvidia-smi --query-gpu=timestamp,index,uuid,power.draw.average --format=csv -lms 500 writes, or CSV of a meter at the wall, time,watts (repeatable)", func(s string) error {
		p.files = append(p.files, s)
		return nil
	})
	flags.Func("power-zone", "time `zone` of the machine that wrote -power-log, such as Europe/Berlin or +02:00, for times without one (default: that of this machine)", func(s string) (err error) {
		p.zone, err = parseZone(s)
		return err
	})
	flags.Func("power-command", "take power from what `command` prints while measuring, such as \"nvidia-smi --query-gpu=index,uuid,power.draw --format=csv -lms 500\"; one that ends, such as \"rocm-smi --showpower --json\", is run again each second (repeatable)", func(s string) error {
		if len(strings.Fields(s)) == 0 {
			return errors.New("expected a command")
		}
		p.commands = append(p.commands, s)
		return nil
	})
}

// parseZone returns the zone of that name, or of that offset from UTC.
func parseZone(s string) (*time.Location, error) {
	for _, form := range [...]string{"-07:00", "-0700", "-07"} {
		if at, err := time.Parse(form, s); err == nil {
			_, offset := at.Zone()
			return time.FixedZone("", offset), nil
		}
	}
	zone, err := time.LoadLocation(s)
	if s == "" || err != nil {
		return nil, errors.New("expected a time zone such as Europe/Berlin, or an offset from UTC such as +02:00")
	}
	return zone, nil
}

// Files returns those of -power-log.
func (p *Power) Files() (places []Place) {
	for _, name := range p.files {
		places = append(places, Place{By: "-power-log", Name: name})
	}
	return places
}

// Observers returns those of the flags. The error names the flag.
func (p *Power) Observers() (all []telemetry.Observer, err error) {
	if p.zone != nil && len(p.files) == 0 {
		return nil, errors.New("-power-zone needs -power-log: the times of a command are those at which it prints")
	}
	for _, name := range p.files {
		f, err := telemetry.NewPowerFile(telemetry.PowerFileConfig{Name: name, Zone: p.zone})
		if err != nil {
			return nil, fmt.Errorf("-power-log: %w", err)
		}
		all = append(all, f)
	}
	for _, command := range p.commands {
		words := strings.Fields(command)
		if _, err := exec.LookPath(words[0]); err != nil {
			return nil, fmt.Errorf("-power-command: %w", err)
		}
		all = append(all, &powerCommand{words: words})
	}
	return all, nil
}
