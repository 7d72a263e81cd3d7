package interpreter_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// scribble writes cases as JSON in every way that is legal, and in some that are not.
type scribble struct{ t *rapid.T }

func (s scribble) one(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(s.t, label)
}

// odds is true once in n times.
func (s scribble) odds(label string, n int) bool { return rapid.IntRange(1, n).Draw(s.t, label) == n }

func (s scribble) space() string { return s.one("space", "", "", "", " ", "\n\t", "\r\n") }

// text writes a text, now and then decomposed or with escapes.
func (s scribble) text(v string) string {
	switch rapid.IntRange(0, 9).Draw(s.t, "writing") {
	case 0:
		v = norm.NFD.String(v)
	case 1:
		var b strings.Builder
		for _, u := range v {
			fmt.Fprintf(&b, `\u%04x`, u&0xffff)
		}
		return `"` + b.String() + `"`
	}
	return strconv.Quote(v)
}

// odd are values that few facts can have.
var odd = []string{
	"null", "true", "0", "-0", "1.0", "1e3", "1e999", "-1e-400", "41", "24.5", "9007199254740993", "-9223372036854775808", "9223372036854775808",
	strings.Repeat("1", 101), `""`, `"ja"`, `"åter"`, `"kanske"`, `"2026-02-29"`, `"2026-3-01"`, `"\ud800"`, `"\u0000"`, "\"\xff\"", "[]", `[1]`, `[null]`, `["praktik", "praktik"]`,
	`["praktik", "vård"]`, `[["praktik"]]`, "{}", `{"a": 1}`, `"` + strings.Repeat("å", 2049) + `"`, "tru", "01", "+1", "'a'",
	codes(199), codes(200), codes(201), "[" + strings.Repeat(`"v1",`, 2000) + `"v1"]`,
}

// codes writes so many different values of a large set.
func codes(n int) string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf(`"v%d"`, i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (s scribble) value(f *dsl.Fact) string {
	if s.odds("odd", 8) {
		return s.one("value", odd...)
	}
	switch f.Type.Kind {
	case rule.Bool:
		return s.one("bool", "true", "false")
	case rule.Int:
		return strconv.FormatInt(rapid.Int64Range(int64(f.Type.Min), int64(f.Type.Max)).Draw(s.t, "int"), 10)
	case rule.Number:
		return strconv.FormatFloat(rapid.Float64Range(f.Type.Min, f.Type.Max).Draw(s.t, "number"), 'g', -1, 64)
	case rule.Enum:
		return s.text(s.one("enum", f.Type.Values...))
	case rule.Set:
		var items []string
		for _, v := range rapid.SliceOfNDistinct(rapid.SampledFrom(f.Type.Values), 0, 3, rapid.ID).Draw(s.t, "set") {
			items = append(items, s.text(v))
		}
		return "[" + s.space() + strings.Join(items, ","+s.space()) + s.space() + "]"
	case rule.Text:
		return s.text(rapid.StringN(0, 12, 40).Draw(s.t, "text"))
	default:
		return s.text(rapid.SampledFrom(saidDays).Draw(s.t, "day").String())
	}
}

// fact picks a fact of any model.
func (s scribble) fact(set *interpreter.Set) *dsl.Fact {
	p := rapid.SampledFrom(set.Programs()).Draw(s.t, "model")
	return rapid.SampledFrom(p.Model().Facts).Draw(s.t, "fact")
}

func (s scribble) name(f *dsl.Fact) string {
	if s.odds("unknown", 40) {
		return s.one("name", `"samtyke"`, `"Timmar"`, `""`, `"id"`)
	}
	return s.text(f.ID)
}

// members joins what stands in a table, or in a list.
func (s scribble) members(members []string) string {
	return s.space() + strings.Join(members, s.space()+","+s.space()) + s.space()
}

func (s scribble) member(name, value string) string {
	return name + s.space() + ":" + s.space() + value
}

func (s scribble) caseText(set *interpreter.Set) string {
	part := map[string]func() string{
		"id": func() string {
			return s.one("id", `"k1"`, `"ärende 1"`, `"\u00e4"`, `""`, `"a\nb"`, "7", `"`+strings.Repeat("å", 200)+`"`)
		},
		"at": func() string { return s.one("at", `"2026-03-01"`, `"2021-01-0\u0031"`, `"2026-02-30"`, "null") },
		"facts": func() string {
			var facts []string
			seen := map[string]bool{}
			for range rapid.IntRange(0, 8).Draw(s.t, "facts") {
				f := s.fact(set)
				if !seen[f.ID] || s.odds("twice", 20) {
					facts = append(facts, s.member(s.name(f), s.value(f)))
				}
				seen[f.ID] = true
			}
			return "{" + s.members(facts) + "}"
		},
		"unobtainable": func() string {
			var names []string
			for range rapid.IntRange(0, 2).Draw(s.t, "unobtainable") {
				names = append(names, s.name(s.fact(set)))
			}
			return "[" + s.members(names) + "]"
		},
	}
	var keys []string
	for _, key := range rapid.Permutation([]string{"id", "at", "facts", "unobtainable"}).Draw(s.t, "keys") {
		if key == "facts" || !s.odds("without", 2) {
			keys = append(keys, s.member(s.text(key), part[key]()))
		}
		if s.odds("key twice", 60) {
			keys = append(keys, s.member(s.text(key), part[key]()))
		}
	}
	text := s.space() + "{" + s.members(keys) + "}" + s.space()
	if s.odds("mark", 20) {
		text = "\ufeff" + text
	}
	return text
}

// mutated changes some bytes of a text.
func (s scribble) mutated(text string) string {
	b := []byte(text)
	for range rapid.IntRange(1, 3).Draw(s.t, "mutations") {
		if len(b) == 0 {
			break
		}
		at := rapid.IntRange(0, len(b)-1).Draw(s.t, "at")
		switch rapid.IntRange(0, 3).Draw(s.t, "how") {
		case 0:
			b = append(b[:at], b[at+1:]...)
		case 1:
			b[at] = rapid.SampledFrom([]byte(" ,:\"\\{}[]0e-.tn\x00\xff\xc3")).Draw(s.t, "byte")
		case 2:
			b = append(b[:at], append([]byte{b[at]}, b[at:]...)...)
		default:
			b = b[:at]
		}
	}
	return string(b)
}

func TestAReaderAndTheSlowWayAgree(t *testing.T) {
	readers := map[int]*interpreter.Reader{}
	every := everyAsked()
	for i, a := range every {
		readers[i] = newReader(t, a.set, a.version, a.models...) // also what a case leaves behind must not show
	}
	taken, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := scribble{t}
		i := rapid.IntRange(0, len(every)-1).Draw(t, "asked")
		text := s.caseText(atOdds)
		if s.odds("mutated", 4) {
			text = s.mutated(text)
		}
		if wrong := every[i].readsAlike(readers[i], text); wrong != "" {
			t.Fatalf("%v of version %q, %q: %s", every[i].models, every[i].version, text, wrong)
		}
		if readers[i].ReadJSON([]byte(text)) {
			taken++
		} else {
			refused++
		}
	})
	if (taken == 0 || refused == 0) && !testing.Short() {
		t.Errorf("%d taken, %d refused: the cases show nothing", taken, refused)
	}
}

func TestAReaderTakesForEveryFactWhatTheSlowWayTakes(t *testing.T) {
	for _, a := range everyAsked() {
		r := newReader(t, a.set, a.version, a.models...)
		try := func(text string) {
			if wrong := a.readsAlike(r, text); wrong != "" {
				t.Errorf("%v of version %q, %q: %s", a.models, a.version, text, wrong)
			}
		}
		for _, p := range atOdds.Programs() {
			for _, f := range p.Model().Facts {
				for _, v := range odd {
					try(fmt.Sprintf(`{"facts": {%q: %s}}`, f.ID, v))
				}
				for _, v := range []string{"null", "true"} {
					try(fmt.Sprintf(`{"facts": {%q: %s}, "unobtainable": [%q]}`, f.ID, v, f.ID))
					try(fmt.Sprintf(`{"unobtainable": [%q], "facts": {%q: %s}}`, f.ID, f.ID, v))
					try(fmt.Sprintf(`{"facts": {%q: %s, %q: %s}}`, f.ID, v, f.ID, v))
				}
				try(fmt.Sprintf(`{"unobtainable": [%q, %q]}`, f.ID, f.ID))
			}
		}
	}
}

// Whatever facts are called, each is told from all others, and from what is none.
func TestAReaderKnowsEveryNameAndNoOther(t *testing.T) {
	names := rapid.StringMatching(`a{8}[ab]{1,2}a{8}|[ab]{1,9}å?`) // many that begin and end alike
	rapid.Check(t, func(t *rapid.T) {
		m := &dsl.Model{ID: "prov", Version: "1"}
		for i, id := range rapid.SliceOfNDistinct(names, 0, 60, rapid.ID).Draw(t, "facts") {
			m.Facts = append(m.Facts, &dsl.Fact{ID: id, Type: rule.Type{Kind: rule.Int, Max: 100}, Index: i})
		}
		set := interpreter.SetOf([]*interpreter.Program{interpreter.Compile(m)})
		var faults diag.List
		r := set.NewReader([]string{"prov"}, "", &faults)
		for i, f := range m.Facts {
			if !r.ReadJSON(fmt.Appendf(nil, `{"facts": {%q: %d}}`, f.ID, i)) {
				t.Fatalf("%s is refused", f.ID)
			}
			if _, facts, _ := r.Answering(0, interpreter.Query{}); facts.Value(i) != int64(i) {
				t.Fatalf("%s is taken for another fact", f.ID)
			}
		}
		for _, name := range rapid.SliceOf(names).Draw(t, "names") {
			if r.ReadJSON(fmt.Appendf(nil, `{"unobtainable": [%q]}`, name)) != set.Declares(name) {
				t.Fatalf("%s is not told from others", name)
			}
		}
	})
}

// FuzzReader holds the fast reading of any text to what the slow one makes of it.
func FuzzReader(f *testing.F) {
	f.Add(wholeCase["arende.json"])
	for _, c := range caseFaults {
		text, _ := unmark(c.text)
		f.Add(text)
	}
	for _, line := range cohortLines()[:20] {
		f.Add(string(line))
	}
	every := append(everyAsked(), asked{shipped(), shipped().IDs(), ""})
	var readers []*interpreter.Reader
	for _, a := range every {
		readers = append(readers, newReader(f, a.set, a.version, a.models...))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, a := range every {
			if wrong := a.readsAlike(readers[i], text); wrong != "" {
				t.Errorf("%v of version %q, %q: %s", a.models, a.version, text, wrong)
			}
		}
	})
}
