package export_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/export"
)

// Drawings and diagrams stay tidy however many steps and actors a model has, and whatever comes after what.
func TestNothingLiesOnAnythingInAnyTangle(t *testing.T) {
	m := startModdle(t)
	rapid.Check(t, func(t *rapid.T) {
		r := loaded(t, diag.NewSource("m.toml", tangle(t)))[0]
		checkBPMN(t, m, r)
		for _, r.Width = range []int{0, 240, 390, 800} {
			for _, wrong := range export.Untidy(r) {
				t.Errorf("in the drawing of width %d %s", r.Width, wrong)
			}
		}
	})
}

// tangle writes a model of many steps with few rules.
func tangle(t *rapid.T) string {
	var b strings.Builder
	n := func(least, most int) int { return rapid.IntRange(least, most).Draw(t, "n") }
	title := func() string {
		words := []string{"Möte", "om", "Arbetsförmågeutredning", "individens", "behov", "av", "samordningsinsatser", "på", "arbetsplatsen"}
		out := make([]string, n(1, 12))
		for i := range out {
			out[i] = rapid.SampledFrom(words).Draw(t, "word")
		}
		return strings.Join(out, " ")
	}
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("[model]\nid = \"m\"\ntitle = \"M\"\nlang = \"sv\"\nversion = \"1\"\nin_force = 2026-01-01")
	line("[[kind]]\nid = \"k\"\ntitle = \"K\"")
	actors, stages, steps := n(1, 8), n(0, 4), n(1, 24)
	for i := range actors {
		line("[[actor]]\nid = \"a%d\"\ntitle = %q", i, title())
	}
	line("[[fact]]\nid = \"ja\"\ntype = \"bool\"\ntitle = %q\nask = \"?\"\n[[fact]]\nid = \"e\"\ntype = \"event\"\ntitle = %q\nask = \"?\"", title(), title())
	for i := range stages {
		line("[[stage]]\nid = \"t%d\"\ntitle = %q", i, title())
		if n(0, 1) == 0 {
			line("when = \"ja\"")
		}
	}
	var firm []string // steps that others can come after
	for i := range max(steps, stages) {
		line("[[step]]\nid = \"s%d\"\ntitle = %q\nkind = \"k\"\nactor = \"a%d\"", i, title(), n(0, actors-1))
		switch {
		case i < stages:
			line("stage = \"t%d\"", i)
		case stages > 0 && n(0, 3) > 0:
			line("stage = \"t%d\"", n(0, stages-1))
		}
		var after []string
		for _, s := range firm {
			if n(0, max(1, len(firm)/2)) == 0 {
				after = append(after, fmt.Sprintf("%q", s))
			}
		}
		line("after = [%s]", strings.Join(after, ", "))
		if n(0, 2) == 0 {
			line("when = \"ja\"")
		}
		if n(0, 2) == 0 {
			line("with = [%q]", fmt.Sprint("a", n(0, actors-1)))
		}
		if n(0, 7) == 0 {
			line("every = { period = \"1 week\", since = \"e\" }")
			continue
		}
		line("done = [\"happened(e)\"]")
		if n(0, 3) == 0 {
			line("time = { from = \"e\", max = \"12 weeks\", not_before = \"1 week\" }")
		}
		firm = append(firm, fmt.Sprint("s", i))
	}
	for i := range n(1, 6) {
		line("[[outcome]]\nid = \"o%d\"\ntitle = %q\nwhen = \"ja\"", i, title())
		if len(firm) > 0 && n(0, 2) > 0 {
			line("after = [%q]", rapid.SampledFrom(firm).Draw(t, "last"))
		}
	}
	return b.String()
}
