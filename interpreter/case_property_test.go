package interpreter_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// drawFacts draws something to say of every fact: nothing, that nobody knows, or a value of its type.
func drawFacts(t *rapid.T) *interpreter.Facts {
	f := everyType.NewFacts()
	for i, fact := range everyType.Model().Facts {
		switch rapid.SampledFrom([]string{"known", "known", "known", "unobtainable", ""}).Draw(t, fact.ID) {
		case "":
			continue
		case "unobtainable":
			f.SetUnobtainable(i)
			continue
		}
		switch typ := fact.Type; typ.Kind {
		case rule.Bool:
			f.SetBool(i, rapid.Bool().Draw(t, "bool"))
		case rule.Int:
			f.SetInt(i, rapid.Int64Range(int64(typ.Min), int64(typ.Max)).Draw(t, "int"))
		case rule.Number:
			f.SetNumber(i, rapid.Float64Range(typ.Min, typ.Max).Draw(t, "number"))
		case rule.Enum:
			f.SetEnum(i, rapid.IntRange(0, len(typ.Values)-1).Draw(t, "enum"))
		case rule.Set:
			f.SetSet(i, rapid.SliceOfNDistinct(rapid.IntRange(0, len(typ.Values)-1), 0, min(len(typ.Values), 200), rapid.ID[int]).Draw(t, "set"))
		case rule.Text:
			f.SetText(i, norm.NFC.String(rapid.StringN(0, 50, 1000).Draw(t, "text")))
		default:
			f.SetDay(i, calendar.Day(rapid.Int32Range(int32(calendar.MinDay), int32(calendar.MaxDay)).Draw(t, "day")))
		}
	}
	return f
}

// caseOf says what f knows.
func caseOf(f *interpreter.Facts) *interpreter.Case {
	c := interpreter.NewCase("")
	for i, fact := range everyType.Model().Facts {
		if f.Known(i) || f.IsUnobtainable(i) {
			c.Set(fact.ID, f.Value(i))
		}
	}
	return c
}

// tomlOf writes a case as TOML.
func tomlOf(t *rapid.T, c *interpreter.Case) string {
	text := func(s string) string {
		var out strings.Builder
		for _, r := range s {
			if r == '"' || r == '\\' || r < ' ' || r == 0x7f {
				fmt.Fprintf(&out, `\u%04x`, r)
			} else {
				out.WriteRune(r)
			}
		}
		return `"` + out.String() + `"`
	}
	var facts, unobtainable strings.Builder
	for _, name := range c.Names() {
		v, _ := c.Get(name)
		key := text(name)
		switch v := v.(type) {
		case nil:
			unobtainable.WriteString(key + ", ")
		case string:
			facts.WriteString(key + " = " + text(v) + "\n")
		case float64:
			s := fmt.Sprintf("%v", v)
			if !strings.ContainsAny(s, ".e") {
				s += ".0"
			}
			facts.WriteString(key + " = " + s + "\n")
		case []string:
			facts.WriteString(key + " = [")
			for _, s := range v {
				facts.WriteString(text(s) + ", ")
			}
			facts.WriteString("]\n")
		default: // a day as a date or as a text
			s := fmt.Sprint(v)
			if _, ok := v.(calendar.Day); ok && rapid.Bool().Draw(t, "quoted") {
				s = text(s)
			}
			facts.WriteString(key + " = " + s + "\n")
		}
	}
	return "unobtainable = [" + unobtainable.String() + "]\n[facts]\n" + facts.String()
}

func TestWhatACaseSaysIsWhatItsFactsKnow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawFacts(t)
		c := caseOf(want)
		same := func(form string, c *interpreter.Case, faults diag.List) {
			got := c.Bind(everyType, nil, &faults)
			if len(faults) > 0 {
				var out strings.Builder
				faults.WriteText(&out, diag.TextOptions{Lang: lang.EN})
				t.Fatalf("%s:\n%s", form, out.String())
			}
			if a, b := values(want), values(got); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s: got %v\nwant %v", form, b, a)
			}
		}
		same("by code", c, nil)
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var faults diag.List
		same("JSON", interpreter.ReadCase(diag.NewSource("-", string(data)), &faults), faults)
		faults = nil
		same("TOML", interpreter.ReadCase(diag.NewSource("a.toml", tomlOf(t, c)), &faults), faults)
	})
}

// Every proper start of a case is no case: a file that was cut off is never taken for a whole one.
func TestACaseThatIsCutOffIsRefused(t *testing.T) {
	text := strings.TrimPrefix(wholeCase["arende.json"], "\ufeff")
	for i := range len(text) {
		var faults diag.List
		interpreter.ReadCase(diag.NewSource("-", text[:i]), &faults)
		if !faults.HasErrors() {
			t.Errorf("%q is read as a whole case", text[:i])
		}
	}
}

func FuzzReadCase(f *testing.F) {
	for name, text := range wholeCase {
		f.Add(strings.HasSuffix(name, ".toml"), text)
	}
	for _, c := range caseFaults {
		text, _ := unmark(c.text)
		f.Add(strings.HasPrefix(c.name, "TOML:"), text)
	}
	f.Fuzz(func(t *testing.T, toml bool, text string) {
		name := "arende.json"
		if toml {
			name = "arende.toml"
		}
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource(name, text), &faults)
		whole := !faults.HasErrors()
		c.Bind(everyType, elsewhere, &faults)
		for _, d := range faults {
			places := []diag.Span{d.Span}
			for _, r := range d.Related {
				places = append(places, r.Span)
			}
			for _, s := range places {
				if s.Source == nil || s.Start < 0 || s.Start > s.End || s.End > len(text) {
					t.Errorf("%s at %d-%d of %d bytes", d.Code, s.Start, s.End, len(text))
				}
			}
			for _, l := range lang.All {
				if m := d.Message(l); strings.HasPrefix(m, "[") || strings.Contains(m, "<no value>") {
					t.Errorf("%s: %s", d.Code, m)
				}
			}
		}
		render(t, faults, lang.SV)
		if whole && !toml && !json.Valid([]byte(strings.TrimPrefix(text, "\ufeff"))) {
			t.Errorf("no JSON, and read as a case: %q", text)
		}
		if !whole {
			return
		}
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatalf("%v: a case that was read cannot be written", err)
		}
		var again diag.List
		back := interpreter.ReadCase(diag.NewSource("-", string(data)), &again)
		if len(again) > 0 {
			if len(data) > interpreter.MaxCaseBytes {
				return
			}
			t.Fatalf("%s is not read back:\n%s", data, render(t, again, lang.EN))
		}
		twice, err := json.Marshal(back)
		if err != nil || string(twice) != string(data) {
			t.Errorf("written as %s\nthen as    %s (%v)", data, twice, err)
		}
	})
}
