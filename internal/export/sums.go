package export

import (
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
)

// way is a row of stages that a case can pass one after another between the ends of a limit, with their longest times.
type way struct {
	limit  *dsl.Limit
	stages []*dsl.Stage
	// The fewest and the most days that the times come to, since months are of different lengths.
	fewest, most int
}

// verdict tells how a way stands to its limit.
type verdict string

const (
	fits    verdict = "fits"
	exceeds verdict = "exceeds" // whatever days it falls on
	may     verdict = "may"     // some days it does
)

func (w *way) verdict() verdict {
	switch {
	case w.fewest > w.limit.Max.MaxDays():
		return exceeds
	case w.most > w.limit.Max.MinDays():
		return may
	}
	return fits
}

// longestWay finds the stages with longest times that follow on one another within the limit, and whose times come to
// most together; nil where there are none.
//
// A stage is within the limit when its time counts from the limit's own first event, or from one that a step records
// which comes after the step that records that event, and when the stage does not lie after the limit's end. It
// follows on another when its time counts from an event that a step records which comes after a step of the other.
func longestWay(m *dsl.Model, limit *dsl.Limit) *way {
	o := newOrder(m)
	best := map[*dsl.Stage]*way{} // the longest that ends with each
	var longest *way
	for _, s := range m.Stages { // stages that follow on one another stand in that order in the file
		if s.Time == nil || s.Time.Max == nil || !o.begins(s, limit) || !o.ends(s, limit) {
			continue
		}
		w := &way{limit: limit}
		for _, earlier := range m.Stages[:s.Index] {
			if b := best[earlier]; b != nil && b.most > w.most && o.follows(s, earlier) {
				w = b
			}
		}
		w = &way{
			limit: limit, stages: append(append([]*dsl.Stage{}, w.stages...), s),
			fewest: w.fewest + s.Time.Max.MinDays(), most: w.most + s.Time.Max.MaxDays(),
		}
		best[s] = w
		if longest == nil || w.most > longest.most {
			longest = w
		}
	}
	return longest
}

// order answers what comes before what.
type order struct {
	m      *dsl.Model
	before map[*dsl.Step]map[*dsl.Step]bool
}

func newOrder(m *dsl.Model) *order {
	return &order{m: m, before: map[*dsl.Step]map[*dsl.Step]bool{}}
}

// ancestors returns the steps that must be passed before s.
func (o *order) ancestors(s *dsl.Step) map[*dsl.Step]bool {
	if out, ok := o.before[s]; ok {
		return out
	}
	out := map[*dsl.Step]bool{}
	for _, a := range s.After {
		out[a] = true
		for b := range o.ancestors(a) {
			out[b] = true
		}
	}
	o.before[s] = out
	return out
}

// recorders returns the steps whose checklists ask for the fact.
func (o *order) recorders(f *dsl.Fact) []*dsl.Step {
	var out []*dsl.Step
	for _, s := range o.m.Steps {
		for _, item := range s.Done {
			for _, x := range item.Facts {
				if x == f && (len(out) == 0 || out[len(out)-1] != s) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func (o *order) begins(s *dsl.Stage, limit *dsl.Limit) bool {
	if s.Time.From == limit.From {
		return true
	}
	for _, r := range o.recorders(s.Time.From) {
		for _, first := range o.recorders(limit.From) {
			if r == first || o.ancestors(r)[first] {
				return true
			}
		}
	}
	return false
}

func (o *order) ends(s *dsl.Stage, limit *dsl.Limit) bool {
	for _, f := range limit.Until {
		last := o.recorders(f)
		for _, r := range last {
			if r.Stage == nil || r.Stage.Index >= s.Index {
				return true
			}
		}
		if last == nil {
			return true
		}
	}
	return false
}

func (o *order) follows(s, earlier *dsl.Stage) bool {
	for _, r := range o.recorders(s.Time.From) {
		for a := range o.ancestors(r) {
			if a.Stage == earlier {
				return true
			}
		}
	}
	return false
}

// sum tells what the times of a way come to, beside its limit.
func (p *page) sum(w *way) string {
	var stages, terms []string
	total := calendar.Duration{Unit: w.stages[0].Time.Max.Unit}
	alike := true
	for _, s := range w.stages {
		d := *s.Time.Max
		stages = append(stages, p.words("sum.stage", "Stage", p.in(s.Title), "Duration", p.duration(d)))
		terms = append(terms, strconv.Itoa(d.N))
		total.N += d.N
		alike = alike && d.Unit == total.Unit
	}
	come := p.days(w.fewest, w.most)
	if alike {
		come = p.inDays(total, w.fewest, w.most)
	}
	if len(stages) == 1 {
		stages[0] = p.in(w.stages[0].Title)
	} else if alike {
		come = strings.Join(terms, " + ") + " = " + come
	}
	return p.words("sum.times", "Count", len(stages), "Stages", p.list(stages), "Total", come) + " " +
		p.words("sum."+string(w.verdict()), "Limit", p.inDays(w.limit.Max, w.limit.Max.MinDays(), w.limit.Max.MaxDays()))
}

// inDays writes a duration and how many days it is.
func (p *page) inDays(d calendar.Duration, fewest, most int) string {
	if d.Unit == calendar.Days {
		return p.duration(d)
	}
	return p.words("sum.days", "Duration", p.duration(d), "Days", p.days(fewest, most))
}

// days writes a number of days, or the fewest and the most.
func (p *page) days(fewest, most int) string {
	text := p.duration(calendar.Duration{N: most, Unit: calendar.Days})
	if fewest < most {
		text = strconv.Itoa(fewest) + "–" + text
	}
	return text
}
