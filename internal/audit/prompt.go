package audit

import (
	"encoding/json"
	"fmt"
	"math"
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
	// room is what must be left of the context window beside a prompt and a tenth of it: for
	// the answer, a prefix and templates.
	room = mostAnswer + 192
)

// A place is where a turn stands in a workload.
type place struct {
	thread, turn, size int
	before             float64
}

// prompts draws n prompts, of different trajectories as far as there are any. They are of
// the shorter half of the turns that have enough behind the prefix to tell whether a cache
// finds it again: long ones cost more and say no more.
func prompts(w *trajectory.Workload, policy *trajectory.Policy, n int, rng *rand.Rand) ([]prompt, error) {
	var threads []*trajectory.Trajectory
	var all, places []place
	sizes := make(map[*trajectory.Message]int)
	for t := range w.Threads() {
		for i := range t.Turns {
			turn := &t.Turns[i]
			if w := policy.Window; w > 0 && turn.PromptEstimate()*11/10+room > w {
				continue
			}
			p := place{len(threads), i, turn.PromptEstimate(), before(turn, policy.Prefix, sizes)}
			if all = append(all, p); allowed(p.before, p.size) < conclusive {
				places = append(places, p)
			}
		}
		threads = append(threads, t)
	}
	if len(places) == 0 {
		places = all
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("no prompt leaves room for %d tokens in a context of %d", room, policy.Window)
	}
	slices.SortStableFunc(places, func(a, b place) int { return a.size - b.size })
	places = places[:max((len(places)+1)/2, min(n, len(places)))]
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
		other, err := unlike(turn.History, policy.SyntheticFactor, rng)
		if err != nil {
			return nil, err
		}
		drawn[i] = prompt{turn, id, places[id].before, other, leastAnswer + rng.IntN(mostAnswer-leastAnswer+1)}
	}
	return drawn, nil
}

// before returns the share of a turn's bytes that stand in front of the prefix. sizes
// remembers those of messages of the scaffold.
func before(t *trajectory.Turn, at trajectory.PrefixPosition, sizes map[*trajectory.Message]int) float64 {
	front, all := len(t.Tools), len(t.Tools)+t.History.Size()
	switch at {
	case trajectory.PrefixNone:
		return 1
	case trajectory.PrefixFront:
	default:
		for m := range t.History.All() {
			size, ok := sizes[m]
			if !ok {
				if !lead(m) {
					break
				}
				size = len(m.JSON())
				sizes[m] = size
			}
			front += size
		}
	}
	return float64(front) / float64(max(1, all))
}

func lead(m *trajectory.Message) bool { return m.Role() == "system" || m.Role() == "developer" }

// unlike returns the scaffold of a history and, as one message of the user, the words of
// the rest in random order; of synthetic text factor times as many, as in the requests of
// plays.
func unlike(h *trajectory.History, factor float64, rng *rand.Rand) (*trajectory.History, error) {
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
		of := wordsOf("", content)
		if len(m.Blocks()) > 0 {
			of = resized(of, int(math.Round(float64(len(of))*factor)))
		}
		words = append(words, of...)
	}
	rng.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
	return say(&store, other, strings.Join(words, " "))
}

// resized returns n of the words, from the first again after the last.
func resized(words []string, n int) []string {
	of := words
	for len(words) > 0 && len(words) < n {
		words = append(words, of[:min(len(of), n-len(words))]...)
	}
	return words[:min(n, len(words))]
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
