// Package build tells which version of the program this is, as the Go toolchain wrote it into the binary.
package build

import (
	"runtime/debug"
	"strings"
)

// Version is the version of the module, as v1.2.0, or as v0.0.0-20260301120000-0123456789ab where no version was built; "" where
// the toolchain wrote none, as in tests and with go run.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return version(info)
}

func version(info *debug.BuildInfo) string {
	if info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
}

// Commit is the commit that the program was built of, with + after it where files differed from it; "" where that is not known.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return commit(info)
}

func commit(info *debug.BuildInfo) string {
	var id, changed string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			id = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+"
			}
		}
	}
	if id == "" {
		return ""
	}
	return id + changed
}

// Name is the version and the commit in one line, for messages; "" where neither is known.
func Name() string {
	return strings.TrimSpace(Version() + " " + Commit())
}
