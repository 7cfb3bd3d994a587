//go:build !(linux || darwin || freebsd || netbsd || dragonfly)

package screen

import "os"

// terminal returns nil: on Windows and elsewhere progress comes in lines.
func terminal(*os.File, func(string) string) device { return nil }
