package keyed_test

import (
	"math/rand/v2"
	"testing"

	"github.com/agentperf/agentperf-go/internal/keyed"
)

// The numbers are those of ChaCha8 with the bytes written out. Requests of earlier
// runs are made anew from them, so they must never change.
func TestRand(t *testing.T) {
	seed := [32]byte{0: 0x08, 1: 0x07, 7: 0x01, 8: 0xff, 9: 0xff, 10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff, 16: 5, 31: 0x80}
	want := rand.New(rand.NewChaCha8(seed))
	session := -1
	got := keyed.Key{0x0100000000000708, uint64(session), 5, 1 << 63}.Rand()
	for i := range 100 {
		if g, w := got.Uint64(), want.Uint64(); g != w {
			t.Fatalf("number %d is %#x, want %#x", i, g, w)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	first := make(map[uint64]keyed.Key)
	for i := range 4 {
		for v := range uint64(100) {
			var k keyed.Key
			k[i] = v
			n := k.Rand().Uint64()
			if other, ok := first[n]; ok && other != k {
				t.Errorf("%v and %v begin alike", k, other)
			}
			first[n] = k
		}
	}
}
