package modeltest

import (
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/interpreter"
)

// Read reads a test file. What is wrong with its form is told in faults, all at once; names of steps and facts are
// checked when it runs, since only then is it known which version of the model answers.
func Read(f *syntax.File, faults *diag.List) *Suite {
	r := &reader{faults: faults, ids: map[string]diag.Span{}}
	s := &Suite{File: f}
	root := r.open(f.Root, "", "test", "case", "journey")
	if head := root.table("test"); head != nil {
		h := r.open(head, "[test]", "of", "version")
		s.Model = h.text("of", true)
		s.Version = h.text("version", false)
	}
	for _, v := range root.tables("case") {
		t := r.open(v, "[[case]]", "id", "title", "at", "facts", "unobtainable", "expect")
		test := r.test(t)
		test.Days = []*Day{r.day(t, nil)}
		s.Tests = append(s.Tests, test)
	}
	for _, v := range root.tables("journey") {
		t := r.open(v, "[[journey]]", "id", "title", "day")
		test := r.test(t)
		var before *Day
		for _, d := range t.tables("day") {
			day := r.day(r.open(d, "[[journey.day]]", "at", "facts", "unobtainable", "forget", "expect"), before)
			test.Days = append(test.Days, day)
			before = day
		}
		if len(test.Days) == 0 {
			faults.Error(v.Header, "test-no-days", diag.Args{"Test": test.ID})
		}
		s.Tests = append(s.Tests, test)
	}
	return s
}

type reader struct {
	faults *diag.List
	ids    map[string]diag.Span
}

// view is a table that is read strictly: keys that it cannot have were reported when it was opened.
type view struct {
	r     *reader
	t     *syntax.Table
	label string
}

func (r *reader) open(t *syntax.Table, label string, known ...string) view {
	for _, e := range t.Entries {
		if !has(known, e.Name) {
			in := label
			if in == "" {
				in = "*_test.toml"
			}
			r.faults.Error(e.Key, "unknown-key", diag.Args{
				"Key": e.Name, "Table": in, "Near": diag.Suggest(e.Name, known), "Known": strings.Join(known, ", "),
			})
		}
	}
	return view{r, t, label}
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// of returns the value of key if it has the kind; a wrong one, and a missing one that must be there, are reported.
func (v view) of(key string, kind syntax.Kind, must bool, code string) *syntax.Value {
	x := v.t.Get(key)
	switch {
	case x == nil && must:
		v.r.faults.Error(v.t.Header, "missing-key", diag.Args{"Key": key, "Table": v.label})
	case x != nil && x.Kind != kind:
		v.r.faults.Error(x.Span, code, diag.Args{"Key": key, "Table": v.label})
		return nil
	}
	return x
}

func (v view) text(key string, must bool) string {
	if x := v.of(key, syntax.String, must, "not-a-text"); x != nil {
		return x.String
	}
	return ""
}

func (v view) table(key string) *syntax.Table {
	if x := v.of(key, syntax.TableKind, false, "not-a-table"); x != nil {
		return x.Table
	}
	return nil
}

func (v view) tables(key string) []*syntax.Table {
	x := v.of(key, syntax.Array, false, "not-tables")
	if x == nil {
		return nil
	}
	var out []*syntax.Table
	for _, item := range x.Items {
		if item.Kind != syntax.TableKind {
			v.r.faults.Error(item.Span, "not-tables", diag.Args{"Key": key, "Table": "[[" + key + "]]"})
			continue
		}
		out = append(out, item.Table)
	}
	return out
}

func (r *reader) test(v view) *Test {
	t := &Test{ID: v.text("id", true), Title: v.text("title", false), Span: v.t.Header}
	if x := v.t.Get("id"); x != nil && t.ID != "" {
		if first, twice := r.ids[t.ID]; twice {
			r.faults.Error(x.Span, "test-id-twice", diag.Args{"Test": t.ID}).With(first, "first-here", nil)
		}
		r.ids[t.ID] = x.Span
	}
	return t
}

// day reads a single case, or a day of a journey that adds to what was known the day before.
func (r *reader) day(v view, before *Day) *Day {
	d := &Day{Case: interpreter.NewCase(""), span: v.t.Header, end: v.t.Header}
	if n := len(v.t.Entries); n > 0 {
		d.end = v.t.Entries[n-1].Value.Span
	}
	if before != nil {
		d.Case = before.Case.Clone()
	}
	if x := v.of("at", syntax.Date, true, "not-a-date"); x != nil {
		day, ok := calendar.Of(x.Date[0], x.Date[1], x.Date[2])
		if !ok {
			r.faults.Error(x.Span, "not-a-date", diag.Args{"Key": "at", "Table": v.label})
		}
		if before != nil && day < before.At {
			r.faults.Error(x.Span, "test-day-before", diag.Args{"Day": before.At.String()})
		}
		d.At = day
	}
	if x := v.of("forget", syntax.Array, false, "not-a-list"); x != nil {
		for _, item := range x.Items {
			switch _, known := d.Case.Get(item.String); {
			case item.Kind != syntax.String:
				r.faults.Error(item.Span, "not-a-text", diag.Args{"Key": "forget", "Table": v.label})
			case !known:
				r.faults.Error(item.Span, "test-forgets-unknown", diag.Args{"Name": item.String})
			default:
				d.Case.Forget(item.String)
			}
		}
	}
	d.Case.AddTOML(v.of("facts", syntax.TableKind, false, "not-a-table"), v.of("unobtainable", syntax.Array, false, "not-a-list"), r.faults)
	d.expect = v.of("expect", syntax.TableKind, false, "not-a-table")
	d.needs = v.t.Get("expect") == nil || d.expect != nil && len(d.expect.Table.Entries) == 0
	if d.expect != nil {
		r.expect(d)
	}
	return d
}

// expect reads an expectation.
func (r *reader) expect(d *Day) {
	v := r.open(d.expect.Table, "expect", keyNames()...)
	for i := range keys {
		k := &keys[i]
		x := v.t.Get(k.name)
		if x == nil {
			continue
		}
		want, ok := r.answer(x, k.shape, k.nested, k.name)
		if ok {
			d.Expect = append(d.Expect, expectation{key: k, want: want, value: x})
		}
	}
}

// answer reads what an expectation says under one key.
func (r *reader) answer(x *syntax.Value, want shape, nested bool, key string) (a answer, ok bool) {
	wrong := func(code string) (answer, bool) {
		r.faults.Error(x.Span, code, diag.Args{"Key": key, "Table": "expect"})
		return answer{}, false
	}
	switch want {
	case aList:
		if x.Kind != syntax.Array {
			return wrong("not-a-list")
		}
		a, ok = answer{shape: aList}, true
		for _, item := range x.Items {
			w, fine := r.answer(item, aWord, false, key)
			a.list, ok = append(a.list, w.word), ok && fine
		}
		return a, ok
	case aTable:
		if x.Kind != syntax.TableKind {
			return wrong("not-a-table")
		}
		a, ok = table(), true
		inner := aWord
		if nested {
			inner = aList
		}
		for _, e := range x.Table.Entries {
			w, fine := r.answer(e.Value, inner, false, e.Name)
			a.table[e.Name], ok = w, ok && fine
		}
		return a, ok
	}
	switch x.Kind {
	case syntax.String:
		return word(x.String), true
	case syntax.Date:
		day, fine := calendar.Of(x.Date[0], x.Date[1], x.Date[2])
		if fine {
			return word(day.String()), true
		}
	}
	return wrong("not-a-text")
}

// valid checks the names in an expectation against the model that answers.
func (k *key) valid(x *expectation, p *interpreter.Program, faults *diag.List) bool {
	var own diag.List
	k.check(x.want, x.value, p, &own)
	*faults = append(*faults, own...)
	return len(own) == 0
}

func (k *key) check(a answer, v *syntax.Value, p *interpreter.Program, faults *diag.List) {
	switch a.shape {
	case aWord:
		k.values.check(a.word, v.Span, p, faults)
	case aList:
		for i, s := range a.list {
			k.values.check(s, v.Items[i].Span, p, faults)
		}
	case aTable:
		for _, e := range v.Table.Entries {
			k.keys.check(e.Name, e.Key, p, faults)
			k.check(a.table[e.Name], e.Value, p, faults)
		}
	}
}
