package dsl

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/diag"
)

// Reloader loads a set of files time and again, and works only on what has changed since the last time: a file whose name
// and text are as they were is not parsed again, and a model, overlay or vocabulary is made anew only where its own file,
// one of the vocabularies that it uses, a file of its texts or an overlay over it is not as it was. What shows only when
// files stand side by side is looked at each time. The result is what Load gives.
//
// What has not changed is the very same in each Set: the *Model, the *Overlay, the *diag.Source. A Reloader keeps what the
// last load needed and no more. The zero value is ready; it is for one goroutine at a time.
type Reloader struct {
	kept map[origin]*kept
}

// Load is the package's Load.
func (r *Reloader) Load(sources []*diag.Source) *Set {
	l := &loader{last: r.kept, kept: map[origin]*kept{}, byID: map[string][]*unit{}}
	r.kept = nil // after a panic, all is made anew
	s := l.load(sources)
	r.kept = l.kept
	return s
}

// origin is what makes a file the one that it was: its name, its text and, among those that are alike in both, its number.
type origin struct {
	name, text string
	n          int
}

// kept is what stays of one file from load to load. At most one of unit, overlay and model holds what was made of it.
//
// A unit that is kept is finished: its texts are in it and what is checked over it has been, and others may hold parts of
// it, so that nothing of it is written again. Only the lists of faults, which tell what is wrong in one load, are set back
// to what the file alone gave, and filled anew.
type kept struct {
	file *file
	read mark // as readFile left it

	vocabulary *unit
	overlay    *overlay
	model      *draft
	made       mark    // as it was left by what made the unit
	texts      []*file // the texts of the unit, in the order in which they are applied
	over       []*overlay

	applied *applied // of a file of texts: what became of it
}

// mark is a state of what a load adds to a file.
type mark struct {
	faults, shared diag.List
	compared       int
}

func (f *file) mark() mark {
	return mark{slices.Clone(f.faults), slices.Clone(f.shared), f.compared}
}

// setBack sets the file back to a state that it had.
func (f *file) setBack(m mark) {
	f.faults, f.shared, f.compared = slices.Clone(m.faults), slices.Clone(m.shared), m.compared
}

// applied is what the putting of a file of texts into units gave.
type applied struct {
	targets  []*unit
	faults   diag.List
	compared int
}

// keep returns what the last load kept of the source, or a new place for it that is to be read.
func (l *loader) keep(src *diag.Source) (k *kept, again bool) {
	o := origin{src.Name, src.Text, 0}
	for l.kept[o] != nil {
		o.n++
	}
	k, again = l.last[o]
	if again {
		o.text = k.file.Source.Text // and not another copy of it
		k.file.setBack(k.read)
	} else {
		k = &kept{}
	}
	l.kept[o] = k
	return k, again
}

// stands tells whether what was made of the unit's file can stay: the vocabularies that it uses are those that it was
// made with, and its texts are the same.
func (l *loader) stands(u *unit, texts []*file) bool {
	if len(u.wanted) != len(u.uses) { // what is missing may be in any file
		return false
	}
	for i, id := range u.wanted {
		if found := l.byID[id]; len(found) == 0 || found[0] != u.uses[i] {
			return false
		}
	}
	return slices.Equal(u.kept.texts, texts)
}

// again sets a finished unit back to where it had been made, so that this load can go over it.
func (u *unit) again() {
	u.setBack(u.kept.made)
	u.users, u.texts = nil, nil
}

// textsOf lists the files of texts that translate a model or an overlay, in the order in which they are applied: those for
// all versions, then those for its own. An overlay has none.
func (l *loader) textsOf(id, version word, versioned bool) (out []*file) {
	for _, forOne := range []bool{false, true} {
		for _, t := range l.translations {
			if !t.of.present || t.of.text != id.text || len(t.targets) > 0 || t.version.present != forOne {
				continue
			}
			if !forOne || versioned && t.version.text == version.text {
				out = append(out, t.file)
			}
		}
	}
	return out
}

// overlaysOver lists the overlays over a model, by id.
func (l *loader) overlaysOver(id string) (out []*overlay) {
	for _, o := range l.ordered {
		if o.o.Over(id) {
			out = append(out, o)
		}
	}
	return out
}
