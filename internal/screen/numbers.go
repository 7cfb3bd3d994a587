package screen

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock returns a time as a clock shows it: 0:52, 12:05, 1:02:03.
func Clock(d time.Duration) string {
	s := int(max(0, d).Round(time.Second).Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Count returns a whole number with commas: 4,201.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return sign + b.String()
}

// Round returns a number that is not negative as a whole one with commas.
func Round(v float64) string { return Count(int64(v + 0.5)) }
