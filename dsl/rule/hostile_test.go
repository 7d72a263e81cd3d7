package rule_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// fill repeats s up to the length of the longest rule.
func fill(before, s, after string) string {
	n := (rule.MaxLength - len(before) - len(after)) / len(s)
	return before + strings.Repeat(s, n) + after
}

// hostile are rules that have hurt parsers, or could: the first half is too long, the rest fits.
var hostile = map[string]string{
	"parentheses":          strings.Repeat("(", 500_000),
	"closed parentheses":   strings.Repeat("(", 500_000) + "a" + strings.Repeat(")", 500_000),
	"brackets":             strings.Repeat("[", 500_000),
	"nots":                 strings.Repeat("not ", 500_000) + "a",
	"signs":                strings.Repeat("-", 500_000) + "1",
	"operators":            "a" + strings.Repeat(" or a", 500_000),
	"long text":            "ort == '" + strings.Repeat("x", 50<<20) + "'",
	"long number":          "timmar > " + strings.Repeat("9", 1<<20),
	"long name":            strings.Repeat("å", 1<<20),
	"marks":                "a" + strings.Repeat("\u0301", 1<<20),
	"fitting parentheses":  fill("", "(", ""),
	"fitting closings":     fill("", ")", ""),
	"fitting braces":       fill("", "{", ""),
	"fitting brackets":     fill("timmar in ", "[", ""),
	"fitting mix":          fill("", "([{", ""),
	"fitting nots":         fill("", "not ", "samtycke"),
	"fitting bangs":        fill("", "!", "samtycke"),
	"fitting signs":        fill("timmar > ", "-", "1"),
	"fitting powers":       fill("timmar", "**2", " > 1"),
	"fitting ors":          fill("samtycke", " or fardig", ""),
	"fitting comparisons":  fill("1", "<timmar", ""),
	"fitting equalities":   fill("samtycke", "==fardig", ""),
	"fitting sums":         fill("timmar", "+barn", " > 1"),
	"fitting products":     fill("timmar", "*barn", " > 1"),
	"fitting choices":      fill("", "samtycke?fardig:", "åtgärd"),
	"fitting half choices": fill("", "samtycke?", ""),
	"fitting calls":        fill("", "all(", ""),
	"fitting predicates":   fill("", "all(behov, {", ""),
	"fitting pipes":        fill("samtycke", "|all(#)", ""),
	"fitting members":      fill("behov", ".a", ""),
	"fitting indexes":      fill("behov", "[0]", ""),
	"fitting lets":         fill("", "let a=1;", "a"),
	"fitting ifs":          fill("", "if a {", ""),
	"fitting unknowns":     fill("", "zz and ", "zz"),
	"fitting values":       fill("beslut in [", "'zz',", "]"),
	"fitting twins":        fill("timmar in [", "1,", "]"),
	"fitting text":         fill("ort == '", "x", "'"),
	"fitting open text":    fill("ort == '", "x", ""),
	"fitting escapes":      fill("ort == '", `\x41`, "'"),
	"fitting pattern":      fill("ort matches '^(", "a+", ")+$'"),
	"fitting comments":     fill("samtycke", "/**/", ""),
	"fitting marks":        fill("a", "\u0301", ""),
	"fitting NFD":          fill("a", "a\u030a", ""),
	"fitting semicolons":   fill("a", ";a", ""),
	"fitting quotes":       fill("", "”", ""),
	"fitting nested":       fill("", "known(", ""),
	"ranges":               "timmar in 1..1000000000",
	"maps":                 "map(1..1000000000, {map(1..1000000000, {#})})",
	"repeat":               "repeat('x', 1000000000) == ort",
	"regex":                `ort matches '(((((a*)*)*)*)*)*b'`,
	"huge exponent":        "inkomst < 1e999999999",
	"sum of products":      "stor * stor * stor * stor > 1",
}

// measured runs f and returns how long it took and how much memory it asked for.
func measured(f func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func TestHostileRulesEndSoonAndSmall(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			src := diag.NewSource("regel", text)
			var faults diag.List
			took, bytes := measured(func() { rule.Parse(text, src.At, &faults).Check(small, rule.Bool, &faults) })
			if took > slowest(200*time.Millisecond) || bytes > 50<<20 { // it takes milliseconds; only a runaway takes this long, on any machine
				t.Errorf("took %v and %d MB", took, bytes>>20)
			}
			harmless := name == "fitting text" || name == "fitting ors" || name == "fitting sums" || name == "fitting equalities" || name == "fitting twins"
			if !faults.HasErrors() && !harmless {
				t.Errorf("was not refused")
			}
			checkWords(t, faults)
		})
	}
}

// checkWords renders faults in both languages, and fails on words of expr and sentences without their words.
func checkWords(t fataler, faults diag.List) {
	for _, l := range lang.All {
		for _, d := range faults {
			text := d.Message(l) + " " + d.HintText(l)
			for _, bad := range []string{"<no value>", "[rule-", "unexpected token", "Operator(", "Bracket(", "Identifier(", "U+"} {
				if strings.Contains(text, bad) && !(bad == "U+" && d.Code == "rule-hidden-character") && !strings.Contains(d.Span.Text(), bad) {
					t.Fatalf("%s: %s", d.Code, text)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "faults.txt"))
	if err != nil {
		f.Fatal(err)
	}
	marks := strings.NewReplacer("‹", "", "›", "")
	for _, line := range strings.Split(string(data), "\n") {
		if _, text, ok := strings.Cut(line, ": "); ok {
			f.Add(marks.Replace(unescape.Replace(text)))
		}
	}
	for _, text := range hostile {
		if len(text) <= rule.MaxLength {
			f.Add(text)
		}
	}
	f.Add("done('avslutssamtal') and days_between(mote, '2026-01-31') > -3 ? behov : (samtycke ? 'a' : 'b') in ['x', \"y\"]")
	f.Fuzz(func(t *testing.T, text string) {
		src := diag.NewSource("regel", text)
		var faults diag.List
		start := time.Now()
		tree := rule.Parse(text, src.At, &faults)
		if tree == nil && !faults.HasErrors() {
			t.Fatalf("%q gave no tree and no fault", text)
		}
		for _, r := range tree.Names() {
			checkSpan(t, r.Span, text)
		}
		e := tree.Check(small, rule.Bool, &faults)
		if took := time.Since(start); took > slowest(time.Second) {
			t.Fatalf("%q took %v", text, took)
		}
		for _, d := range faults {
			checkSpan(t, d.Span, text)
		}
		faults.Sort()
		checkWords(t, faults)
		if e == nil {
			return
		}
		checkNesting(t, e, 0, len(text))
		switch {
		case faults.HasErrors():
			if e.Valid() {
				t.Fatalf("%q is valid, with errors", text)
			}
		case !e.Valid():
			if !strings.Contains(text, "trasig") {
				t.Fatalf("%q is invalid, without errors", text)
			}
		default:
			if again, more := read(e.String(), rule.Bool); more.HasErrors() || !again.Equal(e) {
				if len(e.String()) <= rule.MaxLength {
					t.Fatalf("%q is written %q, which does not read back\n%s", text, e, rendered(more))
				}
			}
		}
	})
}

// checkSpan fails unless the span lies in the text and cuts no letter.
func checkSpan(t fataler, s diag.Span, text string) {
	if s.Start < 0 || s.End > len(text) || s.Start > s.End {
		t.Fatalf("%q: the span %d-%d is outside", text, s.Start, s.End)
	}
	for _, i := range []int{s.Start, s.End} {
		if utf8.ValidString(text) && i < len(text) && !utf8.RuneStart(text[i]) {
			t.Fatalf("%q: the span %d-%d cuts a letter", text, s.Start, s.End)
		}
	}
}
