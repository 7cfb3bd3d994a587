package format

import (
	"path"
	"slices"
	"strings"
)

// plainName returns the base of a file name without its suffixes.
func plainName(name string) string {
	name = unpackedName(path.Base(name))
	for _, suffix := range suffixes() {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

func suffixes() []string { return []string{".jsonl", ".json", ".traj", ".har"} }

// unpackedName returns a file name without the suffix of a compressor.
func unpackedName(name string) string {
	name = strings.TrimSuffix(name, ".gz")
	for _, p := range packers() {
		name = strings.TrimSuffix(name, p.suffix)
	}
	return name
}

// safeName replaces what is not portable in file names.
func safeName(id string) string {
	const most = 100 // bytes; file systems allow 255, suffixes included
	name := strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
			return c
		}
		return '_'
	}, id)
	name = name[:min(len(name), most)]
	if name == "" || name[0] == '.' || name[0] == '-' || isDevice(name) {
		name = "_" + name // neither hidden, nor an option, nor a device
	}
	return name
}

// isDevice reports whether Windows takes a file name for a device.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	if slices.Contains([]string{"con", "prn", "aux", "nul"}, stem) {
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) &&
		'0' <= stem[3] && stem[3] <= '9'
}
