package casework

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
)

// past is what was recorded of a case, for somebody who has it that some of it was a mistake.
//
// An entry is set aside once, by a correction or a withdrawal, and stays so: to withdraw a correction brings nothing back, since nobody
// has said that what it stood in place of was right after all. Until somebody says what is so, the fact is unknown.
type past struct {
	entries []store.Entry
	sight   *access.Sight
	facts   about
	tells   func(fact string) bool // whether they may say what a fact is
}

// mistake returns the entry that is to be set aside; nil where there is none, and one that may not be seen is as one that there is not.
// A fault tells of that, and of one that is set aside already. access.ErrForbidden where they may not say anything of its fact, or of that
// of the entry that it stands in place of.
func (p *past) mistake(seq int64, at diag.Span, faults *diag.List) (*store.Entry, error) {
	i := slices.IndexFunc(p.entries, func(e store.Entry) bool { return e.Seq == seq })
	if i < 0 || p.entries[i].Fact == "" || !p.sees(&p.entries[i]) {
		faults.Error(at, "kept-unknown-entry", nil) // without the number: anything can have been typed there
		return nil, nil
	}
	e := &p.entries[i]
	if !p.tells(e.Fact) || e.Refers != 0 && !p.tells(p.facts[e.Refers]) {
		return nil, access.ErrForbidden
	}
	if heir, seen := p.heir(seq); heir != nil {
		by, withdrawn := int64(0), false // it is not said
		if seen {
			by, withdrawn = heir.Seq, heir.Kind == store.Withdrawal
		}
		faults.Error(at, "kept-entry-aside", diag.Args{"Entry": seq, "By": by, "Withdrawn": withdrawn})
	}
	return e, nil
}

// sees tells whether all is seen that an entry says.
func (p *past) sees(e *store.Entry) bool { return p.sight.Whole() || p.facts.seen(p.sight, e) }

// heir is what an entry was set aside by in the end: the last correction that counts, or, where none does, the last withdrawal; nil
// where the entry itself counts. seen tells whether it may be known that the one came of the other. In a case of before it was refused
// an entry can have been set aside more than once.
func (p *past) heir(seq int64) (heir *store.Entry, seen bool) {
	type link struct{ seen, gone bool }
	came := map[int64]*link{seq: {seen: true}} // of the entry, in the end
	for i := range p.entries {
		e := &p.entries[i]
		if from := came[e.Refers]; from != nil {
			from.gone = true
			came[e.Seq] = &link{seen: from.seen && p.sees(e)}
		}
	}
	for _, e := range slices.Backward(p.entries) {
		x := came[e.Seq]
		if x == nil || x.gone || e.Seq == seq {
			continue
		}
		if e.Kind == store.Correction {
			return &e, x.seen
		}
		if heir == nil {
			heir, seen = &e, x.seen
		}
	}
	return heir, seen
}
