package audit

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A prompt is a turn of the workload that is asked about.
type prompt struct {
	turn trajectory.Turn
	// id is the same for prompts that are the same turn.
	id int
	// before is the share of the prompt's bytes that stand in front of the prefix, which a
	// cache may share between plays.
	before float64
	// unlike is a history of the same length that no play has: its scaffold is the turn's, and
	// the words after it are in random order.
	unlike *trajectory.History
	// limit is the length of the answers that are asked for.
	limit int
}

// Answers have leastAnswer to mostAnswer tokens: enough that the time of making them is well
// above that of one event, few enough that the audit is soon over.
const (
	leastAnswer = 192
	mostAnswer  = 320
)

// prompts draws n prompts, of different trajectories as far as there are any. They are of
// the shorter half of the turns: long ones cost more and say no more.
func prompts(w *trajectory.Workload, policy *trajectory.Policy, n int, rng *rand.Rand) ([]prompt, error) {
	type place struct{ thread, turn, size int }
	var threads []*trajectory.Trajectory
	var places []place
	for t := range w.Threads() {
		for i := range t.Turns {
			places = append(places, place{len(threads), i, t.Turns[i].PromptEstimate()})
		}
		threads = append(threads, t)
	}
	sizes := make([]int, len(places))
	for i, p := range places {
		sizes[i] = p.size
	}
	slices.Sort(sizes)
	half := sizes[(len(sizes)-1)/2]
	places = slices.DeleteFunc(places, func(p place) bool { return p.size > half })
	rng.Shuffle(len(places), func(i, k int) { places[i], places[k] = places[k], places[i] })
	// The first of each thread, then the second of each.
	seen := make(map[int]int)
	round := make([]int, len(places))
	order := make([]int, len(places))
	for i, p := range places {
		order[i], round[i] = i, seen[p.thread]
		seen[p.thread]++
	}
	slices.SortStableFunc(order, func(i, k int) int { return round[i] - round[k] })
	drawn := make([]prompt, n)
	for i := range drawn {
		id := order[i%len(order)]
		turn := threads[places[id].thread].Turns[places[id].turn]
		other, err := unlike(turn.History, rng)
		if err != nil {
			return nil, err
		}
		drawn[i] = prompt{turn, id, before(&turn, policy.Prefix), other, leastAnswer + rng.IntN(mostAnswer-leastAnswer+1)}
	}
	return drawn, nil
}

// before returns the share of a turn's bytes that stand in front of the prefix.
func before(t *trajectory.Turn, at trajectory.PrefixPosition) float64 {
	front, all := len(t.Tools), len(t.Tools)+t.History.Size()
	switch at {
	case trajectory.PrefixNone:
		return 1
	case trajectory.PrefixFront:
	default:
		for m := range t.History.All() {
			if !lead(m) {
				break
			}
			front += len(m.JSON())
		}
	}
	return float64(front) / float64(max(1, all))
}

func lead(m *trajectory.Message) bool { return m.Role() == "system" || m.Role() == "developer" }

// unlike returns the scaffold of a history and, as one message of the user, the words of
// the rest in random order.
func unlike(h *trajectory.History, rng *rand.Rand) (*trajectory.History, error) {
	var store trajectory.Store
	var other *trajectory.History
	var words []string
	var err error
	scaffold := true
	for m := range h.All() {
		if scaffold = scaffold && lead(m); scaffold {
			if other, err = store.Append(other, m.JSON()); err != nil {
				return nil, err
			}
			continue
		}
		var content any
		if err := json.Unmarshal(m.JSON(), &content); err != nil {
			return nil, err
		}
		words = append(words, wordsOf("", content)...)
	}
	rng.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
	return say(&store, other, strings.Join(words, " "))
}

// wordsOf returns the words of a decoded message, without those that name its parts.
func wordsOf(name string, v any) (words []string) {
	switch v := v.(type) {
	case string:
		if name != "role" && name != "type" && name != "id" && name != "tool_call_id" {
			return strings.Fields(v)
		}
	case []any:
		for _, part := range v {
			words = append(words, wordsOf(name, part)...)
		}
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			words = append(words, wordsOf(name, v[name])...)
		}
	}
	return words
}

// say returns a history with one more message of the user.
func say(store *trajectory.Store, h *trajectory.History, text string) (*trajectory.History, error) {
	message, err := json.Marshal(map[string]string{"role": "user", "content": text})
	if err != nil {
		return nil, err
	}
	return store.Append(h, message)
}
