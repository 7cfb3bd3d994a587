package search

import "fmt"

// A Verdict is the answer to whether it holds at n.
//
// The zero value is [Unclear], so that a verdict that was never set does not pass.
// Any value other than the constants is treated as Unclear.
type Verdict int

const (
	Unclear Verdict = iota // the question was asked but not answered
	Pass                   // it holds at n
	Fail                   // it does not hold at n
)

// String returns "undecided", "pass" or "fail", or "Verdict(7)" for any other
// value.
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

// known returns v, or Unclear if v is not one of the constants.
func (v Verdict) known() Verdict {
	if v == Pass || v == Fail {
		return v
	}
	return Unclear
}

// MarshalText returns the word that String returns. A value other than the
// constants is an error, because it could not be read back.
func (v Verdict) MarshalText() ([]byte, error) {
	if v != v.known() {
		return nil, fmt.Errorf("search: cannot encode %v", v)
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads one of the words that String returns. Any other text,
// including empty text, is an error and leaves v unchanged.
func (v *Verdict) UnmarshalText(text []byte) error {
	for _, known := range [...]Verdict{Unclear, Pass, Fail} {
		if string(text) == known.String() {
			*v = known
			return nil
		}
	}
	return fmt.Errorf("search: unknown verdict %q: expected pass, fail or undecided", text)
}
