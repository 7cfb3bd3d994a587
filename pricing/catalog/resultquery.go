package catalog

import (
	"strconv"
	"strings"
	"unicode"
)

// A ResultQuery selects published results. Empty fields select all.
type ResultQuery struct {
	// Model is the name of a model. Case, blanks and punctuation do not matter, and the
	// reasoning effort may be left out: deepseek-v4-pro is DeepSeek V4 Pro (max).
	Model string
	// Accelerator is a name as for [SameAccelerator].
	Accelerator string
	// Tier is the number of a tier or its service level: 1 or 20@10s.
	Tier string
}

// Select returns the results that match a query, in the order of the catalog.
func (all Results) Select(q ResultQuery) Results {
	var picked Results
	for _, r := range all {
		if (q.Model == "" || sameModel(q.Model, r.Model)) &&
			(q.Accelerator == "" || SameAccelerator(q.Accelerator, r.Accelerator)) &&
			(q.Tier == "" || q.Tier == r.SLO || q.Tier == strconv.Itoa(r.Tier)) {
			picked = append(picked, r)
		}
	}
	return picked
}

// sameModel reports whether two names mean the same model, with the same reasoning effort if
// both state one.
func sameModel(a, b string) bool {
	nameA, effortA, statedA := strings.Cut(a, "(")
	nameB, effortB, statedB := strings.Cut(b, "(")
	return modelKey(nameA) == modelKey(nameB) && (!statedA || !statedB || modelKey(effortA) == modelKey(effortB))
}

// modelKey returns the letters and digits of a name.
func modelKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
