package export

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// writeCSV writes what decides as decision tables, in the sense of DMN: a row is a rule, which holds where the conditions
// of all its cells are true ("-" asks for nothing) and then gives the results beside them. There are two tables, one below
// the other in the same columns. In that of the steps every row that holds counts (hit policy C): a step applies when one of
// its rows does. In that of the outcomes the first row that holds, in their order, closes the case (hit policy F).
//
// Each fact that a rule looks at has a column. A test of more than one thing stands among the other conditions, and so does
// a whole rule that would need more than mostBranches rows. Where a cell has several entries each has a line.
//
// It begins with a byte order mark, without which spreadsheets take Swedish letters for others, and a cell that a
// spreadsheet would take for a formula begins with an apostrophe.
func writeCSV(w io.Writer, r Request) error {
	p := newPage(r)
	t := &decisionTable{page: p, brancher: newBrancher(p.m)}
	for _, part := range p.parts() {
		for _, s := range part.steps {
			t.rules("C", s.Stage, s.When, s.After, p.stepResults(s))
		}
	}
	t.number = 0
	for _, o := range p.m.Outcomes {
		t.rules("F", o.Stage, o.When, o.After, p.outcomeResults(o))
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	return csv.NewWriter(w).WriteAll(t.lines())
}

// decisionTable gathers rules; which facts have columns shows when all are there.
type decisionTable struct {
	*page
	brancher
	number int
	rows   []decisionRow
}

// decisionRow is one rule.
type decisionRow struct {
	policy  string
	number  int
	cells   map[string][]string // conditions by fact; "" are the others
	after   string
	results []string
}

// rules adds the rows of a step or an outcome.
func (t *decisionTable) rules(policy string, stage *dsl.Stage, when *dsl.Rule, after []*dsl.Step, results []string) {
	all, ok := t.branches(stageWhen(stage), when)
	if !ok || all == nil { // too many, or never
		words, _ := t.bothRules(stage, when)
		t.add(decisionRow{policy: policy, cells: map[string][]string{"": {words}}, after: t.numbers(after), results: results})
		return
	}
	for _, b := range all {
		cells := map[string][]string{}
		for _, l := range b {
			column := t.column(l.test)
			words := ruleText{t.page, map[*dsl.Define]bool{}}.line(t.p.Wording(l.expr(), t.l)).bare()
			if column != "" {
				words = cellText(words, flat(t.in(t.fact(column).Title)))
			}
			cells[column] = append(cells[column], words)
		}
		t.add(decisionRow{policy: policy, cells: cells, after: t.numbers(after), results: results})
	}
}

func (t *decisionTable) add(r decisionRow) {
	t.number++
	r.number = t.number
	t.rows = append(t.rows, r)
}

func (t *decisionTable) fact(id string) *dsl.Fact {
	return t.m.Facts[slices.IndexFunc(t.m.Facts, func(f *dsl.Fact) bool { return f.ID == id })]
}

// lines are the heads and the rows, each as long as the others.
func (t *decisionTable) lines() [][]string {
	var facts []*dsl.Fact
	for _, f := range t.m.Facts {
		if slices.ContainsFunc(t.rows, func(r decisionRow) bool { return r.cells[f.ID] != nil }) {
			facts = append(facts, f)
		}
	}
	head := []string{t.words("table.policy"), t.words("table.row")}
	condition := func(title string) { head = append(head, t.words("table.condition", "Title", title)) }
	for _, f := range facts {
		condition(t.in(f.Title) + " (" + f.ID + ")")
	}
	condition(t.words("table.passed"))
	condition(t.words("table.others"))
	for _, id := range []string{
		"table.what", "table.id", "stages.stage", "table.title", "steps.who", "steps.with", "table.kind", "table.done", "time.head", "every.head", "outcomes.to",
	} {
		head = append(head, t.words("table.result", "Title", t.words(id)))
	}
	for _, id := range []string{"steps.when", "table.rule", "origin.source", "origin.interpretation"} {
		head = append(head, t.words("table.remark", "Title", t.words(id)))
	}
	out := [][]string{head}
	for _, r := range t.rows {
		row := []string{t.words("table.policy-" + r.policy), strconv.Itoa(r.number)}
		asks := func(text string) {
			if text == "" {
				text = "-"
			}
			row = append(row, text)
		}
		for _, f := range facts {
			asks(lines(r.cells[f.ID]))
		}
		asks(r.after)
		asks(lines(r.cells[""]))
		out = append(out, append(row, r.results...))
	}
	for _, row := range out {
		for i, cell := range row {
			row[i] = plainCell(cell)
		}
	}
	return out
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(text string) string {
	if text != "-" && strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}

// stepResults are the results and remarks of a step.
func (p *page) stepResults(s *dsl.Step) []string {
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
		flat(p.in(s.Kind.Title)), lines(done), lines(times), lines(every), "", when, rule, sources, chosen,
	}
}

// outcomeResults are those of an outcome.
func (p *page) outcomeResults(o *dsl.Outcome) []string {
	when, rule := p.bothRules(o.Stage, o.When)
	sources, chosen := p.originLines([]dsl.Origin{o.Origin})
	return []string{
		p.words("table.outcome"), o.ID, p.stageTitle(o.Stage), flat(p.in(o.Title)), "", "", "", "", "", "", p.titleLines(o.To), when, rule, sources, chosen,
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
