package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
)

// StageRow is what stands beside each other of the models' stages: those in which the most alike is done, each model's in its own order.
type StageRow struct {
	Stages []Phase // by model; without steps and stage where it has none beside the others
}

// Phase is a stage of a model with its steps, or steps in a row that are in no stage.
type Phase struct {
	Stage *dsl.Stage // nil: none
	Steps []*dsl.Step
}

func (p *Phase) empty() bool { return p.Stage == nil && len(p.Steps) == 0 }

// phases takes a model apart into its stages, in the order in which its steps come to them. A stage without steps comes last.
func phases(m *dsl.Model) (out []Phase) {
	for _, s := range m.Steps {
		i := len(out) - 1
		if s.Stage != nil {
			i = slices.IndexFunc(out, func(p Phase) bool { return p.Stage == s.Stage })
		} else if i >= 0 && out[i].Stage != nil {
			i = -1
		}
		if i < 0 {
			out = append(out, Phase{Stage: s.Stage})
			i = len(out) - 1
		}
		out[i].Steps = append(out[i].Steps, s)
	}
	for _, s := range m.Stages {
		if !slices.ContainsFunc(out, func(p Phase) bool { return p.Stage == s }) {
			out = append(out, Phase{Stage: s})
		}
	}
	return out
}

// alignStages sets the stages of the models beside each other, one model after the other: of all ways to do so that keep each
// model's order, the one in which the stages that stand in one row are the most alike altogether.
func alignStages(models []*dsl.Model) (rows []StageRow) {
	for i, m := range models {
		rows = align(rows, i, phases(m), len(models))
	}
	return rows
}

func align(rows []StageRow, model int, next []Phase, models int) (out []StageRow) {
	best := make([][]float64, len(rows)+1) // of the rows from i on and the phases from j on
	for i := range best {
		best[i] = make([]float64, len(next)+1)
	}
	for i := len(rows) - 1; i >= 0; i-- {
		for j := len(next) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1], best[i+1][j+1]+rows[i].likeness(&next[j]))
		}
	}
	alone := func(p Phase) StageRow {
		row := StageRow{Stages: make([]Phase, models)}
		row.Stages[model] = p
		return row
	}
	i, j := 0, 0
	for i < len(rows) && j < len(next) {
		like := rows[i].likeness(&next[j])
		switch {
		case like > 0 && best[i][j] == best[i+1][j+1]+like:
			rows[i].Stages[model] = next[j]
			out = append(out, rows[i])
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			out = append(out, rows[i])
			i++
		default:
			out = append(out, alone(next[j]))
			j++
		}
	}
	out = append(out, rows[i:]...)
	for _, p := range next[j:] {
		out = append(out, alone(p))
	}
	return out
}

// likeness tells how alike the phase is to those of the row, from 0 to 3: the greatest share of kinds of steps that it has in common
// with one of them, of all that either has; and 2 more where one has its id, as those of versions do.
func (r *StageRow) likeness(p *Phase) (most float64) {
	for i := range r.Stages {
		q := &r.Stages[i]
		common, all := 0, 0
		for _, k := range kindsOf(p.Steps, q.Steps) {
			if hasKind(p.Steps, k) && hasKind(q.Steps, k) {
				common++
			}
			all++
		}
		like := 0.0
		if all > 0 {
			like = float64(common) / float64(all)
		}
		if p.Stage != nil && q.Stage != nil && p.Stage.ID == q.Stage.ID {
			like += 2 // a name tells more than what is done
		}
		most = max(most, like)
	}
	return most
}

// kindsOf lists the kinds of the steps, each once.
func kindsOf(lists ...[]*dsl.Step) (out []*dsl.Term) {
	for _, steps := range lists {
		for _, s := range steps {
			if !slices.ContainsFunc(out, func(k *dsl.Term) bool { return k.ID == s.Kind.ID }) {
				out = append(out, s.Kind)
			}
		}
	}
	return out
}

func hasKind(steps []*dsl.Step, kind *dsl.Term) bool {
	return slices.ContainsFunc(steps, func(s *dsl.Step) bool { return s.Kind.ID == kind.ID })
}

// EndRow is the outcomes after which one actor takes over.
type EndRow struct {
	To       *dsl.Term        // nil: nobody does
	Outcomes [][]*dsl.Outcome // by model
}

// ends sorts the outcomes of the models by who takes over, in the order in which they come; last those after which nobody does.
func ends(models []*dsl.Model) (out []EndRow) {
	row := func(to *dsl.Term) *EndRow {
		i := slices.IndexFunc(out, func(r EndRow) bool { return r.To == to || r.To != nil && to != nil && r.To.ID == to.ID })
		if i < 0 {
			i = len(out)
			out = append(out, EndRow{to, make([][]*dsl.Outcome, len(models))})
		}
		return &out[i]
	}
	for i, m := range models {
		for _, o := range m.Outcomes {
			if len(o.To) == 0 {
				r := row(nil)
				r.Outcomes[i] = append(r.Outcomes[i], o)
			}
			for _, to := range o.To {
				r := row(to)
				r.Outcomes[i] = append(r.Outcomes[i], o)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b EndRow) int { return lastWhere(a.To == nil) - lastWhere(b.To == nil) })
	return out
}

// LimitRow is the limits between the same events.
type LimitRow struct {
	From   *dsl.Fact
	Until  []*dsl.Fact
	Limits []*dsl.Limit // by model; nil: it has none between them
}

func limits(models []*dsl.Model) (out []LimitRow) {
	sameFact := func(a, b *dsl.Fact) bool { return a.ID == b.ID }
	for i, m := range models {
		for _, l := range m.Limits {
			k := slices.IndexFunc(out, func(r LimitRow) bool {
				return r.Limits[i] == nil && sameFact(r.From, l.From) && slices.EqualFunc(r.Until, l.Until, sameFact)
			})
			if k < 0 {
				k = len(out)
				out = append(out, LimitRow{l.From, l.Until, make([]*dsl.Limit, len(models))})
			}
			out[k].Limits[i] = l
		}
	}
	return out
}

// CapacityRow is how many cases one person or unit of a role can carry.
type CapacityRow struct {
	Role       string
	Actor      *dsl.Term
	Title      lang.Text       // of the first model that has it
	Capacities []*dsl.Capacity // by model; nil: it states none
}

func capacities(models []*dsl.Model) (out []CapacityRow) {
	for i, m := range models {
		for _, c := range m.Capacities {
			k := slices.IndexFunc(out, func(r CapacityRow) bool {
				return r.Capacities[i] == nil && r.Role == c.Role && r.Actor.ID == c.Actor.ID
			})
			if k < 0 {
				k = len(out)
				out = append(out, CapacityRow{c.Role, c.Actor, c.Title, make([]*dsl.Capacity, len(models))})
			}
			out[k].Capacities[i] = c
		}
	}
	return out
}

// DutyRow is how each model stands to a duty of law, over all cases.
type DutyRow struct {
	Duty     *dsl.Duty
	Verdicts []verify.Verdict // by model; "": its overlay does not lie over that model
}

// duties holds every model against the duties of the overlays over it.
func (c *comparer) duties() (out []DutyRow) {
	for i, p := range c.programs {
		for _, d := range verify.Duties(p, c.day) {
			k := slices.IndexFunc(out, func(r DutyRow) bool { return r.Duty.ID == d.Duty.ID && r.Duty.Overlay.ID == d.Duty.Overlay.ID })
			if k < 0 {
				k = len(out)
				out = append(out, DutyRow{d.Duty, make([]verify.Verdict, len(c.programs))})
			}
			out[k].Verdicts[i] = d.Verdict
		}
	}
	return out
}
