package report

import (
	"github.com/stegvis/stegvis/internal/analysis/verify"
)

// endings tells how a case can end in each model, what bounds a whole case, how many cases one can carry, and which duties of law
// are met.
func (b *builder) endings() []block {
	out := []block{b.para("endings.intro"), b.show(b.tables["compare-outcomes"], looks{fixed: true})}
	out = append(out, b.shown("compare-limits", "endings.no-limit", looks{fixed: true})...)
	out = append(out, b.shown("compare-capacities", "endings.no-capacity", looks{fixed: true})...)
	out = append(out, heading{Text: b.say("duties")})
	if len(b.Compare.Duties) == 0 {
		return append(out, b.para("duties.none"))
	}
	out = append(out, b.para("duties.intro"), b.show(b.tables["compare-duties"], looks{fixed: true}))
	for _, d := range b.Compare.Duties {
		var told terms
		for i, r := range b.Verify {
			for k := range r.Duties {
				if x := &r.Duties[k]; x.Duty.ID == d.Duty.ID && x.Duty.Overlay.ID == d.Duty.Overlay.ID {
					told.Entries = append(told.Entries, entry{Name: b.names[i], Lines: b.demands(x)})
				}
			}
		}
		if told.Entries != nil {
			title := b.say("duties.law", "Law", b.in(d.Duty.Law), "Title", b.in(d.Duty.Title))
			out = append(out, fold{ID: b.id("duty", d.Duty.Overlay.ID, d.Duty.ID), Summary: title, Blocks: []block{told}})
		}
	}
	return out
}

// demands tells how a model stands to each demand of a duty.
func (b *builder) demands(d *verify.DutyResult) (out []item) {
	for i := range d.Demands {
		out = append(out, item{Text: sentence(d.Demands[i].Text(b.l))})
	}
	return out
}
