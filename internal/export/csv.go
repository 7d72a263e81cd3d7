package export

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// writeCSV writes what decides as a table, like a decision table: a row for each step in the order of the page, then one
// for each outcome in the order in which they are tried. Rules stand both in words and as they are written. Where a cell
// has several entries, each has a line.
func writeCSV(w io.Writer, r Request) error {
	p := newPage(r)
	c := csv.NewWriter(w)
	heads := []string{
		"table.what", "table.id", "stages.stage", "table.title", "steps.who", "steps.with", "table.kind", "steps.when", "table.rule",
		"steps.after", "table.done", "time.head", "every.head", "outcomes.to", "origin.source", "origin.interpretation",
	}
	row := make([]string, len(heads))
	for i, h := range heads {
		row[i] = p.words(h)
	}
	rows := [][]string{row}
	for _, part := range p.parts() {
		for _, s := range part.steps {
			rows = append(rows, p.stepRow(s))
		}
	}
	for _, o := range p.m.Outcomes {
		rows = append(rows, p.outcomeRow(o))
	}
	return c.WriteAll(rows)
}

func (p *page) stepRow(s *dsl.Step) []string {
	when, rule := p.bothRules(s.Stage, s.When)
	var done, times, every []string
	for _, x := range p.checklist(s) {
		done = append(done, x.text.bare()+belowText(x.below))
	}
	origins := []dsl.Origin{s.Origin}
	if s.Time != nil {
		times = p.timeLines(s.Time)
		origins = append(origins, s.Time.Origin)
	}
	if s.Stage != nil && s.Stage.Time != nil {
		for _, t := range p.timeLines(s.Stage.Time) {
			times = append(times, p.words("table.stage-time", "Time", t))
		}
	}
	if s.Every != nil {
		every = p.everyLines(s.Every)
		origins = append(origins, s.Every.Origin)
	}
	sources, chosen := p.originLines(origins)
	return []string{
		p.words("table.step"), s.ID, p.stageTitle(s.Stage), p.numbers([]*dsl.Step{s}), flat(p.in(s.Actor.Title)), p.titleLines(s.With),
		flat(p.in(s.Kind.Title)), when, rule, p.numbers(s.After), lines(done), lines(times), lines(every), "", sources, chosen,
	}
}

func (p *page) outcomeRow(o *dsl.Outcome) []string {
	when, rule := p.bothRules(o.Stage, o.When)
	sources, chosen := p.originLines([]dsl.Origin{o.Origin})
	return []string{
		p.words("table.outcome"), o.ID, p.stageTitle(o.Stage), flat(p.in(o.Title)), "", "", "", when, rule, p.numbers(o.After), "", "", "",
		p.titleLines(o.To), sources, chosen,
	}
}

// bothRules gives the rule of a step or an outcome with that of its stage, which must hold too: in words, and as written.
func (p *page) bothRules(stage *dsl.Stage, when *dsl.Rule) (words, written string) {
	var w, t []string
	for _, r := range []*dsl.Rule{stageWhen(stage), when} {
		if r != nil {
			w = append(w, p.ruleText(r))
			t = append(t, r.Text)
		}
	}
	if w == nil {
		return p.words("steps.always"), ""
	}
	if len(t) == 2 {
		t = []string{"(" + flat(t[0]) + ") and (" + flat(t[1]) + ")"}
	}
	return strings.Join(w, "\n"+p.words("rule.then-all")+" "), flat(t[0])
}

func stageWhen(s *dsl.Stage) *dsl.Rule {
	if s == nil {
		return nil
	}
	return s.When
}

func (p *page) stageTitle(s *dsl.Stage) string {
	if s == nil {
		return ""
	}
	return flat(p.in(s.Title))
}

// numbers names steps by number and title, one a line.
func (p *page) numbers(steps []*dsl.Step) string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = p.words("table.numbered", "Number", p.number[s], "Title", p.in(s.Title))
	}
	return lines(out)
}

func (p *page) titleLines(terms []*dsl.Term) string {
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = flat(p.in(t.Title))
	}
	return lines(out)
}

// originLines are where parts come from, each said once.
func (p *page) originLines(origins []dsl.Origin) (sources, chosen string) {
	var s, c []string
	add := func(to *[]string, text string) {
		if text = flat(text); text != "" && !strings.Contains("\n"+lines(*to)+"\n", "\n"+text+"\n") {
			*to = append(*to, text)
		}
	}
	for _, o := range origins {
		if o.Source != "" {
			add(&s, p.source(o.Source))
		}
		add(&c, p.in(o.Interpretation))
	}
	return lines(s), lines(c)
}

// belowText is the entries of a list within brackets.
func belowText(l list) string {
	if l == nil {
		return ""
	}
	parts := make([]string, len(l))
	for i, x := range l {
		parts[i] = x.text.bare() + belowText(x.below)
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

func lines(s []string) string { return strings.Join(s, "\n") }
