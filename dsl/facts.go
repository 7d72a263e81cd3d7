package dsl

import (
	"math"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// The bounds of what a fact can be declared as.
const (
	maxValues = 200  // values of an enum or a set
	maxBound  = 1e12 // size of a number, so that no arithmetic of rules can overflow
)

// readFact reads one [[fact]]. A fact whose type is faulty has the kind Invalid, which agrees with everything.
func (u *unit) readFact(r *fields) {
	id := r.id("id")
	f := &Fact{ID: id.text, Span: id.span}
	f.Type.Kind = r.factKind()
	f.Title = r.needText("title")
	if f.Type.Kind != rule.Event && f.Type.Kind != rule.Invalid {
		r.need("ask")
	}
	u.readUse(r, f)
	r.readValues(f)
	r.readRange(f)
	r.close()
	if !id.present {
		return
	}
	if rule.Reserved(id.text) {
		u.faults.Error(id.span, "reserved-name", diag.Args{"Name": id.text})
	}
	u.facts.add(&u.faults, id, f)
}

// readUse reads how a fact is asked for and who may see it: what a model can say otherwise of a shared fact.
func (u *unit) readUse(r *fields, f *Fact) {
	f.Ask = r.text("ask")
	f.Help = r.text("help")
	if w := r.name("ask_of"); w.present {
		f.AskOf, _ = find(u, u.actors, w, "unknown-actor")
	}
	f.SeenBy = findAll(u, r, "seen_by", u.actors, "unknown-actor")
	f.Origin = u.origin(r)
}

// factUse is what a model says otherwise than its vocabularies of a fact that it shares with other models.
type factUse struct{ fact, own *Fact }

// readUseTables reads [use.FACT]. What a fact means, its type and its title, is never otherwise: a case goes through
// every model.
func (d *draft) readUseTables() {
	table := d.single("use")
	if table == nil {
		return
	}
	for _, e := range table.table.Entries {
		if e.Value.Kind != syntax.TableKind {
			d.faults.Error(e.Value.Span, "not-a-table", diag.Args{"Key": e.Name, "Table": "[use]"})
			continue
		}
		r := d.fields(e.Value, "use."+e.Name)
		own := &Fact{}
		d.readUse(r, own)
		r.close()
		if len(r.table.Entries) == 0 && !r.table.Broken {
			d.faults.Error(e.Key, "use-of-nothing", diag.Args{"Name": e.Name})
		}
		f, ok := find(d.unit, d.facts, word{e.Name, e.Key, true}, "no-such-fact")
		switch {
		case !ok:
			continue
		case !f.Shared:
			d.faults.Error(e.Key, "use-of-own", diag.Args{"Name": e.Name}).With(f.Span, "declared-here", nil)
			continue
		}
		d.used[f.ID] = true
		d.ownUses = append(d.ownUses, factUse{f, own})
		replace := func(text, with *lang.Text) {
			if !with.IsZero() {
				*text = *with
			}
		}
		replace(&f.Ask, &own.Ask)
		replace(&f.Help, &own.Help)
		if own.AskOf != nil {
			f.AskOf = own.AskOf
		}
		if r.has("seen_by") {
			f.SeenBy = own.SeenBy
		}
		if own.Origin.Source != "" || !own.Origin.Interpretation.IsZero() {
			f.Origin = own.Origin
		}
	}
}

func (r *fields) factKind() rule.Kind {
	w := r.needWord("type")
	if !w.present {
		return rule.Invalid
	}
	k, ok := rule.ParseKind(w.text)
	if !ok {
		r.error(w.span, "unknown-type", diag.Args{
			"Text": w.text, "Near": diag.Suggest(w.text, rule.KindNames()), "Known": someOf(rule.KindNames()),
		})
	}
	return k
}

// only reads the value of a key that facts of some kinds have; on a fact of another kind it is reported.
func (r *fields) only(f *Fact, key string, want syntax.Kind, kinds ...rule.Kind) *syntax.Value {
	for _, k := range kinds {
		if f.Type.Kind == k {
			return r.of(key, want)
		}
	}
	if r.value(key) != nil && f.Type.Kind != rule.Invalid {
		r.error(r.table.Entry(key).Key, "key-of-another-type", diag.Args{
			"Key": key, "Type": f.Type.Kind.String(), "Kinds": kindList(kinds),
		})
	}
	return nil
}

func kindList(kinds []rule.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.String())
	}
	return strings.Join(quoted(names), ", ")
}

// readValues reads the values of an enum or a set: an inline table from id to label.
func (r *fields) readValues(f *Fact) {
	if f.Type.Kind == rule.Enum || f.Type.Kind == rule.Set {
		r.need("values")
	}
	v := r.only(f, "values", syntax.TableKind, rule.Enum, rule.Set)
	if v == nil {
		if f.Type.Kind == rule.Enum || f.Type.Kind == rule.Set {
			f.Type = rule.Type{} // what its values are cannot be told, so nothing is said about their use
		}
		return
	}
	switch n := len(v.Table.Entries); {
	case n == 0:
		r.error(v.Span, "no-values", nil)
	case n > maxValues:
		r.error(v.Table.Entries[maxValues].Key, "too-many-values", diag.Args{"Max": maxValues, "N": n})
	}
	for _, e := range v.Table.Entries {
		w := word{e.Name, e.Key, true}
		r.file.checkID(w)
		var label lang.Text
		if e.Value.Kind != syntax.String {
			r.error(e.Value.Span, "not-a-text", diag.Args{"Key": e.Name, "Table": "values"})
		} else {
			label.Set(r.file.lang, r.wordOf(e.Value, e.Name).text)
		}
		f.Type.Values = append(f.Type.Values, w.text)
		f.Labels = append(f.Labels, label)
	}
	if len(f.Type.Values) == 0 {
		f.Type = rule.Type{}
	}
}

// readRange reads the range and the unit of a number.
func (r *fields) readRange(f *Fact) {
	numeric := f.Type.Kind == rule.Int || f.Type.Kind == rule.Number
	if numeric {
		r.need("min")
		r.need("max")
	}
	low, okLow := r.bound(f, "min")
	high, okHigh := r.bound(f, "max")
	unit := r.only(f, "unit", syntax.String, rule.Int, rule.Number)
	if unit != nil {
		f.Unit.Set(r.file.lang, r.wordOf(unit, "unit").text)
	}
	if !numeric {
		return
	}
	if !r.has("unit") && !r.table.Broken {
		r.file.faults.Warn(r.at("id"), "no-unit", diag.Args{"Type": f.Type.Kind.String()})
	}
	if okLow && okHigh && low > high {
		r.error(r.at("min"), "min-above-max", nil).With(r.at("max"), "max-here", nil)
		okLow = false
	}
	if !okLow || !okHigh {
		f.Type = rule.Type{} // what its numbers are cannot be told, so nothing is said about their use
		return
	}
	f.Type.Min, f.Type.Max = low, high
}

// bound reads one end of a range.
func (r *fields) bound(f *Fact, key string) (float64, bool) {
	if f.Type.Kind != rule.Int && f.Type.Kind != rule.Number {
		r.only(f, key, syntax.Int, rule.Int, rule.Number)
		return 0, false
	}
	v := r.value(key)
	if v == nil {
		return 0, false
	}
	n := v.Float
	switch {
	case v.Kind == syntax.Int:
		n = float64(v.Int)
	case v.Kind != syntax.Float:
		code := "not-a-number"
		if f.Type.Kind == rule.Int {
			code = "not-a-whole-number"
		}
		r.error(v.Span, code, diag.Args{"Key": key, "Table": r.label})
		return 0, false
	case f.Type.Kind == rule.Int:
		r.error(v.Span, "not-a-whole-number", diag.Args{"Key": key, "Table": r.label})
		return 0, false
	}
	if math.IsNaN(n) || math.Abs(n) > maxBound {
		r.error(v.Span, "bound-too-large", diag.Args{"Key": key})
		return 0, false
	}
	return n, true
}
