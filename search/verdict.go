package search

import "fmt"

// Verdict is the answer to one question "does it hold at n?".
//
// The zero value is [Unclear], so that a verdict nobody set never passes. Any
// value that is not one of the constants is treated as Unclear.
type Verdict int

const (
	Unclear Verdict = iota // the question was asked and not answered
	Pass                   // it holds at n
	Fail                   // it does not hold at n
)

// String returns "undecided", "pass" or "fail", and "Verdict(7)" for a value
// that is none of them.
func (v Verdict) String() string {
	switch v {
	case Unclear:
		return "undecided"
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	}
	return fmt.Sprintf("Verdict(%d)", int(v))
}

// known returns v, or Unclear when v is none of the constants.
func (v Verdict) known() Verdict {
	if v == Pass || v == Fail {
		return v
	}
	return Unclear
}

// MarshalText returns the word that String returns. A value that is none of the
// constants is an error, because it could not be read back.
func (v Verdict) MarshalText() ([]byte, error) {
	if v != v.known() {
		return nil, fmt.Errorf("search: cannot encode %v", v)
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads one of the words that String returns. Any other text,
// the empty one included, is an error and leaves v as it was.
func (v *Verdict) UnmarshalText(text []byte) error {
	for _, known := range [...]Verdict{Unclear, Pass, Fail} {
		if string(text) == known.String() {
			*v = known
			return nil
		}
	}
	return fmt.Errorf("search: unknown verdict %q: want pass, fail or undecided", text)
}
