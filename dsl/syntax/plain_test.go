package syntax

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
)

// oddities are lines whose values stand in a way that has to be decoded, or that only looks plain.
var oddities = []string{
	`a = "x\ty"`, `b = """x\`, `  y"""`, `c = 'x\y'`, "d = '''", "x'''", `e = 1_000`, `f = 0x10`, `g = -1`, `h = +1`, `i = 1.5`, `j = 1e3`, `k = inf`,
	`l = 2026-01-31`, `m = 2026-01-31T10:00:00Z`, `n = 2026-02-31`, `"o" = 1`, `'p' = 2`, `"q\u0041" = 3`, `r.s = 4`, `t = [1, "x", [true]]`,
	`u = { v = "w", x = 1 }`, `y = ""`, `z = """"""`, "aa = \"x\"\r", `ab = 0`, `ac = 00`, `ad = 9223372036854775808`, `ae = true # yes`,
	"\"\u00e5\" = 1", "\"a\u030a\" = 2", `[t]`, `[[u2]]`, `[u.v]`, `[[t]]`, `af = "å"`, "ag = \"\"\"a\r", "b\"\"\"", `a = 2`,
}

// What is taken as it stands is what the decoder makes of the whole text.
func TestPlainValuesAreWhatTheDecoderMakesOfThem(t *testing.T) {
	same := func(t rapid.TB, text string) {
		src := diag.NewSource("a.toml", text)
		var faults diag.List
		got := Read(src, &faults)
		whole := &reader{src: src, decode: decode}
		want := whole.read()
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(faults, whole.found) {
			t.Errorf("read in another way, this is another: %q", text)
		}
	}
	for _, pattern := range []string{"testdata/*/*.toml", "../testdata/*/*.toml", "../../workflows/*.toml"} {
		files, err := filepath.Glob(filepath.FromSlash(pattern))
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			same(t, string(text))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom(oddities), 0, 12).Draw(t, "lines")
		same(t, strings.Join(lines, "\n")+rapid.SampledFrom([]string{"", "\n"}).Draw(t, "end"))
	})
}
