package dsl

import (
	"slices"
	"sort"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// maxDemands is the most that one overlay can demand, over all its duties.
const maxDemands = 500

// overlay is an overlay while it is being made. Its rules speak of facts alone, since steps and definitions are
// a model's own.
type overlay struct {
	*unit
	o      *Overlay
	over   []word // the models it names
	duties *index[*Duty]
	notes  *index[*Note]
	trees  map[*Rule]*rule.Tree // the rules without faults, to be typed again for each model
	search *search
}

// readOverlay reads a file of duties, with the vocabularies it uses.
func readOverlay(f *file, l *loader) *overlay {
	d := &overlay{
		unit: &unit{file: f, glossary: newGlossary()}, o: &Overlay{Lang: f.lang},
		duties: newIndex[*Duty]("[[duty]]"), notes: newIndex[*Note]("[[note]]"),
		trees: map[*Rule]*rule.Tree{}, search: &search{total: searchTotal},
	}
	d.readHead(l)
	d.readGlossary()
	d.readDuties()
	d.readNotes(d.notes)
	d.closeRoot("overlay", "duty", "note", "source") // the words are a vocabulary's, so that models know them too
	d.o.Sources, d.o.Facts, d.o.Duties, d.o.Notes = d.sources.all(), d.facts.all(), d.duties.all(), d.notes.all()
	for i, f := range d.o.Facts {
		f.Index = i
	}
	for i, duty := range d.o.Duties {
		duty.Index = i
	}
	if d.head != nil && !d.Broken && d.Root.Get("duty") == nil {
		d.faults.Error(d.o.Span, "no-duties", nil)
	}
	return d
}

func (d *overlay) readHead(l *loader) {
	r := d.headFields()
	if r == nil {
		d.open = true
		return
	}
	d.id = r.id("id")
	d.o.ID, d.o.Span = d.id.text, r.place
	d.o.Title, d.o.Help = r.needText("title"), r.text("help")
	r.language()
	if day, ok := r.date("in_force"); ok {
		d.o.InForce = &day
	}
	d.notEmpty(r, "models")
	d.over, _ = r.names("models")
	for _, w := range d.over {
		d.o.Models = append(d.o.Models, w.text)
	}
	d.readUses(r, l)
	r.close()
}

// readDuties reads the duties, each with one or more demands.
func (d *overlay) readDuties() {
	demands := 0
	for _, r := range d.tables("duty") {
		id := r.id("id")
		duty := &Duty{ID: id.text, Law: r.needText("law"), Title: r.needText("title"), Help: r.text("help"), Overlay: d.o, Span: id.span}
		duty.Origin = d.origin(r)
		ids := newIndex[*Demand]("demands")
		for kind := range demandNames {
			for _, v := range r.subs(demandNames[kind]) {
				duty.Demands = append(duty.Demands, d.readDemand(v, DemandKind(kind), duty, ids))
			}
		}
		r.close()
		if demands += len(duty.Demands); demands > maxDemands && demands-len(duty.Demands) <= maxDemands {
			d.faults.Error(r.place, "too-many-demands", diag.Args{"Max": maxDemands})
		}
		if len(duty.Demands) == 0 && !r.table.Broken {
			d.faults.Error(r.place, "duty-demands-nothing", diag.Args{"ID": duty.ID, "Known": someOf(demandNames[:])})
		}
		if id.present {
			d.duties.add(&d.faults, id, duty)
		}
	}
}

// readDemand reads one demand. Its id, if any, goes into ids, since that is how texts name it.
func (d *overlay) readDemand(r *fields, kind DemandKind, duty *Duty, ids *index[*Demand]) *Demand {
	m := &Demand{Kind: kind, Law: r.text("law"), Title: r.text("title"), Duty: duty, Span: r.place}
	if id := r.name("id"); id.present {
		d.checkID(id)
		m.ID = id.text
		ids.add(&d.faults, id, m)
	} else if (r.has("law") || r.has("title")) && !r.table.Broken {
		d.faults.Error(r.place, "demand-without-id", nil)
	}
	r.need("steps")
	m.Steps = d.selection(r.sub("steps"))
	switch kind {
	case Never:
		m.When, m.Unless = d.rule(r, "when"), d.rule(r, "unless")
		if !r.has("when") && !r.has("unless") && !r.table.Broken {
			d.faults.Error(r.place, "never-at-all", nil)
		}
	case Before:
		r.need("first")
		m.First = d.selection(r.sub("first"))
	case OnEveryWay:
		m.When = d.rule(r, "when")
		m.Outcomes = d.outcomes(r.sub("outcomes"))
	case TakesPart:
		r.need("actors")
		m.Actors = d.terms(r, "actors", d.actors, "unknown-actor")
	}
	r.close()
	return m
}

// selection reads which steps a demand is about.
func (d *overlay) selection(r *fields) *Selection {
	if r == nil {
		return nil
	}
	x := &Selection{
		Kinds: d.terms(r, "kinds", d.kinds, "unknown-kind"), Tags: d.terms(r, "tags", d.tags, "unknown-tag"),
		Actors: d.terms(r, "actors", d.actors, "unknown-actor"), Parties: d.terms(r, "parties", d.actors, "unknown-actor"),
		WithOnly: d.terms(r, "with_only", d.actors, "unknown-actor"), Span: r.place,
	}
	for _, not := range r.subs("not") {
		x.Not = append(x.Not, d.selection(not))
	}
	r.close()
	return x
}

// terms looks up the words that key lists.
func (d *overlay) terms(r *fields, key string, x *index[*Term], code string) []*Term {
	d.notEmpty(r, key)
	return findAll(d.unit, r, key, x, code)
}

// notEmpty reports a list of nothing: nothing could ever fit it.
func (d *overlay) notEmpty(r *fields, key string) {
	if v := r.table.Get(key); v != nil && v.Kind == syntax.Array && len(v.Items) == 0 {
		d.faults.Error(v.Span, "empty-list", diag.Args{"Key": key, "Table": r.label})
	}
}

func (d *overlay) outcomes(r *fields) *OutcomeSelection {
	if r == nil {
		return nil
	}
	x := &OutcomeSelection{Tags: d.terms(r, "tags", d.tags, "unknown-tag"), Not: d.outcomes(r.sub("not"))}
	r.close()
	return x
}

// rule reads the rule under key; nil where there is none.
func (d *overlay) rule(r *fields, key string) *Rule {
	w := r.word(key)
	if !w.present {
		return nil
	}
	v := r.table.Get(key)
	out := &Rule{Text: v.String, Span: v.Span}
	before := len(d.faults)
	if before > maxFaults {
		return out
	}
	if tree := rule.Parse(v.String, v.At, &d.faults); tree != nil {
		for _, ref := range tree.Names() {
			if ref.Kind == rule.RefStep {
				d.faults.Error(ref.Span, "demand-rule-step", diag.Args{"Name": ref.Name})
			}
		}
		out.Expr = tree.Check(&overlayScope{overlay: d}, rule.Bool, &d.faults)
		if !d.faults[before:].HasErrors() {
			d.trees[out] = tree
			if !d.search.possible(out.Expr) {
				d.faults.Error(v.Span, "demand-rule-never", diag.Args{"Key": key})
			}
		}
	}
	return out
}

// typeFor types the overlay's rules by the facts of a model. What the model lacks is what it is in the overlay.
func (d *overlay) typeFor(m *Model, faults *diag.List) {
	own := map[string]*Fact{}
	for _, f := range m.Facts {
		own[f.ID] = f
	}
	for r, tree := range d.trees {
		m.rules[r] = tree.Check(&overlayScope{d, own}, rule.Bool, faults)
	}
}

// overlayScope is what the rules of an overlay may speak of: its facts, or those of a model that it lies over.
type overlayScope struct {
	*overlay
	own map[string]*Fact
}

// Fact implements rule.Scope.
func (s *overlayScope) Fact(name string) (rule.Type, bool) {
	if f, ok := s.own[name]; ok {
		return f.Type, true
	}
	if f, ok := s.facts.byID[name]; ok {
		return f.Type, true
	}
	return rule.Type{}, s.excused(name, false)
}

// Define implements rule.Scope: an overlay has none.
func (s *overlayScope) Define(string) (rule.Type, bool) { return rule.Type{}, false }

// Step implements rule.Scope. The steps are the models' own, and a rule that names one is told so by itself.
func (s *overlayScope) Step(string) bool { return true }

// Names implements rule.Scope.
func (s *overlayScope) Names() []string { return s.candidates(s.facts.ids) }

// Steps implements rule.Scope.
func (s *overlayScope) Steps() []string { return nil }

// subs opens the tables under key: an array of them, or one.
func (r *fields) subs(key string) []*fields {
	v := r.value(key)
	if v == nil {
		return nil
	}
	items := []*syntax.Value{v}
	if v.Kind == syntax.Array {
		items = v.Items
	}
	var out []*fields
	for _, item := range items {
		if item.Kind != syntax.TableKind {
			r.error(item.Span, "not-a-table", diag.Args{"Key": key, "Table": r.label})
			continue
		}
		out = append(out, r.file.fields(item, strings.Trim(r.label, "[]")+"."+key))
	}
	return out
}

// readOverlays reads the overlays, before the models that they lie over.
func (l *loader) readOverlays() {
	for _, f := range l.files {
		if f.kind != overlayFile {
			continue
		}
		o := f.kept.overlay
		if o != nil && l.stands(o.unit, l.textsOf(o.id, word{}, false)) {
			o.again()
		} else {
			f.setBack(f.kept.read)
			o = readOverlay(f, l)
			f.kept.overlay, f.kept.made, f.kept.texts = o, f.mark(), l.textsOf(o.id, word{}, false)
		}
		for _, v := range o.uses {
			v.users = append(v.users, o.unit)
		}
		l.overlays = append(l.overlays, o)
		if !o.id.present {
			l.nameless = append(l.nameless, f)
		}
	}
	l.ordered = slices.Clone(l.overlays)
	sort.SliceStable(l.ordered, func(i, j int) bool { return l.ordered[i].id.text < l.ordered[j].id.text })
}

// layOver tells each model which overlays lie over it. One that cannot be told from the file's head lies over all.
func (l *loader) layOver() {
	l.overlays = l.ordered
	var ids []string
	have := map[string]bool{}
	for _, d := range l.models {
		if !have[d.id.text] {
			ids = append(ids, d.id.text)
		}
		have[d.id.text] = true
		if d.overlays == nil {
			d.overlays = d.kept.over
			for _, o := range d.overlays {
				d.m.Overlays = append(d.m.Overlays, o.o)
			}
		}
		for _, o := range d.overlays {
			if d.unit.allFaults().HasErrors() {
				break
			}
			faults, typed := d.typed[o]
			if !typed {
				o.typeFor(d.m, &faults)
				if d.typed == nil {
					d.typed = map[*overlay]diag.List{}
				}
				d.typed[o] = faults
			}
			d.faults = append(d.faults, faults...)
		}
	}
	for _, o := range l.overlays {
		for _, w := range o.over {
			if !have[w.text] && len(l.suspects(modelFile, w.text)) == 0 {
				o.faults.Error(w.span, "unknown-model", diag.Args{"Name": w.text, "Near": diag.Suggest(w.text, ids), "Known": someOf(ids)})
			}
		}
	}
}

// places lists the texts of an overlay.
func (d *overlay) places() (p places) {
	p.add(&d.o.Title, "overlay", "title")
	p.add(&d.o.Help, "overlay", "help")
	p = append(p, d.glossary.places(func(s diag.Span) bool { return s.Source == d.Source })...)
	for _, n := range d.notes.all() {
		p.add(&n.Text, "note", n.ID, "text")
		p.origin(&n.Origin, "note", n.ID)
	}
	for _, duty := range d.duties.all() {
		p.add(&duty.Law, "duty", duty.ID, "law")
		p.add(&duty.Title, "duty", duty.ID, "title")
		p.add(&duty.Help, "duty", duty.ID, "help")
		p.origin(&duty.Origin, "duty", duty.ID)
		for _, m := range duty.Demands {
			if m.ID != "" {
				p.add(&m.Law, "duty", duty.ID, "demands", m.ID, "law")
				p.add(&m.Title, "duty", duty.ID, "demands", m.ID, "title")
			}
		}
	}
	return p
}
