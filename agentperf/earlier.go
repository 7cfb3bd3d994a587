package agentperf

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/journal"
)

// earlier takes the phases in the journals of other runs as evidence, and returns the
// digests of their records. The same phase twice would be evidence twice: a record that was
// seen counts once. The same plays once more would be as well.
func (r *run) earlier(folders []string, identify func(salt []byte, earlier []string) (heading, error)) (digests []string, err error) {
	seen := make(map[string]bool) // digests of records
	for i, folder := range folders {
		more, err := r.earlierJournal(folder, seen, identify)
		if err != nil {
			return nil, fmt.Errorf("agentperf: Earlier[%d]: %w", i, err)
		}
		digests = append(digests, more...)
	}
	return digests, nil
}

func (r *run) earlierJournal(folder string, seen map[string]bool, identify func(salt []byte, earlier []string) (heading, error)) (digests []string, err error) {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file, expected the folder of a journal: a report holds no evidence", folder)
	}
	j, err := journal.Read(folder)
	if err != nil {
		return nil, err
	}
	found, salt, err := readHeading(folder, j.Header)
	if err != nil {
		return nil, err
	}
	mine, err := identify(salt, nil)
	if err != nil {
		return nil, err
	}
	if found.Seed == mine.Seed {
		return nil, fmt.Errorf("%s has the seed %d of this run, whose plays would be those again; leave Seed 0", folder, mine.Seed)
	}
	place, err := tierPlaces(mine.Tiers, found.Tiers)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if found.SyntheticFactor = cmp.Or(found.SyntheticFactor, min(1, mine.SyntheticFactor)); agree(found.SyntheticFactor, mine.SyntheticFactor) {
		mine.SyntheticFactor = found.SyntheticFactor
	}
	// What only decides which numbers are tried, and how sure an answer has to be, may
	// differ.
	mine.Seed, mine.Tiers, mine.Earlier, found.Earlier = found.Seed, found.Tiers, nil, nil
	if found.Identity, err = withoutErrorRate(found.Identity); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if mine.Identity, err = withoutErrorRate(mine.Identity); err != nil {
		return nil, err
	}
	if err := differ(folder, found, mine); err != nil {
		return nil, err
	}
	taken, again := 0, 0
	for k, text := range j.Records {
		digest := fmt.Sprintf("%d/%x", found.Seed, sha256.Sum256(text))
		if seen[digest] {
			again++
			continue
		}
		seen[digest] = true
		digests = append(digests, digest)
		ok, err := r.earlierPhase(text, place)
		if err != nil {
			return nil, fmt.Errorf("record %d of %s: %w", k+1, folder, err)
		}
		if ok {
			taken++
		}
	}
	if j.Torn != "" {
		r.warn("journal_torn", j.Torn+"; it does not count as evidence")
	}
	if again > 0 {
		r.warn("repeated_record", fmt.Sprintf("%d records of %s were seen before, there or in another journal, and count once", again, folder))
	}
	if taken == 0 && again == 0 {
		return nil, fmt.Errorf("%s has no evidence: no phase in it says anything of the system", folder)
	}
	if taken > 0 {
		r.warn("earlier", fmt.Sprintf("%d phases of an earlier run, in %s, count as evidence", taken, folder))
	}
	return digests, nil
}

// earlierPhase gives the rule a phase of another run, and reports whether it holds any
// evidence.
func (r *run) earlierPhase(text []byte, place []int) (ok bool, err error) {
	var p journaled
	if err := json.Unmarshal(text, &p); err != nil {
		return false, err
	}
	o := p.Observation
	if o.Invalid != "" || o.Void() {
		return false, nil
	}
	theirs := o.Tiers
	o.Tiers = make([]decide.TierObservation, 0, len(place))
	for _, at := range place {
		if at >= len(theirs) {
			return false, fmt.Errorf("%d tiers, expected more", len(theirs))
		}
		o.Tiers = append(o.Tiers, theirs[at])
	}
	return true, r.rule.Observe(decide.Plan{Agents: o.Agents, Draw: o.Draw, Earlier: true}, o)
}

// tierPlaces returns where the tiers of this run are among those of another.
func tierPlaces(mine, theirs []Tier) (places []int, err error) {
	for _, t := range mine {
		at := slices.IndexFunc(theirs, func(o Tier) bool {
			return o.name() == t.name() && o.SpeedFloor == t.SpeedFloor && o.TTFTCeiling == t.TTFTCeiling && o.E2EFloor == t.E2EFloor && o.percent() == t.percent()
		})
		if at < 0 {
			return nil, fmt.Errorf("it has no tier %s, or one that promises something else", t.name())
		}
		places = append(places, at)
	}
	return places, nil
}

// withoutErrorRate returns an identity without the error rate of its rule.
func withoutErrorRate(text json.RawMessage) (json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	var rule map[string]json.RawMessage
	if err := json.Unmarshal(all["Rule"], &rule); err != nil {
		return nil, err
	}
	delete(rule, "ErrorRate")
	var err error
	if all["Rule"], err = json.Marshal(rule); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}
