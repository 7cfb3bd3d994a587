package fleet

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// build identifies what this process was built of: the version of Go, the modules, and the
// revision. Where no clean revision is known, it is the executable itself.
func build() string {
	h := sha256.New()
	known := false
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(h, info.GoVersion, info.Path, info.Main.Path, info.Main.Version, info.Main.Sum)
		for _, d := range info.Deps {
			if d.Replace != nil {
				d = d.Replace
			}
			fmt.Fprintln(h, d.Path, d.Version, d.Sum)
		}
		known = info.Main.Sum != ""
		for _, s := range info.Settings {
			if strings.HasPrefix(s.Key, "vcs.") {
				fmt.Fprintln(h, s.Key, s.Value)
				known = known || s.Key == "vcs.modified" && s.Value == "false"
			}
		}
	}
	if !known {
		if name, err := os.Executable(); err == nil {
			if f, err := os.Open(name); err == nil {
				io.Copy(h, f) // what cannot be read is as another build
				f.Close()
			}
		}
	}
	return fmt.Sprintf("%.8x", h.Sum(nil))
}
