package dsl

import (
	"unicode"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// The most that one model can hold.
const (
	maxSteps   = 500
	maxFacts   = 1000
	maxDefines = 1000
)

// draft is a model while it is being made: what the file says, with its rules parsed and not yet typed.
type draft struct {
	*unit
	m         *Model
	hasHead   bool
	hasDay    bool // in_force can be read
	version   word
	start     word
	consent   word
	consentTo []consentTo
	notes     *index[*Note]
	defines   *index[*Define]
	stages    *index[*Stage]
	steps     *index[*Step]
	outcomes  *index[*Outcome]
	limits    *index[*Limit]
	roles     *index[*Capacity]
	accepts   *index[*Accept]
	overlays  []*overlay             // those that lie over it
	typed     map[*overlay]diag.List // those whose rules have been typed by this model's facts, and the faults of that
	allPlaces places                 // its texts, once they have been asked for
	ownUses   []factUse

	nodes    map[any]*node // by *Define, *Stage or *Step
	inOrder  []*node       // the same, as they were read
	rules    []*pending
	afters   map[*Step]*after
	ahead    map[*syntax.Value]*parsed // rules that have been parsed before they are come to
	strays   bool                      // some step's stage cannot be told, so that no stage can be said to have no steps
	unparsed []string                  // the texts of rules that could not be parsed
	faulty   map[*Rule]bool            // rules with errors
	used     map[string]bool           // facts and definitions that something names, or may have meant to
}

// pending is a rule that is parsed and waits for its types.
type pending struct {
	rule *Rule
	tree *rule.Tree
	want rule.Kind
	node *node // the definition, stage or step that it belongs to; nil for an outcome, or for what is accepted
}

// after is what a step or an outcome says about what goes before it, while steps are still being read.
type after struct {
	words  []word
	listed bool
}

// readModel reads a file as far as it can be read alone, with the vocabularies it may use.
func readModel(f *file, l *loader) *draft {
	d := &draft{
		unit:     &unit{file: f, glossary: newGlossary()},
		m:        &Model{Lang: f.lang},
		notes:    newIndex[*Note]("[[note]]"),
		defines:  newIndex[*Define]("[define]"),
		stages:   newIndex[*Stage]("[[stage]]"),
		steps:    newIndex[*Step]("[[step]]"),
		outcomes: newIndex[*Outcome]("[[outcome]]"),
		limits:   newIndex[*Limit]("[[limit]]"),
		roles:    newIndex[*Capacity]("[[capacity]]"),
		accepts:  newIndex[*Accept]("[[accept]]"),
		nodes:    map[any]*node{},
		afters:   map[*Step]*after{},
		faulty:   map[*Rule]bool{},
		used:     map[string]bool{},
	}
	d.stages.own, d.steps.own = true, true
	d.readHead(l)
	d.readGlossary()
	d.readUseTables()
	d.m.Start = d.factFor(d.start, "start-type", rule.Event, rule.Date)
	d.m.Consent = d.factFor(d.consent, "consent-type", rule.Bool)
	d.resolveConsents()
	d.parseAhead()
	d.readDefines()
	d.readStages()
	d.readSteps()
	d.resolveAfter()
	d.readOutcomes()
	d.readLimits()
	d.readNotes(d.notes)
	d.readCapacities()
	d.readAccepts()
	d.closeRoot(append([]string{"model", "define", "stage", "step", "outcome", "limit", "note", "capacity", "accept", "use"}, glossaryTables...)...)
	d.checkSize()
	d.ahead = nil
	return d
}

// readHead reads [model] and brings in the vocabularies that it names.
func (d *draft) readHead(l *loader) {
	r := d.headFields()
	if r == nil {
		d.open = true // what it uses cannot be told
		return
	}
	d.hasHead = true
	d.id = r.id("id")
	d.version = r.needName("version")
	d.checkVersion()
	d.m.ID, d.m.Version, d.m.Span = d.id.text, d.version.text, r.place
	d.m.Title = r.needText("title")
	d.m.Help = r.text("help")
	r.language()
	r.need("in_force")
	d.m.InForce, d.hasDay = r.date("in_force")
	d.m.Region = r.text("region")
	d.start, d.consent = r.name("start"), r.name("consent")
	d.consentTo = r.consents()
	d.readUses(r, l)
	r.close()
}

// maxVersion is the longest a version can be, in characters.
const maxVersion = 64

func (d *draft) checkVersion() {
	if utf8.RuneCountInString(d.version.text) > maxVersion {
		d.faults.Error(d.version.span, "bad-version", diag.Args{"Max": maxVersion})
		return
	}
	for _, c := range d.version.text {
		if !unicode.IsPrint(c) || c == '/' || c == '@' {
			d.faults.Error(d.version.span, "bad-version", diag.Args{"Max": maxVersion})
			return
		}
	}
}

// factFor looks up a fact that must be of one of the kinds; a fact that is not is reported under code.
func (d *draft) factFor(w word, code string, kinds ...rule.Kind) *Fact {
	if !w.present {
		return nil
	}
	d.used[w.text] = true
	f, ok := d.facts.byID[w.text]
	if !ok {
		d.used[d.near(w.text, d.facts.ids)] = true
		before := len(d.faults)
		f, _ = find(d.unit, d.facts, w, "no-such-fact")
		if d.isDefine(w.text) && len(d.faults) > before {
			d.faults[before].Hint = "no-such-fact.define"
		}
		return f
	}
	if f.Type.Kind == rule.Invalid {
		return nil
	}
	for _, k := range kinds {
		if f.Type.Kind == k {
			return f
		}
	}
	d.faults.Error(w.span, code, diag.Args{"Name": w.text, "Type": f.Type.Kind.String()}).With(f.Span, "declared-here", nil)
	return nil
}

// consentTo is an actor and the fact for the consent to it, as [model] names them before either is read.
type consentTo struct{ actor, fact word }

func (r *fields) consents() (out []consentTo) {
	table := r.sub("consent_for")
	if table == nil {
		return nil
	}
	for _, e := range table.table.Entries {
		out = append(out, consentTo{word{e.Name, e.Key, true}, table.name(e.Name)})
	}
	return out
}

func (d *draft) resolveConsents() {
	for _, c := range d.consentTo {
		a, known := find(d.unit, d.actors, c.actor, "unknown-actor")
		f := d.factFor(c.fact, "consent-for-type", rule.Bool)
		if known && f != nil {
			d.m.ConsentFor = append(d.m.ConsentFor, ConsentFor{a, f})
		}
	}
}

// isDefine tells whether name is a definition. It can be asked before definitions are read.
func (d *draft) isDefine(name string) bool {
	v := d.Root.Get("define")
	return v != nil && v.Table.Entry(name) != nil
}

// parse makes a rule of the string v; want is the kind of value it must have, Invalid for any.
func (d *draft) parse(v *syntax.Value, want rule.Kind, n *node) *Rule {
	r := &Rule{Text: v.String, Span: v.Span}
	before := len(d.faults)
	if before > maxFaults {
		d.faulty[r] = true
		return r
	}
	p := d.ahead[v]
	if p == nil {
		p = parseRule(v)
	}
	tree := p.tree
	d.faults = append(d.faults, p.faults...)
	d.noteFaults(r, before)
	if tree == nil {
		d.unparsed = append(d.unparsed, v.String)
		return r
	}
	d.rules = append(d.rules, &pending{r, tree, want, n})
	return r
}

// rule reads the rule under key; nil where there is none.
func (d *draft) rule(r *fields, key string, n *node) *Rule {
	w := r.word(key)
	if !w.present {
		return nil
	}
	return d.parse(r.table.Get(key), rule.Bool, n)
}

// readDefines reads the named rules: a string, or a table with the rule and where it comes from.
func (d *draft) readDefines() {
	table := d.single("define")
	if table == nil {
		return
	}
	for i, e := range table.table.Entries {
		if i == maxDefines {
			d.faults.Error(e.Key, "too-many-definitions", diag.Args{"N": len(table.table.Entries), "Max": maxDefines})
		}
		if i >= maxDefines {
			d.lose(e.Name)
			continue
		}
		id := word{e.Name, e.Key, true}
		d.checkID(id)
		def := &Define{ID: id.text, Span: id.span}
		n := d.node(def, "define", id, Node{Define: def})
		switch e.Value.Kind {
		case syntax.String:
			if table.wordOf(e.Value, e.Name).present {
				def.Rule = d.parse(e.Value, rule.Invalid, n)
			}
		case syntax.TableKind:
			r := d.fields(e.Value, "define."+e.Name)
			r.need("rule")
			if w := r.word("rule"); w.present {
				def.Rule = d.parse(r.table.Get("rule"), rule.Invalid, n)
			}
			def.Title = r.text("title")
			def.Origin = d.origin(r)
			r.close()
		default:
			d.faults.Error(e.Value.Span, "not-a-rule", diag.Args{"Key": e.Name})
		}
		if rule.Reserved(id.text) {
			d.faults.Error(id.span, "reserved-name", diag.Args{"Name": id.text})
		}
		if first, taken := d.facts.spans[id.text]; taken {
			d.faults.Error(id.span, "define-repeats-fact", diag.Args{"Name": id.text}).With(first, "declared-here", nil)
			continue
		}
		d.defines.add(&d.faults, id, def)
	}
}
