package catalog

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/decimal"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
	"github.com/agentperf/agentperf-go/pricing"
)

// azureItem is the needed part of an item of Azure's Retail Prices.
type azureItem struct {
	CurrencyCode    string          `json:"currencyCode"`
	RetailPrice     json.RawMessage `json:"retailPrice"`
	LeastUnits      float64         `json:"tierMinimumUnits"`
	Region          string          `json:"armRegionName"`
	MeterID         string          `json:"meterId"`
	Meter           string          `json:"meterName"`
	Product         string          `json:"productName"`
	SKU             string          `json:"armSkuName"`
	Type            string          `json:"type"`
	ReservationTerm string          `json:"reservationTerm"`
	Unit            string          `json:"unitOfMeasure"`
	Start           string          `json:"effectiveStartDate"`
	End             string          `json:"effectiveEndDate"`
}

// azurePrice is a price and the instant from which it is in force.
type azurePrice struct {
	Price
	from time.Time
}

// azureOffer is what a later price of the feed replaces an earlier one of: a meter's price
// for one size, region and term.
type azureOffer struct{ sku, region, meterID, meter, product, kind, term string }

// azureSize is the accelerators of an instance size.
type azureSize struct {
	accelerator string
	count       int64
}

// azureSizes are the sizes with current accelerators; Azure's answers name only the
// size.
func azureSizes() map[string]azureSize {
	return map[string]azureSize{
		"standard_nc40ads_h100_v5":       {"H100-NVL", 1},
		"standard_nc80adis_h100_v5":      {"H100-NVL", 2},
		"standard_nc24ads_a100_v4":       {"A100-80GB-PCIe", 1},
		"standard_nc48ads_a100_v4":       {"A100-80GB-PCIe", 2},
		"standard_nc96ads_a100_v4":       {"A100-80GB-PCIe", 4},
		"standard_nd96amsr_a100_v4":      {"A100-80GB-SXM", 8},
		"standard_nd96isr_h100_v5":       {"H100-SXM", 8},
		"standard_nd96is_h100_v5":        {"H100-SXM", 8},
		"standard_nd96isr_h200_v5":       {"H200-SXM", 8},
		"standard_nd96is_h200_v5":        {"H200-SXM", 8},
		"standard_nd96isr_mi300x_v5":     {"MI300X", 8},
		"standard_nd96is_mi300x_v5":      {"MI300X", 8},
		"standard_nd128isr_ndr_gb200_v6": {"GB200", 4},
		"standard_nd128isr_gb300_v6":     {"GB300", 4},
	}
}

// item reads one item.
func (f *azureFeed) item(text json.RawMessage) error {
	n := f.items
	f.items++
	var a azureItem
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("catalog: %s: item %d: %s", f.name, n, jsonerror.Words(err))
	}
	size, known := f.sizes[strings.ToLower(a.SKU)]
	if !known {
		f.unknown++
		return nil
	}
	p, ok, err := a.price(size)
	var from, until time.Time
	if err == nil && ok {
		from, err = instant("effectiveStartDate", a.Start)
	}
	if err == nil && ok {
		until, err = instant("effectiveEndDate", a.End)
	}
	if err != nil {
		return fmt.Errorf("catalog: %s: item %d (%.60q): %w", f.name, n, a.SKU, err)
	}
	if !ok {
		return nil
	}
	if from.After(f.date.Add(24*time.Hour-1)) || !until.IsZero() && !until.After(f.date) {
		f.outside++
		return nil
	}
	p.Date = f.date
	offer := azureOffer{a.SKU, a.Region, a.MeterID, a.Meter, a.Product, a.Type, a.ReservationTerm}
	if i, seen := f.offers[offer]; seen && !f.found[i].from.Equal(from) {
		f.outside++ // the earlier one is over
		if from.After(f.found[i].from) {
			f.found[i] = azurePrice{p, from}
		}
		return nil
	}
	f.offers[offer] = len(f.found)
	f.found = append(f.found, azurePrice{p, from})
	return nil
}

// prices returns what was found, in the order of the file.
func (f *azureFeed) prices() (all Prices) {
	for _, p := range f.found {
		all = append(all, p.Price)
	}
	return all
}

// instant parses an instant of the feed, the zero time for none.
func instant(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	// The API leaves out the zone at times; it means UTC.
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s is %.40q, expected an instant such as 2026-01-31T00:00:00Z", field, text)
}

// price returns the item as a price of one accelerator; ok is false for items to leave
// out.
func (a *azureItem) price(size azureSize) (p Price, ok bool, err error) {
	p = Price{
		Provider: "Azure", Accelerator: size.accelerator, PerInstance: int(size.count), Instance: a.SKU, Region: a.Region,
		Scope: WholeInstance, SourceTitle: "Azure Retail Prices API", Source: "prices.azure.com/api/retail/prices", Confidence: "high",
	}
	if a.Meter != "" {
		p.Variant = "meter " + a.Meter
	}
	divisor := size.count
	switch {
	case strings.Contains(a.Meter, "Low Priority") || strings.Contains(a.Product, "Windows") || a.LeastUnits > 0:
		return p, false, nil
	case a.Type == "Consumption" && strings.Contains(a.Meter, "Spot"):
		p.Commitment = Spot
	case a.Type == "Consumption":
		p.Commitment = OnDemand
	case a.Type == "Reservation":
		const hours = 8760
		switch a.ReservationTerm {
		case "1 Year":
			p.Commitment, divisor = OneYear, divisor*hours
		case "3 Years":
			p.Commitment, divisor = ThreeYear, divisor*hours*3
		default:
			return p, false, nil // 5 years
		}
	default:
		return p, false, nil
	}
	if a.CurrencyCode != "" && a.CurrencyCode != "USD" {
		return p, false, fmt.Errorf("currencyCode is %.20q, expected USD", a.CurrencyCode)
	}
	if a.Unit != "" && a.Unit != "1 Hour" {
		return p, false, fmt.Errorf("unitOfMeasure is %.40q, expected 1 Hour", a.Unit)
	}
	// Three years of a rack cost more than a million dollars.
	amount := strings.Trim(string(a.RetailPrice), `"`)
	total, good := decimal.Parse(amount, 1e9)
	if !good {
		return p, false, fmt.Errorf("retailPrice is %.40q, expected an amount", amount)
	}
	if total.Sign() == 0 {
		return p, false, nil // a meter that is not for sale
	}
	p.PerHour, err = pricing.RoundUSD(total.Quo(total, big.NewRat(divisor, 1)))
	return p, err == nil && p.PerHour > 0, err
}
