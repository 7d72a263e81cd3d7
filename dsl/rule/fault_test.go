package rule_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

var update = flag.Bool("update", false, "write the golden files anew")

// read parses and checks a rule that is a source by itself.
func read(text string, want rule.Kind) (*rule.Expr, diag.List) {
	src := diag.NewSource("regel", text)
	var faults diag.List
	e := rule.Parse(text, src.At, &faults).Check(small, want, &faults)
	faults.Sort()
	return e, faults
}

// marked splits a rule from the marks around the places of its faults, ‹ and ›, which may be nested. It returns
// the places in the order of the text.
func marked(t *testing.T, s string) (text string, places [][2]int) {
	t.Helper()
	var b strings.Builder
	var open []int
	for i, r := range s {
		switch r {
		case '‹':
			open = append(open, len(places))
			places = append(places, [2]int{b.Len(), -1})
		case '›':
			places[open[len(open)-1]][1] = b.Len()
			open = open[:len(open)-1]
		default:
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
		}
	}
	return b.String(), places
}

// TestEveryFaultIsFoundAtItsPlace reads rules with one fault each, or more. Every line of the fixture has
// the codes, in the order of their places, and the rule with those places marked; the words of it all stand in
// faults.sv.txt and faults.en.txt.
func TestEveryFaultIsFoundAtItsPlace(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "faults.txt"))
	if err != nil {
		t.Fatal(err)
	}
	rendered := map[lang.Lang]*strings.Builder{lang.SV: {}, lang.EN: {}}
	seen := map[string]bool{}
	for i, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		codes, mark, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("faults.txt:%d: no codes", i+1)
		}
		text, places := marked(t, unescape.Replace(mark))
		want := rule.Bool
		if first, rest, _ := strings.Cut(codes, " "); first == "any" {
			codes, want = rest, rule.Invalid
		} else if k, ok := rule.ParseKind(first); ok {
			codes, want = rest, k
		}
		e, faults := read(text, want)

		var gotCodes []string
		var got [][2]int
		for _, d := range faults {
			gotCodes = append(gotCodes, strings.TrimPrefix(d.Code, "rule-"))
			got = append(got, [2]int{d.Span.Start, d.Span.End})
			seen[d.Code] = true
			for _, r := range d.Related {
				seen[r.Code] = true
			}
		}
		if strings.Join(gotCodes, " ") != codes || !slices.Equal(got, places) {
			t.Errorf("faults.txt:%d: %s\n want %s at %v\n  got %s at %v", i+1, text, codes, places, strings.Join(gotCodes, " "), got)
		}
		if faults.HasErrors() && e.Valid() {
			t.Errorf("faults.txt:%d: %s: is valid, with errors", i+1, text)
		}
		for l, b := range rendered {
			b.WriteString("──\n")
			if err := faults.WriteText(b, diag.TextOptions{Lang: l}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for l, b := range rendered {
		golden(t, "faults."+string(l)+".txt", b.String())
	}
	for _, id := range diag.Catalogue.IDs(lang.SV, "rule-") {
		if !strings.Contains(id, ".") && !seen[id] {
			t.Errorf("faults.txt has no rule with the fault %s", id)
		}
	}
}

// unescape lets a line of the fixture hold what a line or an editor cannot.
var unescape = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00", `\ring`, "\u030a", `\zwsp`, "\u200b",
	`\xff`, "\xff", `\deep`, strings.Repeat("-", rule.MaxDepth), `\long`, strings.Repeat("x", rule.MaxLength), `\\`, `\`)

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	w, g := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			t.Fatalf("%s:%d differs (go test -update writes it anew):\n%s", path, i+1, strings.Join(g[i:min(i+12, len(g))], "\n"))
		}
	}
	t.Fatalf("%s has more than was written", path)
}
