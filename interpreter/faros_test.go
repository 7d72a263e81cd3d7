package interpreter_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// recorded is FAROS as it was when the decisions in testdata/recorded were made. It is kept as it was, so that what
// is compared is the interpreter and not the model.
var recorded = sync.OnceValue(func() *interpreter.Set {
	var faults diag.List
	set := dsl.Load(dsl.ReadDir(filepath.Join("testdata", "recorded", "workflows"), &faults))
	if faults = append(faults, set.Faults...); faults.HasErrors() {
		panic(faults[0].Message(lang.EN))
	}
	return interpreter.NewSet(set)
})

func faros() *interpreter.Program { return recorded().Versions("faros")[0] }

// record is a decision that was once made: the case, what was asked, and the answer with its reasons.
type record struct {
	Query struct {
		Model   string    `json:"model"`
		Version string    `json:"version"`
		Lang    lang.Lang `json:"lang"`
	} `json:"query"`
	Case     json.RawMessage `json:"case"`
	Decision json.RawMessage `json:"decision"`
}

func (r record) query() interpreter.Query {
	today, _ := calendar.Of(2026, 3, 1)
	return interpreter.Query{Model: r.Query.Model, Version: r.Query.Version, Lang: r.Query.Lang, Today: today, Explain: true}
}

// records reads testdata/recorded, by the names of the files.
func records(t testing.TB) map[string]record {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "recorded", "*.json"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d records, %v", len(files), err)
	}
	out := map[string]record{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r record
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = r
	}
	return out
}

// facts returns what the recorded case says, laid out for FAROS, and the day it asks about.
func (r record) facts(t testing.TB) (*interpreter.Facts, calendar.Day) {
	t.Helper()
	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource("case.json", string(r.Case)), &faults)
	f := c.Bind(faros(), nil, &faults)
	if faults.HasErrors() {
		t.Fatal(render(t, faults, lang.EN))
	}
	return f, r.query().Day(c)
}

func TestARecordedDecisionIsMadeAgain(t *testing.T) {
	for name, r := range records(t) {
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource(name, string(r.Case)), &faults)
		d := recorded().Decide(c, r.query(), &faults)
		if d == nil {
			t.Fatal(render(t, faults, lang.EN))
		}
		var err error
		if r.Decision, err = json.Marshal(d); err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("recorded", filepath.Base(name)), text.String())
	}
}
