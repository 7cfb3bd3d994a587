package system

import (
	"runtime"
	"runtime/debug"
)

// module is the path of this module.
const module = "github.com/agentperf/agentperf-go"

// A Tool is what measured: the version of this module, and what ran it.
type Tool struct {
	// Module is the path of this module, and Version its version; "(devel)" if it was built
	// from a folder without one, and empty if the build has no such information.
	Module  string `json:"module"`
	Version string `json:"version,omitempty"`
	// Revision is the commit that it was built from, where the build knows it, and Modified
	// reports whether there were changes beside it.
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	// Program is the path of the main package.
	Program string `json:"program,omitempty"`
	// Go, OS and Arch are those of this process.
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// ThisTool returns what this process is.
func ThisTool() Tool {
	info, _ := debug.ReadBuildInfo()
	return toolOf(info)
}

// toolOf returns what a build is; info may be nil.
func toolOf(info *debug.BuildInfo) Tool {
	t := Tool{Module: module, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info == nil {
		return t
	}
	t.Program = info.Path
	if info.Main.Path == module {
		t.Version = info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				t.Revision = s.Value
			case "vcs.modified":
				t.Modified = s.Value == "true"
			}
		}
		return t
	}
	for _, d := range info.Deps {
		if d.Path != module {
			continue
		}
		if t.Version = d.Version; d.Replace != nil { // by a fork, or a folder
			t.Version, t.Modified = d.Replace.Version, true
		}
	}
	return t
}
