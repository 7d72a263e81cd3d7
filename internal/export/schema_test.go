package export_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/export"
	"github.com/stegvis/stegvis/interpreter"
)

// compiled is the schema of the model, read by a library that knows JSON Schema.
func compiled(t testing.TB, r export.Request) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(inForm(t, "jsonschema", r)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("case.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("case.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fits(t fataler, s *jsonschema.Schema, text string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Errorf("%v", err)
	}
	return s.Validate(v)
}

func TestTheExampleCasesFitTheSchemaOfFAROS(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "cases", "*.json"))
	if err != nil || len(files) < 5 {
		t.Fatalf("there are %d cases: %v", len(files), err)
	}
	for _, r := range requests(shipped(t)) {
		if r.Model.Model().ID != "faros" {
			continue
		}
		s := compiled(t, r)
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := fits(t, s, string(text)); err != nil {
				t.Errorf("%s in %s: %v", filepath.Base(name), r.Lang, err)
			}
		}
		for _, bad := range []string{
			`{"fact": {}}`, `{"facts": {"timmar": 1}}`, `{"facts": {"timmar_per_vecka": 400}}`, `{"facts": {"beredning_beslut": "nej"}}`,
			`{"facts": {"samverkan_start": "2026-02-30"}}`, `{"unobtainable": ["timmar"]}`, `{"at": 1}`, `[]`,
		} {
			if fits(t, s, bad) == nil {
				t.Errorf("the schema lets through %s", bad)
			}
		}
	}
}

// values are what a fact of the kind may be given, rightly and wrongly; nothing beyond what a schema can tell.
func values(t *rapid.T, f *dsl.Fact) string {
	some := []string{"null", "true", "1", "2.5", "-1", `"x"`, `"2026-03-01"`, `"2026-02-30"`, `"2026-3-1"`, "[]", "{}", "1000000", `[1]`, `""`, "[null]"}
	for _, v := range f.Type.Values {
		some = append(some, `"`+v+`"`, `["`+v+`"]`, `["`+v+`", "`+v+`"]`, `["`+f.Type.Values[0]+`", "`+v+`"]`)
	}
	if f.Type.Kind == rule.Int || f.Type.Kind == rule.Number {
		for _, n := range []float64{f.Type.Min, f.Type.Max, f.Type.Min - 1, f.Type.Max + 1, (f.Type.Min + f.Type.Max) / 2} {
			b, _ := json.Marshal(n)
			some = append(some, string(b))
		}
	}
	return rapid.SampledFrom(some).Draw(t, f.ID)
}

// What the schema lets through can be read, and what can be read the schema lets through.
func TestTheSchemaAndTheReadingAgree(t *testing.T) {
	for _, r := range requests(fixtures(t)) {
		if r.Lang != lang.EN {
			continue
		}
		s, m := compiled(t, r), r.Model.Model()
		set := fixtures(t)
		t.Run(fileOf(r), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var parts []string
				for _, f := range m.Facts {
					if rapid.IntRange(0, 3).Draw(t, "asked") == 0 {
						parts = append(parts, `"`+f.ID+`": `+values(t, f))
					}
				}
				text := `{"facts": {` + strings.Join(parts, ", ") + `}}`
				var faults diag.List
				c := interpreter.ReadCase(diag.NewSource("case.json", text), &faults)
				if c != nil {
					today, _ := calendar.Parse("2026-03-01")
					set.Decide(c, interpreter.Query{Model: m.ID, Version: m.Version, Today: today, Lang: lang.EN}, &faults)
				}
				err := fits(t, s, text)
				if faults.HasErrors() == (err == nil) {
					t.Errorf("%s: the schema says %v, the reading %v", text, err, faults.Summary(lang.EN))
				}
			})
		})
	}
}
