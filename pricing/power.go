package pricing

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Watts is electrical power.
type Watts float64

// ParsePower parses a power with its unit: 900W, 5.2kW or 1.2MW.
func ParsePower(s string) (Watts, error) {
	for _, u := range [...]struct {
		unit   string
		factor float64
	}{{"MW", 1e6}, {"kW", 1e3}, {"W", 1}} {
		if number, ok := strings.CutSuffix(s, u.unit); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			if w := Watts(v * u.factor); err == nil && w.valid() {
				return w, nil
			}
			break
		}
	}
	return 0, fmt.Errorf("pricing: %.40q is not a power, expected one like 900W, 5.2kW or 1.2MW", s)
}

func (w Watts) valid() bool { return w > 0 && !math.IsInf(float64(w), 0) }

// A Basis says what a power figure covers and how it was obtained. For one system,
// figures of different bases differ by up to a factor of two: 8 x B200 are 8.0 kW by TDP,
// 10.4 kW measured at the wall under load, 14.3 kW by nameplate.
type Basis string

const (
	// MeasuredAccelerator is the measured draw of the accelerators under load, die and
	// memory only: the basis of Artificial Analysis' agents per MW.
	MeasuredAccelerator Basis = "measured_accelerator"
	// MeasuredNode is the measured draw of whole servers under load, as their own sensors
	// state it (IPMI, Redfish): a few percent off the wall.
	MeasuredNode Basis = "measured_node"
	// MeasuredWall is the measured draw of the whole system at its wall sockets under
	// load: the basis of MLPerf.
	MeasuredWall Basis = "measured_wall"
	// TDP is the sum of the accelerators' thermal design powers.
	TDP Basis = "tdp"
	// SystemMax is the maximum power that the systems are specified for.
	SystemMax Basis = "system_max"
	// AllInIT is accelerators with their share of hosts and network.
	AllInIT Basis = "all_in_it"
	// AllInUtility is the power that the utility delivers, cooling and losses
	// included.
	AllInUtility Basis = "all_in_utility"
	// RackProvisioned is the power that the racks are provisioned with.
	RackProvisioned Basis = "rack_provisioned"
)

// Bases returns every basis.
func Bases() []Basis {
	return []Basis{MeasuredAccelerator, MeasuredNode, MeasuredWall, TDP, SystemMax, AllInIT, AllInUtility, RackProvisioned}
}

// ParseBasis returns the basis of that name.
func ParseBasis(s string) (Basis, error) {
	if slices.Contains(Bases(), Basis(s)) {
		return Basis(s), nil
	}
	var names []string
	for _, b := range Bases() {
		names = append(names, string(b))
	}
	return "", fmt.Errorf("pricing: %.40q is not a power basis, expected one of %s", s, strings.Join(names, ", "))
}

// takesPUE reports whether facility overhead can be added: accelerators alone would need
// their hosts first, and the power from the utility includes it.
func (b Basis) takesPUE() bool {
	return b == MeasuredNode || b == MeasuredWall || b == SystemMax || b == AllInIT || b == RackProvisioned
}

// ErrMixedBases is returned by [SameBasis].
var ErrMixedBases = errors.New("pricing: power of different bases cannot be compared")

// SameBasis returns an error that wraps [ErrMixedBases] and names the bases if they
// differ. Empty ones, of figures without power, are ignored.
func SameBasis(bases ...Basis) error {
	var seen []string
	for _, b := range bases {
		if b != "" && !slices.Contains(seen, string(b)) {
			seen = append(seen, string(b))
		}
	}
	if len(seen) > 1 {
		return fmt.Errorf("%w: %s", ErrMixedBases, strings.Join(seen, " and "))
	}
	return nil
}
