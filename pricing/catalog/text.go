package catalog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
)

// mostBytes bounds the size of a file; larger price lists hold more than accelerators.
const mostBytes = 64 << 20

// readText reads r to its end, up to mostBytes, as UTF-8. A byte-order mark is removed;
// UTF-16 with one, which Windows' shells and spreadsheets write, is decoded. The error
// names what the file is instead of text.
func readText(name string, r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("catalog: %s: %w", name, err)
	case len(text) > mostBytes:
		return nil, fmt.Errorf("catalog: %s is larger than %d MiB", name, mostBytes>>20)
	}
	if rest, ok := bytes.CutPrefix(text, []byte("\xff\xfe")); ok {
		text, err = fromUTF16(rest, binary.LittleEndian)
	} else if rest, ok := bytes.CutPrefix(text, []byte("\xfe\xff")); ok {
		text, err = fromUTF16(rest, binary.BigEndian)
	}
	if err != nil {
		return nil, fmt.Errorf("catalog: %s %w", name, err)
	}
	for magic, is := range map[string]string{"\x1f\x8b": "compressed with gzip", "\x28\xb5\x2f\xfd": "compressed with zstd", "PK\x03\x04": "a ZIP archive or a spreadsheet"} {
		if bytes.HasPrefix(text, []byte(magic)) {
			return nil, fmt.Errorf("catalog: %s is %s, expected text", name, is)
		}
	}
	if before, _, ok := bytes.Cut(text, []byte{0}); ok {
		return nil, fmt.Errorf("catalog: %s:%d: there is a zero byte, expected text in UTF-8, or in UTF-16 with a byte-order mark", name, 1+bytes.Count(before, []byte("\n")))
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

// fromUTF16 returns UTF-16 as UTF-8.
func fromUTF16(b []byte, order binary.ByteOrder) ([]byte, error) {
	if len(b)%2 != 0 {
		return nil, fmt.Errorf("is UTF-16 and ends in the middle of a character")
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}
