// Package spans checks the durations of a configuration, in one way for every package.
package spans

import (
	"fmt"
	"time"
)

// Longest is the longest duration of anything that a configuration may ask for. Longer ones
// are mistakes, and sums of shorter ones do not overflow.
const Longest = 30 * 24 * time.Hour

// forgotten is below what any duration of a configuration sensibly is: a number that was
// meant to be seconds is that many nanoseconds.
const forgotten = time.Microsecond

// Check reports a duration that is less than least, of 0 or more, or more than [Longest].
// name is the package and the field.
func Check(name string, d, least time.Duration) error {
	switch {
	case d > 0 && d < forgotten:
		return fmt.Errorf("%s is %v, which looks like a number without a unit: %d seconds are %d*time.Second", name, d, d, d)
	case d < least:
		return fmt.Errorf("%s is %v, expected %v or more", name, d, least)
	case d > Longest:
		return fmt.Errorf("%s is %v, expected at most %v", name, d, Longest)
	}
	return nil
}
