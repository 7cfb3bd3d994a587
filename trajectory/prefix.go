package trajectory

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// leastPrefixTokens is the length of the shortest prefix, and prefixTokens of the longest,
// counted cautiously (note.tokens). The shortest holds some 70 random bits, so that no two
// plays of any run have the same. A word holds 6 or 7, so that of ten thousand plays two
// begin with at most a few words in common; caches keep no blocks as short as that.
const leastPrefixTokens = 24

// prefix returns the text that keeps the caches of plays apart: a note of sentences, lists
// and numbers that say nothing and ask for nothing. Its words, their number, the forms
// of its parts and what stands between them are random. A server that wanted to take it
// out, to answer from the cache of another play, would find no text that all prefixes have
// in common. It could still learn how they are made, which is no secret.
func prefix(rng *rand.Rand) string {
	n := note{rng: rng}
	least := leastPrefixTokens + rng.IntN(prefixTokens-leastPrefixTokens-partTokens+1)
	for n.tokens < least {
		if n.text.Len() > 0 {
			n.sign(pick(rng, joints))
		}
		n.part()
	}
	n.sign(pick(rng, ends))
	return n.text.String()
}

// partTokens is the most that a part takes, with what stands before it and at the end: six
// things with commas, a joint and an end.
const partTokens = 17 + 3 + 3

// A note is a prefix being written. tokens counts cautiously: a token for each word, two
// for one of more than six letters, one for each digit and each sign.
type note struct {
	rng    *rand.Rand
	text   strings.Builder
	tokens int
}

// part writes a sentence, a list or a row of numbers. None begins with a word that is not
// random.
func (n *note) part() {
	switch n.rng.IntN(8) {
	case 0: // seven words
		n.words(things, actions, kinds, things, links, kinds, things)
	case 1:
		n.words(kinds, things, actions, kinds, things)
		n.numbers(1)
	case 2:
		n.words(things, things, links, kinds, things, actions, things)
	case 3:
		for i := range 4 + n.rng.IntN(3) {
			if i > 0 {
				n.sign(", ")
			}
			n.words(things)
		}
	case 4:
		n.words(kinds, things)
		n.sign(": ")
		n.numbers(2)
		n.words(kinds, things)
	case 5:
		n.numbers(2)
		n.words(kinds, kinds, things, actions)
	case 6:
		n.words(kinds, kinds, things)
		n.sign(" (")
		n.words(things, links, things)
		n.sign(")")
		n.words(actions)
	case 7:
		n.words(things)
		n.sign("-")
		n.words(things)
		n.sign(" / ")
		n.words(kinds)
		n.sign("-")
		n.words(things)
		n.numbers(1)
	}
}

// words writes one word of each list.
func (n *note) words(lists ...[]string) {
	for _, list := range lists {
		w := pick(n.rng, list)
		n.space()
		n.text.WriteString(w)
		n.tokens++
		if len(w) > 6 {
			n.tokens++
		}
	}
}

// numbers writes count numbers of 2 to 4 digits.
func (n *note) numbers(count int) {
	for range count {
		digits := strconv.Itoa(10 + n.rng.IntN([]int{90, 990, 9990}[n.rng.IntN(3)]))
		n.space()
		n.text.WriteString(digits)
		n.tokens += len(digits)
	}
}

// sign writes signs with their spaces.
func (n *note) sign(s string) {
	n.text.WriteString(s)
	n.tokens += len(s) - strings.Count(s, " ")
}

// space writes a space where words would touch.
func (n *note) space() {
	if s := n.text.String(); s != "" && !strings.HasSuffix(s, " ") && !strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, "-") && !strings.HasSuffix(s, "(") {
		n.text.WriteByte(' ')
	}
}

func pick(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// What stands between parts, and at the end. A line ends there, so that the first word of
// the recorded message stays a word, and about half of all prefixes have a paragraph end
// inside, so that taking out the first paragraph of a message does not take out most of them.
// No text needs more escaping than that.
var (
	joints = []string{". ", "; ", " | ", "\n", "\n\n", ".\n\n"}
	ends   = []string{"\n", ".\n", "\n\n", ".\n\n", ";\n", " -\n\n"}
)

// The words are common ones, in all vocabularies of tokens, and none names anything that a
// coding agent could take for its task.
var (
	kinds = strings.Fields(`amber broad calm clear cold cool coral dark deep dim dry dull early even faint far
		few fine firm flat fresh full grand gray green high hollow huge ivory large late light
		little long loud low mild narrow near new north old open pale plain quick quiet red
		rich rough round sharp short silver slow small soft south steep still tall thin warm wide`)
	things = strings.Fields(`apples arches banks bays beams bells birds boats bowls bricks bridges brooks canals caves cedars chairs
		cliffs clouds coasts coins creeks desks doors dunes farms ferns fields flags fords forests foxes gardens
		gates glass grapes harbors hedges hills horses islands ivy jars kites lakes lamps lanterns leaves maps
		maples masts meadows mills moons mosses oaks ovens owls paths pears pines plains ponds ports reeds
		ridges rivers roads robins roofs roots ropes roses sails sands seals shells ships shores snow spoons
		springs stairs stars stones storms streams swans tables thorns tides towers towns trails trains trees valleys
		vines walls waves wells whales wheat willows winds windows wings wolves woods yards attics barns cabins
		candles carts clocks copper corn crabs drums elms feathers fences flutes frogs geese herons hooks lilacs`)
	actions = strings.Fields(`added asked began bent bore brought built called came carried caught changed chose circled climbed closed
		crossed danced drew drifted entered faced faded fell filled floated followed formed found framed gathered gave
		glowed grew guarded held joined kept knew landed leaned left lifted lined marked met moved needed
		paused passed played reached rested rolled rose sang shaded showed slept spread stood turned waited watched`)
	links = strings.Fields(`above across after against along among around at before behind below beneath beside between beyond by
		despite during for from in inside into like near of off on onto opposite outside over
		past round since through to toward under until up upon via with within without`)
)
