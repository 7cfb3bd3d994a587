package simserver

import (
	"fmt"
	"slices"
)

// tricks returns all tricks.
func tricks() []trick {
	return slices.Concat(countTricks, outputTricks, timeTricks, promptTricks)
}

// TrickNames returns the names of all tricks.
func TrickNames() (names []string) {
	for _, t := range tricks() {
		names = append(names, t.name)
	}
	return names
}

// TrickText says what a trick is, in a clause; empty for one that there is not.
func TrickText(name string) string {
	for _, t := range tricks() {
		if t.name == name {
			return t.text
		}
	}
	return ""
}

// A Player plays tricks, of which some need to remember requests. The zero value is ready.
type Player struct{ memory memory }

// Act returns how to answer a request. An empty trick is none; one that there is not is an
// error.
func (p *Player) Act(name string, number int, q *Request) (a Act, err error) {
	if name == "" {
		return a, nil
	}
	for _, t := range tricks() {
		if t.name == name {
			p.memory.mu.Lock()
			defer p.memory.mu.Unlock()
			t.play(&p.memory, number, q, &a)
			return a, nil
		}
	}
	return a, fmt.Errorf("there is no trick %q", name)
}
