package derive

import "math"

// A hand is what a player got of a deck: marked cards among all.
type hand struct{ deck, marked, cards, got int }

func (h *hand) take(own, marked bool) {
	h.deck++
	if marked {
		h.marked++
	}
	if own {
		if h.cards++; marked {
			h.got++
		}
	}
}

// atLeast returns the probability of as many marked cards or more in a hand of a shuffled deck.
func (h *hand) atLeast() (p float64) {
	if h.got == 0 {
		return 1
	}
	all := choose(h.deck, h.cards)
	for k := h.got; k <= min(h.marked, h.cards); k++ {
		if h.cards-k <= h.deck-h.marked {
			p += math.Exp(choose(h.marked, k) + choose(h.deck-h.marked, h.cards-k) - all)
		}
	}
	return min(1, p)
}

// choose returns the logarithm of the binomial coefficient.
func choose(n, k int) float64 {
	f := func(n int) float64 { v, _ := math.Lgamma(float64(n) + 1); return v }
	return f(n) - f(k) - f(n-k)
}
