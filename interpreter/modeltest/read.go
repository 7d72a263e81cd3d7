package modeltest

import (
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
	root := r.open(f.Root, "*_test.toml", "test", "case", "journey")
	if head := root.Sub("test"); head != nil {
		h := r.open(head, "[test]", "of", "version")
		s.Model = h.Text("of", true)
		s.Version = h.Text("version", false)
	}
	for _, v := range root.List("case") {
		t := r.open(v, "[[case]]", "id", "title", "at", "facts", "unobtainable", "expect")
		test := r.test(t)
		test.Days = []*Day{r.day(t, nil)}
		s.Tests = append(s.Tests, test)
	}
	for _, v := range root.List("journey") {
		t := r.open(v, "[[journey]]", "id", "title", "day")
		test := r.test(t)
		var before *Day
		for _, d := range t.List("day") {
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

func (r *reader) open(t *syntax.Table, label string, known ...string) syntax.Strict {
	return t.Open(label, r.faults, known...)
}

func (r *reader) test(v syntax.Strict) *Test {
	t := &Test{ID: v.Text("id", true), Title: v.Text("title", false), Span: v.Header}
	if x := v.Get("id"); x != nil && t.ID != "" {
		if first, twice := r.ids[t.ID]; twice {
			r.faults.Error(x.Span, "test-id-twice", diag.Args{"Test": t.ID}).With(first, "first-here", nil)
		}
		r.ids[t.ID] = x.Span
	}
	return t
}

// day reads a single case, or a day of a journey that adds to what was known the day before.
func (r *reader) day(v syntax.Strict, before *Day) *Day {
	d := &Day{Case: interpreter.NewCase(""), span: v.Header, end: v.Header}
	if n := len(v.Entries); n > 0 {
		d.end = v.Entries[n-1].Value.Span
	}
	if before != nil {
		d.Case = before.Case.Clone()
	}
	if x := v.Value("at", syntax.Date, true); x != nil {
		day, ok := calendar.Of(x.Date[0], x.Date[1], x.Date[2])
		if !ok {
			r.faults.Error(x.Span, "not-a-date", diag.Args{"Key": "at", "Table": v.Label})
		}
		if before != nil && day < before.At {
			r.faults.Error(x.Span, "test-day-before", diag.Args{"Day": before.At.String()})
		}
		d.At = day
	}
	if x := v.Value("forget", syntax.Array, false); x != nil {
		for _, item := range x.Items {
			switch _, known := d.Case.Get(item.String); {
			case item.Kind != syntax.String:
				r.faults.Error(item.Span, "not-a-text", diag.Args{"Key": "forget", "Table": v.Label})
			case !known:
				r.faults.Error(item.Span, "test-forgets-unknown", diag.Args{"Name": item.String})
			default:
				d.Case.Forget(item.String)
			}
		}
	}
	d.Case.AddTOML(v.Value("facts", syntax.TableKind, false), v.Value("unobtainable", syntax.Array, false), r.faults)
	d.expect = v.Value("expect", syntax.TableKind, false)
	d.needs = v.Get("expect") == nil || d.expect != nil && len(d.expect.Table.Entries) == 0
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
		x := v.Get(k.name)
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
