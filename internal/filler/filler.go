// Package filler makes text of a given length for prompts that nobody reads. The
// replay of trajectories without text, generated trajectories and the System Load
// Test share it.
package filler

import (
	"math/rand/v2"
	"slices"
)

// BytesPerToken is how long a token of filler is: a three-letter word and a space.
const BytesPerToken = 4

// words are the 128 words of filler, three letters each. None needs escaping in JSON,
// and each, with the space before it, is one token in the vocabularies o200k_base and
// cl100k_base as counted by github.com/tiktoken-go/tokenizer v0.10.0.
const words = "theandforarebutnotyouallanycanhadherwasoneourout" +
	"dayhashimhownewnowoldseetwowaywhodiditsletputsay" +
	"shetooageagoairarmaskbadbagbarbedbigbitboxbuscar" +
	"catcutdrydueeareatargendeyefarfewfitfixflyfunhot" +
	"icejobkeykidlawlayledleglielotlowmapmaymetmixnet" +
	"noroffoilownpayperpopredrowrunseasetsixskysonsum" +
	"suntaxtentietiptoptryviawebwetwhywinyesyetlogvar" +
	"maxmintagrawhexaddusegetbugptrintstrerrrefdirdoc"

// Append appends n bytes of words to dst, without a space at the end. The same state of
// rng gives the same words.
func Append(dst []byte, n int, rng *rand.Rand) []byte {
	const nine = 9 // words of 7 bits each in one random number
	for n > 0 {
		r := rng.Uint64()
		for range min(nine, (n+BytesPerToken-1)/BytesPerToken) {
			w := words[3*(r&127):][:3]
			r >>= 7
			switch {
			case n > 4:
				dst = append(dst, w[0], w[1], w[2], ' ')
			case n == 4:
				dst = append(dst, w[0], w[1], w[2], '.')
			default:
				dst = append(dst, w[:n]...)
			}
			n -= BytesPerToken
		}
	}
	return dst
}

// Words is how many words there are.
const Words = len(words) / 3

// AppendEven appends all words, each with a space before it, rounds times over, in a random
// order each time: as many tokens as a word has on average, in any vocabulary that splits
// text at spaces.
func AppendEven(dst []byte, rounds int, rng *rand.Rand) []byte {
	for range rounds {
		for _, k := range rng.Perm(Words) {
			dst = append(append(dst, ' '), words[3*k:][:3]...)
		}
	}
	return dst
}

// AppendBlock appends n words to dst, each with a space before it, so that blocks joined
// in any order have as many tokens together as apart. The words depend only on the seed:
// fewer of them begin more of them.
func AppendBlock(dst []byte, n int, seed uint64) []byte {
	const nine = 9 // words of 7 bits each in one random number
	var src rand.PCG
	src.Seed(seed, 0)
	dst = slices.Grow(dst, n*BytesPerToken)
	for n > 0 {
		r := src.Uint64()
		for range min(nine, n) {
			w := words[3*(r&127):][:3]
			r >>= 7
			dst = append(dst, ' ', w[0], w[1], w[2])
			n--
		}
	}
	return dst
}
