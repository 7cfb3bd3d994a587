package catalog

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/decimal"
	"github.com/agentperf/agentperf-go/pricing"
)

// ReadSkyPilot reads a vms.csv of SkyPilot's catalog. There is one such file for each
// cloud, which neither names the cloud nor dates its prices; the caller gives both. Some
// of these files are years old. A price there is per instance, or for a row without an
// instance of its accelerators alone ([GPUOnly]); it is divided by the number of
// accelerators, for a slice of TPUs by the number of its chips, and rounded to a
// picodollar. A row becomes an on-demand price and, if it has one, a spot price.
//
// These files call most forms of an H100 just H100. Instance, GpuInfo and number of
// accelerators tell which it is; where they do not, or contradict each other, the name says
// that the form is unknown.
//
// Rows without accelerators or without a price are skipped. warnings tell what else was
// left out: slices of unknown size, and prices that stand for an unknown one. The error
// names file, line and column of up to ten bad rows.
func ReadSkyPilot(name, provider string, date time.Time, r io.Reader) (prices Prices, warnings []string, err error) {
	if provider == "" || date.IsZero() {
		return nil, nil, errors.New("catalog: SkyPilot's files need a provider and a date")
	}
	date = dayOf(date)
	slices, unknown := 0, 0
	err = readTable(name, r, []string{"instancetype", "acceleratorname", "acceleratorcount", "price"}, func(r *row) error {
		count, err := r.decimal("acceleratorcount")
		if err != nil || count == nil || r.get("acceleratorname") == "" {
			return err
		}
		p := Price{
			Provider: provider, Instance: r.get("instancetype"), Region: r.get("region"), Date: date, Scope: WholeInstance,
			SourceTitle: "SkyPilot catalog, " + name, Source: "skypilot-org/skypilot-catalog", Confidence: "medium",
		}
		var ok bool
		if p.Accelerator, count, ok = r.accelerators(count); !ok {
			slices++
			return nil
		}
		switch {
		case p.Instance == "":
			p.Scope, p.Instance = GPUOnly, r.get("acceleratorname")
		case strings.HasSuffix(strings.ToUpper(p.Instance), "_COMMUNITY"): // Runpod's
			p.Scope = Community
		}
		switch zone := r.get("availabilityzone"); {
		case p.Region == "":
			p.Region = zone
		case zone != "":
			p.Variant = "zone " + zone
		}
		if count.IsInt() && count.Num().IsInt64() {
			p.PerInstance = int(count.Num().Int64())
		}
		for _, c := range [...]struct {
			column     string
			commitment Commitment
		}{{"price", OnDemand}, {"spotprice", Spot}} {
			price, err := r.decimal(c.column)
			if err != nil {
				return err
			}
			if price == nil {
				continue
			}
			each := new(big.Rat).Quo(price, count)
			if r.noPrice(price, each) {
				unknown++
				continue
			}
			p.Commitment = c.commitment
			if p.PerHour, err = pricing.RoundUSD(each); err != nil || p.PerHour <= 0 {
				return r.bad(c.column, "a price that can be divided by the accelerators")
			}
			prices = append(prices, p)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return prices, append(skipped(slices, "rows of slices of unknown size"), skipped(unknown, "prices that stand for an unknown one")...), nil
}

// noPrice reports whether a number stands for an unknown price. SkyPilot writes 700 for
// slices of TPUs; others write a row of nines, or one round number for all prices of a
// row. No accelerator costs 100 dollars an hour: the dearest known is at 18.
func (r *row) noPrice(price, each *big.Rat) bool {
	if each.Cmp(big.NewRat(100, 1)) >= 0 {
		return true
	}
	if !price.IsInt() || price.Cmp(big.NewRat(100, 1)) < 0 {
		return false
	}
	text := price.Num().String()
	spot, err := r.decimal("spotprice")
	same := err == nil && spot != nil && spot.Cmp(price) == 0
	return text == "700" || strings.Trim(text, "9") == "" || same && strings.HasSuffix(text, "00")
}

// decimal returns a field as an exact number; nil if it is empty, 0 or Python's word for
// none.
func (r *row) decimal(column string) (*big.Rat, error) {
	text := r.get(column)
	switch strings.ToLower(text) {
	case "", "nan", "none", "null":
		return nil, nil
	}
	v, ok := decimal.Parse(text, 1e6)
	if !ok {
		return nil, r.bad(column, "a number from 0 to 1000000")
	}
	if v.Sign() == 0 {
		return nil, nil
	}
	return v, nil
}

// skipped returns a warning about rows that were left out.
func skipped(n int, what string) []string {
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d %s were left out", n, what)}
}
