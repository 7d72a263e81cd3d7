package dsl

import (
	"slices"
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
func Load(sources []*diag.Source) *Set { return new(Reloader).Load(sources) }

func (l *loader) load(sources []*diag.Source) *Set {
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
	s := l.set()
	l.seal()
	return s
}

// seal notes that nothing of the units is written from here on.
func (l *loader) seal() {
	for _, v := range l.vocabularies {
		v.finished = true
	}
	for _, o := range l.overlays {
		o.finished = true
	}
	for _, d := range l.models {
		d.finished = true
	}
}

// loader holds what the passes over a whole set hand on to each other.
type loader struct {
	files        []*file
	vocabularies []*unit
	byID         map[string][]*unit // the vocabularies
	nameless     []*file            // files with errors that do not tell what they are, or whose
	translations []*translation
	overlays     []*overlay
	ordered      []*overlay // the same, by id
	models       []*draft

	last, kept map[origin]*kept // what the load before this one kept, and what this one does
}

// readFiles reads each file alone that was not there before, and lists them all by name, so that everything that follows is independent of the order given.
func (l *loader) readFiles(sources []*diag.Source) {
	sources = append([]*diag.Source{}, sources...)
	sort.SliceStable(sources, func(i, j int) bool {
		a, b := sources[i], sources[j]
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		return a.Text < b.Text
	})
	var fresh []*kept
	var texts []*diag.Source
	all := make([]*kept, len(sources))
	for i, src := range sources {
		k, again := l.keep(src)
		if all[i] = k; !again {
			fresh, texts = append(fresh, k), append(texts, src)
		}
	}
	concurrently(len(fresh), func(i int) {
		k := fresh[i]
		k.file = readFile(texts[i])
		k.file.kept, k.read = k, k.file.mark()
	})
	for _, k := range all {
		f := k.file
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
		v := l.vocabulary(f)
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
			l.translate(t, v[:1], v[0].vocabularyPlaces)
		}
	}
}

// vocabulary returns what the file declares. Only the first that has an id is translated.
func (l *loader) vocabulary(f *file) *unit {
	v := f.kept.vocabulary
	if v != nil && l.stands(v, l.textsOfVocabulary(v)) {
		v.again()
		return v
	}
	f.setBack(f.kept.read)
	v = readVocabulary(f)
	f.kept.vocabulary, f.kept.made, f.kept.texts = v, f.mark(), l.textsOfVocabulary(v)
	return v
}

func (l *loader) textsOfVocabulary(v *unit) (out []*file) {
	if !v.id.present || len(l.byID[v.id.text]) > 0 {
		return nil
	}
	for _, t := range l.translations {
		if t.of.present && t.of.text == v.id.text {
			out = append(out, t.file)
		}
	}
	return out
}

// readModels reads each model and checks it alone.
func (l *loader) readModels() {
	var files, fresh []*file
	for _, f := range l.files {
		if f.kind != modelFile {
			continue
		}
		files = append(files, f)
		if d := f.kept.model; d != nil && l.stands(d.unit, l.textsOf(d.id, d.version, true)) && slices.Equal(f.kept.over, l.overlaysOver(d.id.text)) {
			d.again()
		} else {
			f.setBack(f.kept.read)
			fresh = append(fresh, f)
		}
	}
	concurrently(len(fresh), func(i int) {
		f := fresh[i]
		d := readModel(f, l)
		d.typeRules()
		d.checkReach()
		d.checkAccepts()
		d.checkUnused()
		d.finish()
		f.kept.model, f.kept.made = d, f.mark()
		f.kept.texts, f.kept.over = l.textsOf(d.id, d.version, true), l.overlaysOver(d.id.text)
	})
	for _, f := range files {
		d := f.kept.model
		for _, v := range d.uses {
			v.users = append(v.users, d.unit)
		}
		l.models = append(l.models, d)
		if !d.id.present {
			l.nameless = append(l.nameless, f)
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

// finish fills the model from what the passes made.
func (d *draft) finish() {
	m := d.m
	m.rules = map[*Rule]*rule.Expr{}
	m.Sources, m.Actors, m.Kinds, m.Tags = d.sources.all(), d.actors.all(), d.kinds.all(), d.tags.all()
	m.Facts, m.Defines, m.Stages, m.Steps = d.facts.all(), d.defines.all(), d.stages.all(), d.steps.all()
	m.Outcomes, m.Limits, m.Capacities, m.Notes, m.Accepts = d.outcomes.all(), d.limits.all(), d.roles.all(), d.notes.all(), d.accepts.all()
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
	for i, a := range m.Accepts {
		a.Index = i
	}
	d.fillItems()
}
