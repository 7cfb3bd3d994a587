package simserver

import (
	"hash/fnv"
	"io"
	"strconv"
)

// text is what a model answers to one prompt: another to each. All tokens are equally long,
// so that a share of the bytes is a share of the tokens.
type text uint64

// textOf returns the answer to a prompt. Its length, beginning and end tell it from others:
// histories grow at the end, and what keeps plays apart is near the beginning.
func textOf(q Request) text {
	const enough = 1 << 10 // bytes
	raw := q.messages.Raw
	return text(hash(raw[:min(len(raw), enough)] + raw[max(0, len(raw)-enough):] + strconv.Itoa(len(raw))))
}

// token returns token i: a space and a word of two syllables.
func (t text) token(i int) string {
	x := uint64(t) + uint64(i)*0x9e3779b97f4a7c15 // spread by the golden ratio and mixed, as in splitmix64
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	const consonants, vowels = "bdfgklmnprstvwzh", "aeio"
	return string([]byte{' ', consonants[x%16], vowels[x>>4%4], consonants[x>>6%16], vowels[x>>10%4]})
}

func hash(text string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, text)
	return h.Sum64()
}
