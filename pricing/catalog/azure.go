package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

// azurePage is the needed part of an answer of Azure's Retail Prices.
type azurePage struct {
	BillingCurrency string             `json:"BillingCurrency"`
	Items           *[]json.RawMessage `json:"Items"`
	NextPageLink    string             `json:"NextPageLink"`
	// RetailPrice is not of a page: it tells an item that stands alone.
	RetailPrice json.RawMessage `json:"retailPrice"`
}

// ReadAzure reads answers of Azure's Retail Prices API: one or more pages, one after the
// other or in a list, or their items alone. The prices get the given date.
//
// An item of type Consumption is an on-demand price, or a spot price if its meter says
// so; Low Priority, Windows, DevTest and prices of larger amounts are left out. The price
// of a Reservation is the total for its term, although its unit says 1 Hour; it is divided
// by 8,760 hours a year. All prices are per instance and are divided by the number of its
// accelerators, which comes from a table of sizes; other sizes are left out, and so are
// prices that are not in force on the given date. Each price is rounded once, to a
// picodollar.
//
// warnings tell what was left out, and whether the last page refers to another one. The
// error names the line, or the item counted from 0.
func ReadAzure(name string, date time.Time, r io.Reader) (prices Prices, warnings []string, err error) {
	if date.IsZero() {
		return nil, nil, errors.New("catalog: Azure's prices need a date")
	}
	text, err := readText(name, r)
	if err != nil {
		return nil, nil, err
	}
	f := azureFeed{name: name, text: text, date: dayOf(date), sizes: azureSizes(), offers: make(map[azureOffer]int)}
	if err := f.read(); err != nil {
		return nil, nil, err
	}
	warnings = append(skipped(f.unknown, "items of other sizes"), skipped(f.outside, "prices that are not in force on "+f.date.Format(time.DateOnly))...)
	if f.more {
		warnings = append(warnings, "the last page has another after it, which is not here")
	}
	return f.prices(), warnings, nil
}

// azureFeed is a file of answers while it is read.
type azureFeed struct {
	name string
	text []byte
	date time.Time

	sizes   map[string]azureSize
	found   []azurePrice
	offers  map[azureOffer]int // index in found
	items   int
	unknown int // items of other sizes
	outside int // prices that are not in force
	more    bool
}

// read reads the values of the file, and of a list those in it.
func (f *azureFeed) read() error {
	dec := json.NewDecoder(bytes.NewReader(f.text))
	inList := false
	for values := 0; ; values++ {
		if !inList && bytes.HasPrefix(bytes.TrimLeft(f.text[dec.InputOffset():], " \t\r\n"), []byte("[")) {
			inList = true
			if _, err := dec.Token(); err != nil {
				return f.bad(dec.InputOffset(), err)
			}
		}
		if inList && !dec.More() {
			if _, err := dec.Token(); err != nil { // "]"
				return f.bad(dec.InputOffset(), err)
			}
			inList = false
			continue
		}
		var value json.RawMessage
		switch err := dec.Decode(&value); {
		case errors.Is(err, io.EOF) && inList:
			return f.bad(int64(len(f.text)), io.ErrUnexpectedEOF)
		case errors.Is(err, io.EOF) && values > 0:
			return nil
		case errors.Is(err, io.EOF):
			return f.bad(0, errors.New("it is empty"))
		case err != nil:
			return f.bad(dec.InputOffset(), err)
		}
		if err := f.value(value, dec.InputOffset()-int64(len(value))); err != nil {
			return err
		}
	}
}

// value reads a page, or an item that stands alone, which begins at an offset.
func (f *azureFeed) value(value json.RawMessage, offset int64) error {
	var page azurePage
	switch err := json.Unmarshal(value, &page); {
	case err != nil:
		return f.bad(offset, err)
	case page.Items == nil && page.RetailPrice != nil:
		return f.item(value)
	case page.Items == nil:
		return fmt.Errorf("catalog: %s:%d: a page has no Items, expected an answer of Azure's Retail Prices API", f.name, f.line(offset))
	case page.BillingCurrency != "" && page.BillingCurrency != "USD":
		return fmt.Errorf("catalog: %s: BillingCurrency is %.20q, expected USD", f.name, page.BillingCurrency)
	}
	f.more = page.NextPageLink != ""
	for _, item := range *page.Items {
		if err := f.item(item); err != nil {
			return err
		}
	}
	return nil
}

// bad returns the error of a value at an offset.
func (f *azureFeed) bad(offset int64, err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok && e.Offset > offset {
		offset = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset += e.Offset
	}
	return fmt.Errorf("catalog: %s:%d: not a page of Azure's prices: %s", f.name, f.line(offset), jsonerror.Words(err))
}

// line returns the line of an offset.
func (f *azureFeed) line(offset int64) int {
	return 1 + bytes.Count(f.text[:min(int64(len(f.text)), max(0, offset))], []byte("\n"))
}
