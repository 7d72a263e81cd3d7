package report

import (
	"strings"

	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/table"
)

// findings tells the most important in sentences, by what they are about, with links to where the page tells the rest.
func (b *builder) findings() []block {
	var out terms
	add := func(section string, texts ...string) {
		e := entry{Name: b.say("section." + section), To: "#" + section}
		for _, t := range texts {
			if t != "" {
				e.Lines = append(e.Lines, item{Text: t})
			}
		}
		if e.Lines != nil {
			out.Entries = append(out.Entries, e)
		}
	}
	add("kinds", b.kindFindings()...)
	add("divergence", b.divergenceFinding())
	add("metrics", b.consentFindings()...)
	add("handovers", b.handoverFindings()...)
	add("times", b.timeFindings()...)
	add("lived", b.livedFindings()...)
	add("endings", b.dutyFindings()...)
	add("outside", b.outsideFinding())
	var changes []string
	for _, c := range b.Compare.Changes {
		changes = append(changes, b.say("finding.changes.text", "First", b.names[c.First], "Second", b.names[c.Second], "Count", len(c.Parts)))
	}
	add("changes", changes...)
	var proofs []string
	for i, r := range b.Verify {
		proofs = append(proofs, b.proofFinding(i, r))
	}
	add("proofs", proofs...)
	return []block{b.para("findings.intro"), out}
}

// kindFindings tells which kinds of steps all the models have, and which one of them has alone or lacks alone.
func (b *builder) kindFindings() (out []string) {
	var all, same []string
	alone, lacks := make([][]string, len(b.names)), make([][]string, len(b.names))
	for _, k := range b.Compare.Kinds {
		title := b.in(k.Kind.Title)
		var have, lack []int
		for i, steps := range k.Steps {
			if len(steps) > 0 {
				have = append(have, i)
			} else {
				lack = append(lack, i)
			}
		}
		alike := len(k.Pairs) > 0
		for _, p := range k.Pairs {
			alike = alike && p.Verdict == compare.Same
		}
		switch {
		case alike:
			same = append(same, title)
		case len(lack) == 0:
			all = append(all, title)
		case len(have) == 1:
			alone[have[0]] = append(alone[have[0]], title)
		case len(lack) == 1:
			lacks[lack[0]] = append(lacks[lack[0]], title)
		}
	}
	if same != nil {
		out = append(out, b.say("finding.kinds.same", "Kinds", b.list(same), "Count", len(same)))
	}
	if all != nil {
		out = append(out, b.say("finding.kinds.all", "Kinds", b.list(all), "Count", len(all)))
	}
	for i := range b.names {
		if alone[i] != nil {
			out = append(out, b.say("finding.kinds.alone", "Model", b.names[i], "Kinds", b.list(alone[i])))
		}
		if lacks[i] != nil {
			out = append(out, b.say("finding.kinds.lacks", "Model", b.names[i], "Kinds", b.list(lacks[i])))
		}
	}
	return out
}

// divergenceFinding tells which two models differ the most, and which the least.
func (b *builder) divergenceFinding() string {
	m, over := b.Compare.Cohort, "cohort"
	if m == nil || m.Cases == 0 {
		m, over = b.Compare.Cells, "cells"
	}
	if m.Cases == 0 {
		return ""
	}
	most, least := [2]int{0, 1}, [2]int{0, 1}
	for i := range b.names {
		for j := i + 1; j < len(b.names); j++ {
			if m.Differ[i][j] > m.Differ[most[0]][most[1]] {
				most = [2]int{i, j}
			}
			if m.Differ[i][j] < m.Differ[least[0]][least[1]] {
				least = [2]int{i, j}
			}
		}
	}
	drawn := ""
	if m.Drawn {
		drawn = table.Int(m.Cases).Text(table.Column{Type: table.Count}, b.l)
	}
	return b.say("finding.divergence."+over, "One", most == least, "Drawn", drawn,
		"First", b.names[most[0]], "Second", b.names[most[1]], "Most", b.percent(m.Share(most[0], most[1])),
		"Third", b.names[least[0]], "Fourth", b.names[least[1]], "Least", b.percent(m.Share(least[0], least[1])))
}

// handoverFindings tells who drives each model, and how often cases are handed over in it.
func (b *builder) handoverFindings() (out []string) {
	for i, r := range b.Measure {
		value := func(id string) string {
			f := r.Figure(id)
			return f.Text(b.l)
		}
		out = append(out, b.say("finding.handovers", "Model", b.names[i], "Acting", value("acting"), "Least", value("handovers-least"), "Most", value("handovers-most")))
	}
	return out
}

// consentFindings tells in which models information can be shared before the person has consented.
func (b *builder) consentFindings() (out []string) {
	for i, r := range b.Measure {
		if n, ok := r.Figure("sharing-before").Value.Float(); ok && n > 0 {
			out = append(out, b.say("finding.metrics", "Model", b.names[i], "Count", int(n)))
		}
	}
	return out
}

// timeFindings tells the longest time to an outcome in each model.
func (b *builder) timeFindings() (out []string) {
	for i, r := range b.Measure {
		f := r.Figure("outcome-longest")
		_, bounded := f.Value.Float()
		out = append(out, b.say("finding.times", "Model", b.names[i], "Bounded", bounded, "Time", f.Text(b.l)))
	}
	return out
}

// livedFindings tells how long it took to an outcome in the cases that were lived through.
func (b *builder) livedFindings() (out []string) {
	for i, r := range b.Simulate {
		if r != nil {
			out = append(out, b.survivalText(i, r.Base))
		}
	}
	return out
}

// dutyFindings tells which duties some model does not meet.
func (b *builder) dutyFindings() (out []string) {
	for _, d := range b.Compare.Duties {
		var met, not []string
		for i, v := range d.Verdicts {
			switch v {
			case verify.NotMet:
				not = append(not, b.names[i])
			case verify.Met, verify.MetInOrder:
				met = append(met, b.names[i])
			}
		}
		if not != nil {
			out = append(out, b.say("finding.endings.text", "Title", b.in(d.Duty.Title), "Law", b.in(d.Duty.Law), "Not", b.list(not), "Met", b.list(met)))
		}
	}
	return out
}

func (b *builder) outsideFinding() string {
	o := &b.Compare.Outside
	switch {
	case len(o.Groups) == 0 && o.All:
		return b.say("finding.outside.none")
	case len(o.Groups) == 0:
		return b.say("finding.outside.open")
	}
	share := ""
	if b.cohort != "" {
		share = table.Ratio(o.Cohort, o.Of).Text(table.Column{Type: table.Share}, b.l)
	}
	return b.say("finding.outside.text", "When", compare.ConditionText(o.Groups[0].When, b.l), "Count", len(o.Groups), "All", o.All, "Share", share)
}

// proofFinding counts what verify found in a model.
func (b *builder) proofFinding(model int, r *verify.Report) string {
	counts := map[verify.Weight]int{}
	for _, f := range r.Findings {
		counts[f.Weight]++
	}
	var parts []string
	for _, w := range weights {
		if n := counts[w]; n > 0 {
			parts = append(parts, b.say("finding.proofs."+string(w), "Count", n))
		}
	}
	if parts == nil {
		return b.say("finding.proofs.none", "Model", b.names[model])
	}
	return b.names[model] + ": " + strings.Join(parts, ", ") + "."
}
