package generate

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Sessions describes a set of sessions to make. [Preset] and [Like] return one;
// the zero value makes those of the [Demo] preset.
type Sessions struct {
	// Seed determines everything random.
	Seed uint64
	// Trajectories is the number of sessions; 0 means as many as the preset, or the
	// workload that the statistics are from, has.
	Trajectories int

	preset string            // empty means Demo
	like   *trajectory.Stats // counts instead of preset when set
}

// Preset returns the sessions of the preset with that name, one of [Presets].
// Any other name is an error of [Sessions.Validate].
func Preset(name string) Sessions { return Sessions{preset: name} }

// Like returns sessions with the given statistics.
//
// Lengths, growth and delays have the same percentiles. Tools run, and delays are
// unknown, equally often. Scaffolds, parallel calls, messages from the user and
// resets are about as frequent. Half of a small first prompt is taken to be the
// scaffold. Statistics do not say which lengths go with which delays, so these
// are drawn independently.
//
// Statistics without turns, input lengths or output lengths are an error of
// [Sessions.Validate].
func Like(stats trajectory.Stats) Sessions { return Sessions{like: &stats} }

// Validate reports everything that is wrong with the description.
func (s Sessions) Validate() error {
	var errs []error
	if s.like != nil {
		errs = append(errs, validateStats(s.like))
	} else if _, ok := presetRecipe(s.preset); !ok {
		errs = append(errs, fmt.Errorf("generate: Preset is %q, expected one of %v", s.preset, Presets()))
	}
	if s.Trajectories < 0 {
		errs = append(errs, fmt.Errorf("generate: Trajectories is %d, expected 0 or more", s.Trajectories))
	}
	return errors.Join(errs...)
}

// recipe returns how the sessions are made, and their name.
func (s Sessions) recipe() (recipe, string) {
	if s.like != nil {
		return recipeLike(s.like), "like"
	}
	r, _ := presetRecipe(s.preset)
	return r, cmp.Or(s.preset, Demo)
}

// All makes the sessions one after the other, the same ones each time it is ranged
// over. It keeps none of them; they share only their scaffolds. It panics unless
// the description is valid.
func (s Sessions) All() iter.Seq[*trajectory.Trajectory] {
	if err := s.Validate(); err != nil {
		panic(err)
	}
	r, name := s.recipe()
	return func(yield func(*trajectory.Trajectory) bool) {
		scaffolds := r.scaffolds(s.Seed)
		for i := range cmp.Or(s.Trajectories, r.sessions) {
			if !yield(r.session(name, s.Seed, i, scaffolds)) {
				return
			}
		}
	}
}

// Workload makes all the sessions. It panics unless the description is valid.
func (s Sessions) Workload() *trajectory.Workload {
	all := s.All()
	_, name := s.recipe()
	return &trajectory.Workload{
		Name:         name,
		Source:       fmt.Sprintf("generated, seed %d", s.Seed),
		Trajectories: slices.Collect(all),
	}
}
