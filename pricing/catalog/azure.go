package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/decimal"
	"github.com/agentperf/agentperf-go/pricing"
)

// azureItem is the needed part of an item of Azure's Retail Prices.
type azureItem struct {
	CurrencyCode    string      `json:"currencyCode"`
	RetailPrice     json.Number `json:"retailPrice"`
	Region          string      `json:"armRegionName"`
	Meter           string      `json:"meterName"`
	Product         string      `json:"productName"`
	SKU             string      `json:"armSkuName"`
	Type            string      `json:"type"`
	ReservationTerm string      `json:"reservationTerm"`
	Unit            string      `json:"unitOfMeasure"`
}

type azurePage struct {
	BillingCurrency string       `json:"BillingCurrency"`
	Items           *[]azureItem `json:"Items"`
	NextPageLink    string       `json:"NextPageLink"`
}

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

// ReadAzure reads one or more concatenated pages of answers of Azure's Retail Prices API.
// The prices get the given date.
//
// An item of type Consumption is an on-demand price, or a spot price if its meter says
// so; Low Priority, Windows and DevTest are left out. The price of a Reservation is the
// total for its term, although its unit says 1 Hour; it is divided by 8,760 hours a year.
// All prices are per instance and are divided by the number of its accelerators, which
// comes from a table of sizes; other sizes are left out. Each price is rounded once, to a
// picodollar.
//
// warnings tell what was left out, and whether the last page refers to another one. The
// error names the line, or the item counted from 0.
func ReadAzure(name string, date time.Time, r io.Reader) (prices Prices, warnings []string, err error) {
	if date.IsZero() {
		return nil, nil, errors.New("catalog: Azure's prices need a date")
	}
	year, month, day := date.Date()
	date = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	text, err := readAll(name, r)
	if err != nil {
		return nil, nil, err
	}
	sizes, unknown, items, more := azureSizes(), 0, 0, false
	dec := json.NewDecoder(bytes.NewReader(text))
	for pages := 0; ; pages++ {
		var page azurePage
		switch err := dec.Decode(&page); {
		case errors.Is(err, io.EOF) && pages > 0:
			warnings = append(warnings, skipped(unknown, "items of other sizes")...)
			if more {
				warnings = append(warnings, "the last page has another after it, which is not here")
			}
			return prices, warnings, nil
		case err != nil:
			return nil, nil, fmt.Errorf("catalog: %s:%d: not a page of Azure's prices: %w", name, lineOf(text, dec.InputOffset(), err), err)
		case page.Items == nil:
			return nil, nil, fmt.Errorf("catalog: %s:%d: a page has no Items, expected an answer of Azure's Retail Prices API", name, lineOf(text, dec.InputOffset(), nil))
		case page.BillingCurrency != "" && page.BillingCurrency != "USD":
			return nil, nil, fmt.Errorf("catalog: %s: BillingCurrency is %.20q, expected USD", name, page.BillingCurrency)
		}
		more = page.NextPageLink != ""
		for i := range *page.Items {
			item := &(*page.Items)[i]
			size, known := sizes[strings.ToLower(item.SKU)]
			if !known {
				unknown++
				continue
			}
			p, ok, err := item.price(size)
			if err != nil {
				return nil, nil, fmt.Errorf("catalog: %s: item %d (%.60q): %w", name, items+i, item.SKU, err)
			}
			if ok {
				p.Date = date
				prices = append(prices, p)
			}
		}
		items += len(*page.Items)
	}
}

// price returns the item as a price of one accelerator; ok is false for items to leave
// out.
func (a *azureItem) price(size azureSize) (p Price, ok bool, err error) {
	p = Price{
		Provider: "Azure", Accelerator: size.accelerator, PerInstance: int(size.count), Instance: a.SKU, Region: a.Region,
		Scope: WholeInstance, SourceTitle: "Azure Retail Prices API", Source: "prices.azure.com/api/retail/prices", Confidence: "high",
	}
	divisor := size.count
	switch {
	case strings.Contains(a.Meter, "Low Priority") || strings.Contains(a.Product, "Windows"):
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
	total, good := decimal.Parse(string(a.RetailPrice), 1e9)
	if !good {
		return p, false, fmt.Errorf("retailPrice is %.40q, expected an amount", string(a.RetailPrice))
	}
	if total.Sign() == 0 {
		return p, false, nil // a meter that is not for sale
	}
	p.PerHour, err = pricing.RoundUSD(total.Quo(total, big.NewRat(divisor, 1)))
	return p, err == nil && p.PerHour > 0, err
}

// lineOf returns the line of an offset, or of a syntax error.
func lineOf(text []byte, offset int64, err error) int {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	return 1 + bytes.Count(text[:min(int64(len(text)), max(0, offset))], []byte("\n"))
}
