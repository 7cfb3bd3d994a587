// Package keyed makes random numbers that a key determines: the same on every
// machine and in every run, and independent for every key. Whoever draws for many
// purposes (an agent's order, its delays, its text) takes a key for each, so that
// drawing more for one does not change the others.
package keyed

import (
	"encoding/binary"
	"math/rand/v2"
)

// A Key names one source of random numbers, by convention the user's seed first.
type Key [4]uint64

// Rand returns the random numbers of the key, from their beginning: those of
// [rand.ChaCha8] seeded with the words of the key in little-endian order.
func (k Key) Rand() *rand.Rand {
	var seed [32]byte
	for i, word := range k {
		binary.LittleEndian.PutUint64(seed[8*i:], word)
	}
	return rand.New(rand.NewChaCha8(seed))
}
