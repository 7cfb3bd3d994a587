package metrics

import (
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// HdrHistogram's V2 format: what it calls a histogram of so many significant
// figures, whose values are whole numbers up to highest, compressed and in base64.
const (
	figures = 3
	highest = 1<<span - 1
)

// maxPayload bounds a histogram in text. One of ours has octaves·perOctave counts
// of at most 9 bytes, 652 KB in base64 if nothing can be compressed.
const maxPayload = 1 << 20

// encode returns counts in the V2 format, with their unit as its conversion ratio.
func encode(c *counts, unit float64) (string, error) {
	s := &hdrhistogram.Snapshot{
		LowestTrackableValue: 1, HighestTrackableValue: highest, SignificantFigures: figures,
		Counts: make([]int64, octaves*perOctave), IntegerToDoubleConversionRatio: unit,
	}
	for k, page := range c {
		if page != nil {
			copy(s.Counts[k*perOctave:], page[:])
		}
	}
	text, err := hdrhistogram.Import(s).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	return string(text), err
}

// decode reads a histogram in the V2 format, which may be hostile, of so many
// significant figures at most. Its unit is in contents, 1 where it states none.
func decode(payload string, most int) (h *hdrhistogram.Histogram, contents *hdrhistogram.Snapshot, err error) {
	if err := inspect(payload, most); err != nil {
		return nil, nil, err
	}
	if h, err = hdrhistogram.Decode([]byte(payload)); err != nil {
		return nil, nil, err
	}
	contents = h.Export()
	unit := &contents.IntegerToDoubleConversionRatio
	if *unit == 0 {
		*unit = 1
	}
	if !(*unit > 0) || math.IsInf(*unit, 0) {
		return nil, nil, fmt.Errorf("the unit is %v", *unit)
	}
	return h, contents, nil
}

// inspect refuses what is large and what would become large: hdrhistogram-go bounds
// what it decompresses by the range and the figures that the histogram states, which
// is 1 MB for three figures, but 16 MB for four and 100 MB for five.
func inspect(payload string, most int) error {
	if len(payload) > maxPayload {
		return fmt.Errorf("a histogram of %d bytes, expected at most %d", len(payload), maxPayload)
	}
	raw := base64.NewDecoder(base64.StdEncoding, strings.NewReader(payload))
	var outer [8]byte // cookie, length
	if _, err := io.ReadFull(raw, outer[:]); err != nil {
		return errors.New("not a compressed histogram")
	}
	z, err := zlib.NewReader(raw)
	if err != nil {
		return err
	}
	var header [hdrhistogram.ENCODING_HEADER_SIZE]byte
	if _, err := io.ReadFull(z, header[:]); err != nil {
		return err
	}
	if f := int32(binary.BigEndian.Uint32(header[12:])); f < 0 || int(f) > most {
		return fmt.Errorf("a histogram of %d significant figures, expected at most %d", f, most)
	}
	return nil
}

// decodeCounts reads what encode wrote.
func decodeCounts(payload string, unit float64) (c counts, err error) {
	_, s, err := decode(payload, figures)
	switch {
	case err != nil:
		return c, err
	case s.SignificantFigures != figures || s.LowestTrackableValue != 1 || s.HighestTrackableValue != highest:
		return c, fmt.Errorf("a histogram of %d figures from %d to %d, expected %d from 1 to %d",
			s.SignificantFigures, s.LowestTrackableValue, s.HighestTrackableValue, figures, highest)
	case s.IntegerToDoubleConversionRatio != unit:
		return c, fmt.Errorf("a histogram in units of %v, expected %v", s.IntegerToDoubleConversionRatio, unit)
	}
	for i, n := range s.Counts {
		if n > 0 {
			c.page(i / perOctave)[i%perOctave] = n
		}
	}
	return c, nil
}
