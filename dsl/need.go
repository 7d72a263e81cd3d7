package dsl

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// Need is what the answers of one model take of a set of files.
type Need struct {
	// Sources are those that the answers depend on: the versions of the model, the vocabularies they use, the overlays
	// over them, and the texts of all these. Loaded alone, they give the same model, to its hash, as the whole set does.
	Sources []*diag.Source
	// Declared holds the facts that the models of the whole set declare, or the vocabularies that they use: a case can
	// carry them without this model knowing any. Those of models with errors are among them.
	Declared map[string]bool
}

// Needed tells what the model's answers take. The other files it only skims: of what is wrong with them nothing is said.
//
// It returns nil where it is not sure, and the whole set must be loaded: there is no such model, a file does not tell
// plainly what it is and what it declares, or a fact of the model has another type in a file that is not needed.
func Needed(sources []*diag.Source, model string) *Need {
	all := make([]*profile, len(sources))
	concurrently(len(all), func(i int) { all[i] = skim(sources[i]) })
	isModel := func(p *profile) bool { return p.kind == modelFile && p.id == model }
	if slices.Contains(all, nil) || !slices.ContainsFunc(all, isModel) {
		return nil
	}
	names := map[string]bool{model: true}
	for again := true; again; {
		again = false
		for _, p := range all {
			if !p.needed && p.isNeeded(names) {
				p.needed, again = true, true
				for _, name := range p.names {
					names[name] = true
				}
			}
		}
	}
	if disagree(all) {
		return nil
	}
	n := &Need{Declared: map[string]bool{}}
	used := map[string]bool{}
	for _, p := range all {
		if p.needed {
			n.Sources = append(n.Sources, p.src)
		}
		if p.kind == modelFile {
			for _, name := range p.names {
				used[name] = true
			}
		}
	}
	for _, p := range all {
		if p.kind == modelFile || p.kind == vocabularyFile && used[p.id] {
			for _, f := range p.facts {
				n.Declared[f.ID] = true
			}
		}
	}
	return n
}

// profile is what a file tells of itself at a glance.
type profile struct {
	src    *diag.Source
	kind   fileKind
	id     string   // texts: what they are of
	names  []string // of what goes with it: vocabularies, and the models that an overlay lies over
	over   []string // overlay: those models; nil: every one
	facts  []*Fact  // their ids and types alone
	needed bool
}

// isNeeded tells whether the file goes with what has one of the names. A name that two files claim is a fault of both.
func (p *profile) isNeeded(names map[string]bool) bool {
	switch {
	case p.kind == testFile:
		return false
	case names[p.id]:
		return true
	case p.kind == overlayFile:
		return p.over == nil || slices.ContainsFunc(p.over, func(model string) bool { return names[model] })
	}
	return false
}

// skimmed are the tables and keys that a profile is made from.
var skimmed = map[string][]string{
	"model":      {"id", "uses"},
	"vocabulary": {"id"},
	"overlay":    {"id", "uses", "models"},
	"texts":      {"of"},
	"test":       {},
	"fact":       {"id", "type", "values"},
}

// skim makes the profile of a file; nil where it takes more than a glance.
func skim(src *diag.Source) *profile {
	if strings.HasSuffix(src.Name, testSuffix) && !mayBeOther(src.Text) {
		return &profile{src: src, kind: testFile}
	}
	text, ok := syntax.Skim(src.Text, skimmed)
	if !ok {
		return nil
	}
	f := readFile(diag.NewSource(src.Name, text))
	p := &profile{src: src, kind: f.kind}
	r := f.headFields()
	switch {
	case r == nil:
		return nil
	case f.kind == textsFile:
		p.id = r.needName("of").text
	case f.kind != testFile:
		p.id = r.id("id").text
		p.names = append(p.list(r, "uses"), p.id)
	}
	if f.kind == overlayFile {
		p.over = p.list(r, "models")
		p.names = append(p.names, p.over...)
	}
	if f.kind == modelFile || f.kind == vocabularyFile {
		p.readFacts(f)
	}
	if f.Broken || f.faults.HasErrors() {
		return nil
	}
	return p
}

func (p *profile) list(r *fields, key string) (out []string) {
	words, _ := r.names(key)
	for _, w := range words {
		out = append(out, w.text)
	}
	return out
}

func (p *profile) readFacts(f *file) {
	for _, r := range f.tables("fact") {
		fact := &Fact{ID: r.id("id").text}
		fact.Type.Kind = r.factKind()
		r.readValues(fact)
		p.facts = append(p.facts, fact)
	}
}

// mayBeOther tells whether a file that has the name of one of tests may hold something else: a line that begins like the
// head of it. Such a file is at fault, and so is what it is part of.
func mayBeOther(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " \t\ufeff")
		if name, header := strings.CutPrefix(line, "["); header {
			name = strings.TrimLeft(name, "[ \t")
			if strings.HasPrefix(name, `"`) || strings.HasPrefix(name, "'") {
				return true
			}
			line = name
		}
		for _, h := range heads {
			if h.kind != testFile && strings.HasPrefix(line, h.name) {
				return true
			}
		}
	}
	return false
}

// disagree tells whether a file that is not needed declares a fact of one that is in another way.
func disagree(all []*profile) bool {
	types := map[string][]rule.Type{}
	for _, p := range all {
		if p.needed {
			for _, f := range p.facts {
				types[f.ID] = append(types[f.ID], f.Type)
			}
		}
	}
	for _, p := range all {
		if p.needed {
			continue
		}
		for _, f := range p.facts {
			for _, t := range types[f.ID] {
				if t.Kind != f.Type.Kind || !sameValues(t.Values, f.Type.Values) {
					return true
				}
			}
		}
	}
	return false
}
