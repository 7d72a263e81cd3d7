package compare

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// none stands in a table of texts where a model has nothing of the sort.
var none = table.Name("–")

// Tables lists everything that was found as tables: first those with the models as columns, then those with a row for each pair, step or
// group.
func (r *Report) Tables() []*table.Table {
	out := []*table.Table{
		r.ModelTable(), r.StageTable(false), r.KindTable(false), r.EndTable(), r.LimitTable(), r.DutyTable(), r.CapacityTable(), r.MatrixTable(r.Cells),
	}
	if r.Cohort != nil {
		out = append(out, r.MatrixTable(r.Cohort))
	}
	return append(out, r.stepTable(), r.pairTable(), r.divergenceTable(), r.partingTable(), r.outsideTable(), r.orderTable(), r.turnedTable(), r.changeTable())
}

// newTable begins a table. Its words and those of its columns are in the catalogue.
func newTable(id string, columns ...table.Column) *table.Table {
	return &table.Table{ID: "compare-" + id, Title: catalogue.In("table."+id, nil), Help: catalogue.In("table."+id+".help", nil), Columns: columns}
}

func column(id string, t table.Type) table.Column {
	c := table.Column{ID: id, Title: catalogue.In("column."+id, nil), Type: t}
	if help := "column." + id + ".help"; catalogue.Has(lang.SV, help) {
		c.Help = catalogue.In(help, nil)
	}
	return c
}

// columns makes columns of texts.
func columns(ids ...string) (out []table.Column) {
	for _, id := range ids {
		out = append(out, column(id, table.Text))
	}
	return out
}

var notSnake = regexp.MustCompile(`[^a-z0-9]+`)

// perModel makes a column for each model.
func (r *Report) perModel(t table.Type) (out []table.Column) {
	seen := map[string]int{}
	for _, name := range r.Names() {
		id := strings.Trim(notSnake.ReplaceAllString(strings.ToLower(name), "_"), "_")
		if seen[id]++; seen[id] > 1 {
			id += "_" + strconv.Itoa(seen[id])
		}
		out = append(out, table.Column{ID: id, Title: lang.Text{SV: name, EN: name}, Type: t})
	}
	return out
}

// ModelTable tells what is compared.
func (r *Report) ModelTable() *table.Table {
	t := newTable("models", append(columns("name", "model", "version", "title", "region"),
		column("in_force", table.Day), column("stages", table.Count), column("steps", table.Count), column("outcomes", table.Count), column("hash", table.Text))...)
	names := r.Names()
	for i, p := range r.Programs {
		m := p.Model()
		region := table.Lacks(table.NotStated)
		if !m.Region.IsZero() {
			region = table.Words(m.Region)
		}
		t.Add(table.Name(names[i]), table.Name(m.ID), table.Name(m.Version), table.Words(m.Title), region,
			table.Date(m.InForce), table.Int(len(m.Stages)), table.Int(len(m.Steps)), table.Int(len(m.Outcomes)), table.Name(m.Hash))
	}
	return t
}

// StageTable sets the stages beside each other, with what is done in each; in short: by which kinds of steps, else by the steps
// themselves.
func (r *Report) StageTable(short bool) *table.Table {
	t := newTable("stages", append([]table.Column{column("place", table.Count)}, r.perModel(table.Text)...)...)
	for i := range r.Stages {
		row := []table.Cell{table.Int(i + 1)}
		for k := range r.Stages[i].Stages {
			phase := &r.Stages[i].Stages[k]
			if phase.empty() {
				row = append(row, none)
				continue
			}
			row = append(row, inWords(func(l lang.Lang) string {
				name := say(l, "no-stage", nil)
				if phase.Stage != nil {
					name = phase.Stage.Title.In(l)
				}
				var parts []string
				for _, kind := range kindsOf(phase.Steps) {
					parts = append(parts, kindText(phase.Steps, kind, l))
				}
				if !short {
					parts = nil
					for _, s := range phase.Steps {
						parts = append(parts, s.Kind.Title.In(l)+": "+StepText(r.Programs[k], s, l))
					}
				}
				return name + ":\n" + strings.Join(parts, "\n")
			}))
		}
		t.Add(row...)
	}
	return t
}

// KindTable sets the models beside each other by kind of step; in short: who does it and by when, else each step, with when it is required.
func (r *Report) KindTable(short bool) *table.Table {
	t := newTable("kinds", append(columns("kind"), r.perModel(table.Text)...)...)
	for _, k := range r.Kinds {
		row := []table.Cell{table.Words(k.Kind.Title)}
		for i, steps := range k.Steps {
			if len(steps) == 0 {
				row = append(row, none)
				continue
			}
			row = append(row, inWords(func(l lang.Lang) string {
				if short {
					return strings.Join(whoTexts(steps, k.Kind, l), "; ")
				}
				var parts []string
				for _, s := range steps {
					parts = append(parts, StepText(r.Programs[i], s, l))
				}
				return strings.Join(parts, "\n")
			}))
		}
		t.Add(row...)
	}
	return t
}

// VerdictTable holds every model after the one with the index against it, by kind.
func (r *Report) VerdictTable(first int) *table.Table {
	t := newTable("verdicts", append(columns("kind"), r.perModel(table.Text)[first+1:]...)...)
	args := map[string]any{"First": r.Names()[first]}
	t.Title, t.Help = catalogue.In("table.verdicts", args), catalogue.In("table.verdicts.help", args)
	for _, k := range r.Kinds {
		row := []table.Cell{table.Words(k.Kind.Title)}
		for _, p := range k.Pairs {
			if p.First == first {
				row = append(row, inWords(p.Verdict.Short))
			}
		}
		t.Add(row...)
	}
	return t
}

// EndTable sets the outcomes beside each other, by who takes over.
func (r *Report) EndTable() *table.Table {
	t := newTable("outcomes", append(columns("to"), r.perModel(table.Text)...)...)
	for _, e := range r.Ends {
		to := table.Words(catalogue.In("nobody", nil))
		if e.To != nil {
			to = table.Words(e.To.Title)
		}
		row := []table.Cell{to}
		for _, outcomes := range e.Outcomes {
			if len(outcomes) == 0 {
				row = append(row, none)
				continue
			}
			row = append(row, inWords(func(l lang.Lang) string {
				var parts []string
				for _, o := range outcomes {
					parts = append(parts, o.Title.In(l))
				}
				return strings.Join(parts, "; ")
			}))
		}
		t.Add(row...)
	}
	return t
}

// LimitTable sets the limits of whole cases beside each other.
func (r *Report) LimitTable() *table.Table {
	t := newTable("limits", append(columns("from", "until"), r.perModel(table.Text)...)...)
	for _, x := range r.Limits {
		row := []table.Cell{table.Words(x.From.Title), inWords(func(l lang.Lang) string {
			var parts []string
			for _, f := range x.Until {
				parts = append(parts, f.Title.In(l))
			}
			return interpreter.ListText(parts, "or", l)
		})}
		for _, limit := range x.Limits {
			if limit == nil {
				row = append(row, table.Lacks(table.NotStated))
				continue
			}
			row = append(row, inWords(func(l lang.Lang) string { return interpreter.DurationText(limit.Max, l) }))
		}
		t.Add(row...)
	}
	return t
}

// DutyTable sets beside each other how the models stand to the duties of law.
func (r *Report) DutyTable() *table.Table {
	t := newTable("duties", append(columns("duty", "law"), r.perModel(table.Text)...)...)
	for _, d := range r.Duties {
		row := []table.Cell{table.Words(d.Duty.Title), table.Words(d.Duty.Law)}
		for _, v := range d.Verdicts {
			if v == "" {
				row = append(row, table.Lacks(table.NotApplicable))
				continue
			}
			row = append(row, inWords(v.Text))
		}
		t.Add(row...)
	}
	return t
}

// CapacityTable sets beside each other how many cases one person or unit can carry.
func (r *Report) CapacityTable() *table.Table {
	t := newTable("capacities", append(columns("capacity", "actor"), r.perModel(table.Count)...)...)
	for _, c := range r.Capacity {
		row := []table.Cell{table.Words(c.Title), table.Words(c.Actor.Title)}
		for _, of := range c.Capacities {
			if of == nil {
				row = append(row, table.Lacks(table.NotStated))
				continue
			}
			row = append(row, table.Int(of.Cases))
		}
		t.Add(row...)
	}
	return t
}

// MatrixTable is a matrix of the report as a square.
func (r *Report) MatrixTable(m *Matrix) *table.Table {
	id := "divergence-cells"
	if m == r.Cohort {
		id = "divergence-cohort"
	}
	t := newTable(id, append(columns("name"), r.perModel(table.Share)...)...)
	t.Help = inBoth(func(l lang.Lang) string { return say(l, "divergence.is", nil) + " " + r.MatrixText(m, l) })
	for i, name := range r.Names() {
		row := []table.Cell{table.Name(name)}
		for j := range m.Differ {
			row = append(row, table.Ratio(m.Differ[i][j], m.Cases))
		}
		t.Add(row...)
	}
	return t
}

func inWords(text func(lang.Lang) string) table.Cell { return table.Words(inBoth(text)) }

// kindText tells of the steps of a kind who does them and by when: "Möte: Försäkringskassan (inom 4 veckor)".
func kindText(steps []*dsl.Step, kind *dsl.Term, l lang.Lang) string {
	return kind.Title.In(l) + ": " + strings.Join(whoTexts(steps, kind, l), "; ")
}

// whoTexts tells of the steps of a kind, by actor, who does them and by when: "Försäkringskassan (inom 4 veckor)".
func whoTexts(steps []*dsl.Step, kind *dsl.Term, l lang.Lang) (out []string) {
	var actors []*dsl.Term
	for _, s := range steps {
		if s.Kind.ID == kind.ID && !slices.ContainsFunc(actors, func(a *dsl.Term) bool { return a.ID == s.Actor.ID }) {
			actors = append(actors, s.Actor)
		}
	}
	for _, a := range actors {
		var times []string
		for _, s := range steps {
			if s.Kind.ID != kind.ID || s.Actor.ID != a.ID {
				continue
			}
			for _, t := range dueTimes(s) {
				times = appendNew(times, durationText("who.due", t, l))
			}
			if s.Every != nil {
				times = appendNew(times, say(l, "step.every", map[string]any{"Time": interpreter.DurationText(s.Every.Period, l)}))
			}
		}
		text := a.Title.In(l)
		if len(times) > 0 {
			text += " (" + strings.Join(times, ", ") + ")"
		}
		out = append(out, text)
	}
	return out
}

func appendNew(to []string, text string) []string {
	if slices.Contains(to, text) {
		return to
	}
	return append(to, text)
}
