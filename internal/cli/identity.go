package cli

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"strings"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
)

// Identity is the flags that say what the system under test is.
type Identity struct {
	file   string
	flags  system.Identity
	labels map[string]string
}

// Register defines the flags.
func (i *Identity) Register(flags *flag.FlagSet) {
	i.labels = make(map[string]string)
	flags.StringVar(&i.file, "system", "", "JSON `file` that says what the system is, for the report; see system/system.schema.json. The flags below, -accelerators and -accelerator may say it, too")
	flags.StringVar(&i.flags.Name, "system-name", "", "`name` of the system")
	flags.StringVar(&i.flags.Engine, "engine", "", "inference `engine` (default: what the server says)")
	flags.StringVar(&i.flags.EngineVersion, "engine-version", "", "its `version`")
	flags.StringVar(&i.flags.Precision, "precision", "", "`precision` of weights, activations and cache")
	flags.Func("label", "another fact about the system as `name=value` (repeatable)", func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return errors.New("expected name=value")
		}
		i.labels[name] = value
		return nil
	})
}

// File returns the file of -system.
func (i *Identity) File() Place { return Place{By: "-system", Name: i.file} }

// Identity returns what file and flags say, of which flags count where both say something; nil
// if neither does.
func (i *Identity) Identity() (*system.Identity, error) {
	said := new(system.Identity)
	if i.file != "" {
		text, err := ReadInput(i.file, system.MostBytes)
		if err != nil {
			return nil, fmt.Errorf("-system: %w", err)
		}
		if said, err = system.Parse(text); err != nil {
			return nil, fmt.Errorf("-system: %s: %w", i.file, err)
		}
	}
	for _, f := range []struct{ field, flag *string }{
		{&said.Name, &i.flags.Name}, {&said.Engine, &i.flags.Engine}, {&said.EngineVersion, &i.flags.EngineVersion}, {&said.Precision, &i.flags.Precision},
	} {
		if *f.flag != "" {
			*f.field = *f.flag
		}
	}
	if len(i.labels) > 0 && said.Labels == nil {
		said.Labels = make(map[string]string)
	}
	maps.Copy(said.Labels, i.labels)
	if len(said.Lines()) == 0 {
		return nil, nil
	}
	return said, nil
}

// Identified returns what flags say of the system, and what a capacity is divided by: what
// flags say, and the number and name of the accelerators of the identity where they do not.
func Identified(i *Identity, s *System) (*system.Identity, pricing.System, error) {
	identity, err := i.Identity()
	if err != nil {
		return nil, pricing.System{}, err
	}
	all, err := s.Over(identity.System())
	if err == nil {
		err = identity.Agree(all[0])
	}
	return identity, all[0], err
}
