package dsl

import (
	"sort"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// Set is what one consistent read of workflow files gave: the models that are whole, and every fault.
type Set struct {
	Models []*Model // those without errors, by id, then by the day they come into force, then by version
	// Failed lists, by model id, the files of models that have errors (their own, in a vocabulary they use,
	// or in their texts). Files that do not tell whose they are come first, with no id: whoever keeps an
	// earlier set finds out by their names which of its models they belonged to (Model.Files).
	Failed   []Failed
	Overlays []*Overlay     // those without errors, by id
	Tests    []*syntax.File // the *_test.toml files, read but not run
	Files    []*diag.Source // every file that was read, by name
	Faults   diag.List      // of all files, sorted
}

// Failed is a model that could not be made from its files.
type Failed struct {
	ID      string // "" where not even the id could be read
	Version string
	Source  *diag.Source
	Faults  diag.List // its own and those of the vocabularies and texts it uses, sorted
}

// Load reads and checks workflow files as one set: models, the vocabularies they use, and translations. It always
// returns a Set; what is wrong stands in its Faults. The order of the sources does not matter.
func Load(sources []*diag.Source) *Set {
	l := &loader{byID: map[string][]*unit{}}
	l.readFiles(sources)
	l.readVocabularies()
	l.readOverlays()
	l.readModels()
	l.refuseDuplicates()
	l.refuseConflicts()
	l.warnSameDay()
	l.translateModels()
	l.layOver()
	l.refuseLostTexts()
	l.warnUntranslated()
	for _, f := range l.files {
		f.capFaults()
	}
	return l.set()
}

// loader holds what the passes over a whole set hand on to each other.
type loader struct {
	files        []*file
	vocabularies []*unit
	byID         map[string][]*unit // the vocabularies
	nameless     []*file            // files with errors that do not tell what they are, or whose
	translations []*translation
	overlays     []*overlay
	models       []*draft
}

// readFiles reads each file alone, by name, so that everything that follows is independent of the order given.
func (l *loader) readFiles(sources []*diag.Source) {
	sources = append([]*diag.Source{}, sources...)
	sort.SliceStable(sources, func(i, j int) bool {
		a, b := sources[i], sources[j]
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		return a.Text < b.Text
	})
	for _, src := range sources {
		f := readFile(src)
		l.files = append(l.files, f)
		switch f.kind {
		case textsFile:
			t := readTranslation(f)
			l.translations = append(l.translations, t)
			if !t.of.present {
				l.nameless = append(l.nameless, f)
			}
		case unknownFile:
			l.nameless = append(l.nameless, f)
		}
	}
}

// readVocabularies reads the vocabularies with their texts, which models copy.
func (l *loader) readVocabularies() {
	for _, f := range l.files {
		if f.kind != vocabularyFile {
			continue
		}
		v := readVocabulary(f)
		l.vocabularies = append(l.vocabularies, v)
		if !v.id.present {
			l.nameless = append(l.nameless, f)
			continue
		}
		l.byID[v.id.text] = append(l.byID[v.id.text], v)
	}
	for _, t := range l.translations {
		if v := l.byID[t.of.text]; t.of.present && len(v) > 0 {
			if t.version.present {
				t.faults.Error(t.version.span, "vocabulary-has-no-version", diag.Args{"ID": t.of.text})
			}
			l.translate(t, v[:1], v[0].vocabularyPlaces())
		}
	}
}

// readModels reads each model and checks it alone.
func (l *loader) readModels() {
	for _, f := range l.files {
		if f.kind != modelFile {
			continue
		}
		d := readModel(f, l)
		d.typeRules()
		d.checkReach()
		d.checkUnused()
		d.finish()
		l.models = append(l.models, d)
		if !d.id.present {
			l.nameless = append(l.nameless, f)
		}
	}
}

// translateModels applies the texts of models: those for all versions first, so that those of one version go
// before them.
func (l *loader) translateModels() {
	for _, forOne := range []bool{false, true} {
		for _, t := range l.translations {
			if !t.of.present || len(t.targets) > 0 || t.version.present != forOne {
				continue
			}
			var units []*unit
			var ps []places
			for _, o := range l.overlays {
				if o.id.text == t.of.text && !forOne {
					units = append(units, o.unit)
					ps = append(ps, o.places())
				}
			}
			for _, d := range l.models {
				if d.id.text == t.of.text && (!forOne || d.version.text == t.version.text) {
					units = append(units, d.unit)
					ps = append(ps, d.places())
				}
			}
			if len(units) > 0 {
				l.translate(t, units, ps...)
			}
		}
	}
}

// warnUntranslated warns of what no texts translate.
func (l *loader) warnUntranslated() {
	for _, v := range l.vocabularies {
		if v.head != nil {
			v.warnUntranslated(v.vocabularyPlaces(), v.head.Span)
		}
	}
	for _, o := range l.overlays {
		o.warnUntranslated(o.places(), o.o.Span)
	}
	for _, d := range l.models {
		d.warnUntranslated(d.places(), d.m.Span)
	}
}

// translate applies the texts t to the units, whose texts are ps.
func (l *loader) translate(t *translation, units []*unit, ps ...places) {
	if !t.langAt.present {
		t.lang = other(units[0].lang) // so that what they name is checked all the same
	}
	for _, u := range units {
		for _, was := range u.texts {
			if t.langAt.present && was.lang == t.lang && was.version.text == t.version.text && was != t {
				fault := t.faults.Error(t.of.span, "duplicate-texts", diag.Args{"Of": t.of.text, "Lang": string(t.lang)}).
					With(was.of.span, "first-here", nil)
				was.shared = append(was.shared, fault)
			}
		}
		if u.lang == t.lang {
			t.faults.Error(t.langAt.span, "texts-in-own-language", diag.Args{"Of": t.of.text, "Lang": string(t.lang)})
		}
		u.texts = append(u.texts, t)
	}
	t.targets = units
	t.apply(ps, units[0].lang)
}

// refuseLostTexts reports texts of what is not there.
func (l *loader) refuseLostTexts() {
	var ids []string
	versions := map[string][]string{}
	for id := range l.byID {
		ids = append(ids, id)
	}
	for _, o := range l.overlays {
		if o.id.present {
			ids = append(ids, o.id.text)
		}
	}
	sort.Strings(ids)
	for _, d := range l.models {
		if d.id.present {
			ids = append(ids, d.id.text)
			versions[d.id.text] = append(versions[d.id.text], d.version.text)
		}
	}
	for _, t := range l.translations {
		if !t.of.present || len(t.targets) > 0 {
			continue
		}
		switch have, known := versions[t.of.text]; {
		case known:
			t.faults.Error(t.version.span, "texts-of-unknown-version", diag.Args{
				"Version": t.version.text, "Of": t.of.text, "Known": someOf(have),
			})
		case len(l.suspects(modelFile, t.of.text)) == 0 && len(l.suspects(vocabularyFile, t.of.text)) == 0 && len(l.suspects(overlayFile, t.of.text)) == 0:
			t.faults.Error(t.of.span, "texts-of-unknown", diag.Args{
				"Name": t.of.text, "Near": diag.Suggest(t.of.text, ids), "Known": someOf(ids),
			})
		}
	}
}

// suspects returns the files that may be the one of the kind that is not found under id: those that do not tell their
// own, and hold that name somewhere or, having been cut off, nothing at all.
func (l *loader) suspects(kind fileKind, id string) []*file {
	var out []*file
	for _, f := range l.nameless {
		if (f.kind == kind || f.kind == unknownFile) && (len(f.Root.Entries) == 0 || strings.Contains(normal(f.Source.Text), id)) {
			out = append(out, f)
		}
	}
	return out
}

// set puts together what was found.
func (l *loader) set() *Set {
	s := &Set{}
	for _, f := range l.files {
		s.Files = append(s.Files, f.Source)
		s.Faults = append(s.Faults, f.faults...)
		if f.kind == testFile {
			s.Tests = append(s.Tests, f.File)
		}
	}
	s.Faults.Sort()
	for _, f := range l.nameless {
		if f.kind != modelFile && f.kind != overlayFile && f.faults.HasErrors() {
			s.fail("", "", f.Source, f.faults)
		}
	}
	for _, d := range l.models {
		if faults := d.allFaults(); faults.HasErrors() {
			s.fail(d.id.text, d.version.text, d.Source, faults)
			continue
		}
		parts := d.parts()
		d.m.Hash = digest(parts)
		for _, p := range parts {
			d.m.Files = append(d.m.Files, p.src)
		}
		s.Models = append(s.Models, d.m)
	}
	for _, o := range l.overlays {
		if !o.allFaults().HasErrors() {
			s.Overlays = append(s.Overlays, o.o)
		}
	}
	sort.SliceStable(s.Overlays, func(i, j int) bool { return s.Overlays[i].ID < s.Overlays[j].ID })
	sort.SliceStable(s.Models, func(i, j int) bool {
		a, b := s.Models[i], s.Models[j]
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		if a.InForce != b.InForce {
			return a.InForce < b.InForce
		}
		return a.Version < b.Version
	})
	sort.SliceStable(s.Failed, func(i, j int) bool {
		a, b := s.Failed[i], s.Failed[j]
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		return a.Version < b.Version
	})
	return s
}

func (s *Set) fail(id, version string, src *diag.Source, faults diag.List) {
	faults = append(diag.List{}, faults...)
	faults.Sort()
	s.Failed = append(s.Failed, Failed{ID: id, Version: version, Source: src, Faults: faults})
}

// allFaults gathers the faults of everything that the model is made of, and of the overlays over it.
func (d *draft) allFaults() diag.List {
	faults := d.unit.allFaults()
	for _, o := range d.overlays {
		faults = append(faults, o.allFaults()...)
	}
	return faults
}

// allFaults gathers the faults of the unit and of the vocabularies that it uses.
func (u *unit) allFaults() diag.List {
	faults := u.ownFaults()
	for _, v := range u.uses {
		faults = append(faults, v.ownFaults()...)
	}
	return faults
}

// ownFaults gathers the faults of the unit's file and of its texts.
func (u *unit) ownFaults() diag.List {
	faults := append(append(diag.List{}, u.faults...), u.shared...)
	for _, t := range u.texts {
		faults = append(append(faults, t.faults...), t.shared...)
	}
	return faults
}

// finish fills the model from what the passes made.
func (d *draft) finish() {
	m := d.m
	m.rules = map[*Rule]*rule.Expr{}
	m.Sources, m.Actors, m.Kinds, m.Tags = d.sources.all(), d.actors.all(), d.kinds.all(), d.tags.all()
	m.Facts, m.Defines, m.Stages, m.Steps = d.facts.all(), d.defines.all(), d.stages.all(), d.steps.all()
	m.Outcomes, m.Limits, m.Capacities, m.Notes = d.outcomes.all(), d.limits.all(), d.roles.all(), d.notes.all()
	for i, f := range m.Facts {
		f.Index = i
	}
	for i, def := range m.Defines {
		def.Index = i
	}
	for i, s := range m.Stages {
		s.Index = i
	}
	for i, s := range m.Steps {
		s.Index = i
	}
	for i, o := range m.Outcomes {
		o.Index = i
	}
	for i, x := range m.Limits {
		x.Index = i
	}
	d.fillItems()
}
