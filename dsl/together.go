package dsl

import (
	"sort"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// refuseDuplicates reports files that claim to be the same thing. None of them can be trusted to be the one that
// is meant, so that all of them fail.
func (l *loader) refuseDuplicates() {
	type claim struct{ id, version string }
	first := map[claim]*unit{}
	check := func(u *unit, c claim, code string) {
		if !u.id.present {
			return
		}
		was, taken := first[c]
		if !taken {
			first[c] = u
			return
		}
		fault := u.faults.Error(u.id.span, code, diag.Args{"ID": c.id, "Version": c.version}).With(was.id.span, "first-here", nil)
		was.shared = append(was.shared, fault)
	}
	vocabularies := map[string]*unit{}
	for _, v := range l.vocabularies {
		check(v, claim{v.id.text, ""}, "duplicate-vocabulary")
		vocabularies[v.id.text] = v
	}
	overlays := map[string]*unit{}
	for _, o := range l.overlays {
		check(o.unit, claim{o.id.text, "\x00overlay"}, "duplicate-overlay")
		overlays[o.id.text] = o.unit
		if v := vocabularies[o.id.text]; v != nil && o.id.present {
			o.faults.Error(o.id.span, "name-taken", diag.Args{"ID": o.id.text}).With(v.id.span, "first-here", nil)
		}
	}
	for _, d := range l.models {
		if o := overlays[d.id.text]; o != nil && d.id.present {
			d.faults.Error(d.id.span, "name-taken", diag.Args{"ID": d.id.text}).With(o.id.span, "first-here", nil)
		}
		if d.version.present {
			check(d.unit, claim{d.id.text, d.version.text}, "duplicate-model")
		}
		if v := vocabularies[d.id.text]; v != nil && d.id.present {
			d.faults.Error(d.id.span, "model-named-as-vocabulary", diag.Args{"ID": d.id.text}).With(v.id.span, "first-here", nil)
		}
	}
}

// warnSameDay warns of versions of a model that come into force on the same day: only one of them can apply.
func (l *loader) warnSameDay() {
	type day struct {
		id  string
		day calendar.Day
	}
	first := map[day]*draft{}
	for _, d := range l.models {
		if !d.id.present || !d.hasDay {
			continue
		}
		k := day{d.id.text, d.m.InForce}
		was := first[k]
		if was == nil {
			first[k] = d
			continue
		}
		if was.version.text != d.version.text {
			d.faults.Warn(d.head.Table.Get("in_force").Span, "same-day", diag.Args{
				"ID": d.id.text, "First": was.version.text, "Second": d.version.text,
			}).With(was.head.Table.Get("in_force").Span, "first-here", nil)
		}
	}
}

// refuseConflicts reports facts of one name and different types. One case can be put through every model, so that
// a name must mean one thing in all of them. Versions of one model may differ in the values of a fact, not in
// its kind. The vocabularies go first, then the models, each by the names of their files.
func (l *loader) refuseConflicts() {
	type declaration struct {
		fact  *Fact
		model string
	}
	first := map[string]declaration{}
	check := func(u *unit, f *Fact, model string) {
		if f.Type.Kind == rule.Invalid {
			return
		}
		was, seen := first[f.ID]
		if !seen {
			first[f.ID] = declaration{f, model}
			return
		}
		code := ""
		switch a, b := was.fact.Type, f.Type; {
		case a.Kind != b.Kind:
			code = "fact-conflict"
		case was.model != model && !sameValues(a.Values, b.Values):
			code = "values-conflict"
		default:
			return
		}
		u.faults.Error(f.Span, code, diag.Args{
			"ID": f.ID, "Type": f.Type.Kind.String(), "First": was.fact.Type.Kind.String(),
		}).With(was.fact.Span, "first-here", nil)
	}
	for _, v := range l.vocabularies {
		if len(v.users) == 0 {
			continue
		}
		for _, f := range v.facts.all() {
			check(v, f, "")
		}
	}
	for _, d := range l.models {
		for _, f := range d.facts.all() {
			if !f.Shared {
				check(d.unit, f, d.id.text)
			}
		}
	}
}

func sameValues(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	a, b = append([]string{}, a...), append([]string{}, b...)
	sort.Strings(a)
	sort.Strings(b)
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
