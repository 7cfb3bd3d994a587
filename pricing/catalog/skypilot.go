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
// of these files are years old. A price there is per instance; it is divided by the number
// of accelerators and rounded to a picodollar. A row becomes an on-demand price and, if it
// has one, a spot price. Rows without accelerators or without a price are skipped.
//
// The error names file, line and column of up to ten bad rows.
func ReadSkyPilot(name, provider string, date time.Time, r io.Reader) (Prices, error) {
	if provider == "" || date.IsZero() {
		return nil, errors.New("catalog: SkyPilot's files need a provider and a date")
	}
	year, month, day := date.Date()
	date = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	var prices Prices
	err := readTable(name, r, []string{"instancetype", "acceleratorname", "acceleratorcount", "price"}, func(r *row) error {
		count, err := r.decimal("acceleratorcount")
		if err != nil || count == nil || r.get("acceleratorname") == "" {
			return err
		}
		p := Price{
			Provider: provider, Accelerator: skyPilotAccelerator(r.get("instancetype"), r.get("acceleratorname")),
			Instance: r.get("instancetype"), Region: r.get("region"), Date: date, Scope: WholeInstance,
			SourceTitle: "SkyPilot catalog, " + name, Source: "skypilot-org/skypilot-catalog", Confidence: "medium",
		}
		if zone := r.get("availabilityzone"); zone != "" && p.Region == "" {
			p.Region = zone
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
			p.Commitment = c.commitment
			if p.PerHour, err = pricing.RoundUSD(price.Quo(price, count)); err != nil || p.PerHour <= 0 {
				return r.bad(c.column, "a price that can be divided by the accelerators")
			}
			prices = append(prices, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return prices, nil
}

// decimal returns a field as an exact number; nil if it is empty or 0.
func (r *row) decimal(column string) (*big.Rat, error) {
	text := r.get(column)
	if text == "" {
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

// skyPilotAccelerator returns our name of an accelerator. SkyPilot calls most forms of the
// H100 just H100; the instance tells which it is.
func skyPilotAccelerator(instance, name string) string {
	lower := strings.ToLower(instance)
	switch base := strings.TrimSuffix(strings.ToUpper(name), "-80GB"); {
	case base == "H100" && strings.Contains(lower, "pcie"):
		return "H100-PCIe"
	case base == "H100" && strings.HasPrefix(lower, "standard_nc"):
		return "H100-NVL"
	case base == "H100" || base == "H100-MEGA" || base == "H100-SXM":
		return "H100-SXM"
	case base == "H200" || base == "H200-SXM":
		return "H200-SXM"
	}
	return name
}

// skipped returns a warning about rows that were left out.
func skipped(n int, what string) []string {
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d %s were left out", n, what)}
}
