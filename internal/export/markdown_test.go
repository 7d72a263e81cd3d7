package export_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/export"
)

func TestMarksInATextAreWrittenAsText(t *testing.T) {
	for text, want := range map[string]string{
		"vanlig text, åäö 1 § (S)": "vanlig text, åäö 1 § (S)",
		"*fet* _kursiv_ ~struken~": `\*fet\* \_kursiv\_ \~struken\~`,
		"[länk](http://x) `kod`":   "\\[länk\\](http://x) \\`kod\\`",
		"a|b <b>x</b> &amp; $x$":   `a\|b \<b\>x\</b\> \&amp; \$x\$`,
		`\`:                        `\\`,
	} {
		if got := export.Escape(text); got != want {
			t.Errorf("%q is written %q, not %q", text, got, want)
		}
	}
}

// Whatever stands in a text, taking the backslashes away gives it back, and no mark stands without one.
func TestEveryTextIsWrittenSoThatItReadsAsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab å1.#*_`[]()<>|~&$\\!-+="))).Draw(t, "text")
		var back strings.Builder
		written := []rune(export.Escape(text))
		for i := 0; i < len(written); i++ {
			if strings.ContainsRune("*_`[]<>|~&$", written[i]) {
				t.Fatalf("a mark stands bare in %q", string(written))
			}
			if written[i] == '\\' {
				i++
			}
			back.WriteRune(written[i])
		}
		if back.String() != text {
			t.Fatalf("%q reads as %q", text, back.String())
		}
	})
}

func TestCodeIsFencedByMoreBackticksThanItHas(t *testing.T) {
	for text, want := range map[string]string{"a": "`a`", "a`b": "`` a`b ``", "``": "``` `` ```"} {
		if got := export.CodeSpan(text); got != want {
			t.Errorf("%q is written %q, not %q", text, got, want)
		}
	}
}

func TestAnAddressCannotEndItsLinkOrBeAScript(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.org/a(b)?c=d|e": "https://example.org/a%28b%29?c=d%7Ce",
		"https://example.org/å b":        "https://example.org/å%20b",
		"javascript:alert(1)":            "",
		"":                               "",
	} {
		if got := export.Address(address); got != want {
			t.Errorf("%q is written %q, not %q", address, got, want)
		}
	}
}

func TestAnchorsAreThoseThatGitHubGives(t *testing.T) {
	for heading, want := range map[string]string{
		"1. Behovsbedömning":                  "1-behovsbedömning",
		"Skede: Introduktion och prövning":    "skede-introduktion-och-prövning",
		"Underlag (§ 10) – det som krävs":     "underlag--10--det-som-krävs",
		"i_samverkan":                         "i_samverkan",
		"Hälso- och sjukvården":               "hälso--och-sjukvården",
		"The Social Insurance Agency's share": "the-social-insurance-agencys-share",
	} {
		if got := export.Anchor(heading); got != want {
			t.Errorf("the anchor of %q is %q, not %q", heading, got, want)
		}
	}
}
