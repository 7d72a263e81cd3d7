package dsl

import (
	"sort"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// readUses reads the key `uses` of a head, and brings in the vocabularies that it names.
func (u *unit) readUses(r *fields, l *loader) {
	uses, _ := r.names("uses")
	u.open = r.table.Broken && !r.has("uses") || r.has("uses") && r.table.Get("uses").Kind != syntax.Array
	u.use(uses, l)
}

// use adopts the vocabularies that the file names.
func (u *unit) use(uses []word, l *loader) {
	for _, w := range uses {
		found := l.byID[w.text]
		u.wanted = append(u.wanted, w.text)
		if len(found) == 0 {
			u.open = true
			u.reportUnknownVocabulary(w, l)
			continue
		}
		v := found[0]
		for _, earlier := range u.uses {
			u.refuseOverlap(w, earlier, v)
		}
		u.adopt(v.glossary)
		u.uses = append(u.uses, v)
	}
}

// reportUnknownVocabulary reports a vocabulary that is not there. Where a file that does not tell its name may be the
// one, the model fails with the faults of that file instead.
func (u *unit) reportUnknownVocabulary(w word, l *loader) {
	for _, f := range l.suspects(vocabularyFile, w.text) {
		u.shared = append(u.shared, f.faults...)
	}
	if u.shared.HasErrors() {
		return
	}
	ids := make([]string, 0, len(l.byID))
	for id := range l.byID {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	u.faults.Error(w.span, "unknown-vocabulary", diag.Args{"Name": w.text, "Near": diag.Suggest(w.text, ids), "Known": someOf(ids)})
}

// refuseOverlap reports facts that two vocabularies of one file both declare.
func (u *unit) refuseOverlap(w word, a, b *unit) {
	for _, id := range b.facts.ids {
		if first, both := a.facts.spans[id]; both {
			u.faults.Error(w.span, "vocabularies-overlap", diag.Args{"Fact": id, "First": a.id.text, "Second": b.id.text}).
				With(first, "first-here", nil).With(b.facts.spans[id], "again-here", nil)
		}
	}
}

// readNotes reads what the source tells that is no rule.
func (u *unit) readNotes(into *index[*Note]) {
	for _, r := range u.tables("note") {
		id := r.id("id")
		n := &Note{ID: id.text, Text: r.needText("text"), Origin: u.origin(r)}
		r.close()
		if id.present {
			into.add(&u.faults, id, n)
		}
	}
}
