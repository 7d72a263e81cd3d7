package build

import (
	"runtime/debug"
	"testing"
)

func TestVersionAndCommitAreThoseOfTheBuild(t *testing.T) {
	for _, x := range []struct {
		main            string
		settings        []debug.BuildSetting
		version, commit string
	}{
		{"v1.2.0", nil, "v1.2.0", ""},
		{"(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.modified", Value: "false"}}, "", "0123abcd"},
		{"", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "0123abcd"}}, "", "0123abcd+"},
		{"", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}, "", ""},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: x.main}, Settings: x.settings}
		if v, c := version(info), commit(info); v != x.version || c != x.commit {
			t.Errorf("%+v: %q, %q", x, v, c)
		}
	}
}
