package export

import (
	"strconv"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// part is a stage with its steps, or the steps that have none.
type part struct {
	stage *dsl.Stage
	steps []*dsl.Step
}

// parts groups the steps as the page tells of them: by stage, in file order, those without a stage first.
func (p *page) parts() []part {
	var out []part
	var loose []*dsl.Step
	for _, s := range p.m.Steps {
		if s.Stage == nil {
			loose = append(loose, s)
		}
	}
	if loose != nil {
		out = append(out, part{nil, loose})
	}
	for _, s := range p.m.Stages {
		out = append(out, part{s, s.Steps})
	}
	return out
}

// stages shows the stages in a table.
func (p *page) stages() {
	if len(p.m.Stages) == 0 {
		return
	}
	p.section("stages")
	t := table{heads: []string{
		p.words("stages.stage"), p.words("stages.when"), p.words("stages.time"), p.words("stages.steps"), p.words("mark.head"),
	}}
	for _, s := range p.m.Stages {
		first, last := p.number[s.Steps[0]], p.number[s.Steps[len(s.Steps)-1]]
		numbers := strconv.Itoa(first)
		if last > first {
			numbers += "–" + strconv.Itoa(last)
		}
		origins := []dsl.Origin{s.Origin}
		times := cell{say("–")}
		if s.Time != nil {
			times = nil
			for _, line := range p.timeLines(s.Time) {
				times = append(times, say(line))
			}
			origins = append(origins, s.Time.Origin)
		}
		t.rows = append(t.rows, []cell{
			{say(span{text: flat(p.in(s.Title)), style: strong, to: "#stage-" + s.ID}), say(id(s.ID))},
			p.stageRule(s), times, {say(numbers)}, {say(p.marks(origins...))},
		})
	}
	p.add(t)
}

func (p *page) stageRule(s *dsl.Stage) cell {
	if s.When == nil {
		return cell{say(p.words("stages.always"))}
	}
	return p.ruleLines(s.When.Expr)
}

// steps tells of every step, stage by stage.
func (p *page) steps() {
	p.section("steps")
	p.add(paragraph{say(p.words("steps.intro"))})
	level := 3
	if len(p.m.Stages) > 0 {
		level = 4
	}
	for _, part := range p.parts() {
		switch {
		case part.stage != nil:
			p.stage(part.stage)
		case len(p.m.Stages) > 0:
			p.add(heading{3, "", say(p.words("steps.loose"))})
		}
		for _, s := range part.steps {
			p.step(s, level)
		}
	}
}

func (p *page) stage(s *dsl.Stage) {
	p.add(heading{3, "stage-" + s.ID, say(p.words("stages.title", "Title", p.in(s.Title)))})
	p.para(s.Help)
	var l list
	if s.When != nil {
		l = append(l, p.rule(say(bold(p.words("stages.when")), ": "), s.When.Expr))
	} else {
		l = append(l, p.field("stages.when", p.words("stages.always")))
	}
	l = append(l, p.time(s.Time)...)
	l = append(l, p.origin(s.Origin)...)
	p.add(l)
}

func (p *page) step(s *dsl.Step, level int) {
	p.add(heading{level, "step-" + s.ID, say(strconv.Itoa(p.number[s]) + ". " + p.in(s.Title))})
	about := say(id(s.ID), " · ", p.in(s.Kind.Title))
	for _, t := range s.Tags {
		about = say(about, " · ", p.in(t.Title))
	}
	p.add(paragraph{about})
	p.para(s.Help)

	l := list{p.field("steps.who", p.in(s.Actor.Title))}
	if len(s.With) > 0 {
		l = append(l, p.field("steps.with", p.titles(s.With)))
	}
	switch {
	case s.When != nil:
		l = append(l, p.rule(say(bold(p.words("steps.when")), ": "), s.When.Expr))
	case s.Stage != nil:
		l = append(l, p.field("steps.when", p.words("steps.with-stage")))
	default:
		l = append(l, p.field("steps.when", p.words("steps.always")))
	}
	if len(s.After) > 0 {
		l = append(l, p.field("steps.after", p.linked(s.After)))
	} else {
		l = append(l, p.field("steps.after", p.words("steps.after-none")))
	}
	if len(s.Done) > 0 {
		l = append(l, item{text: say(bold(p.words("steps.done", "Count", len(s.Done))), ":"), below: p.checklist(s)})
	}
	l = append(l, p.time(s.Time)...)
	l = append(l, p.every(s.Every)...)
	l = append(l, p.breaks(s)...)
	l = append(l, p.origin(s.Origin)...)
	p.add(l)
}

// checklist tells what makes a step done. An entry that the author gave a title has its rule after it, where that says
// more than which fact it is.
func (p *page) checklist(s *dsl.Step) list {
	var out list
	for _, x := range s.Done {
		i := p.rule(nil, x.Rule.Expr)
		switch plain := isPlain(x); {
		case plain && x.Title.IsZero():
			i.text = say(p.in(x.Facts[0].Title))
		case plain:
			i.text = say(p.in(x.Title))
		case !x.Title.IsZero() && len(i.below) > 0:
			i.text = say(p.in(x.Title)+" – ", i.text)
		case !x.Title.IsZero():
			i.text = say(p.in(x.Title), " (", slanted(i.text.bare()), ")")
		}
		if t := p.in(x.Help); t != "" {
			i.below = append(i.below, item{text: say(t)})
		}
		out = append(out, i)
	}
	return out
}

// isPlain tells whether an entry asks just that its fact be known or have happened.
func isPlain(x *dsl.Item) bool {
	op := x.Rule.Expr.Op
	return len(x.Facts) == 1 && (op == rule.OpKnown || op == rule.OpHappened)
}

// outcomes tells of every way for a case to end.
func (p *page) outcomes() {
	p.section("outcomes")
	p.add(paragraph{say(p.words("outcomes.intro"))})
	for _, o := range p.m.Outcomes {
		p.add(heading{3, "outcome-" + o.ID, say(p.in(o.Title))})
		about := say(id(o.ID))
		for _, t := range o.Tags {
			about = say(about, " · ", p.in(t.Title))
		}
		p.add(paragraph{about})
		p.para(o.Help)
		var l list
		if o.Stage != nil {
			l = append(l, p.field("outcomes.stage", link("stage-"+o.Stage.ID, p.in(o.Stage.Title))))
		}
		switch {
		case o.When != nil:
			l = append(l, p.rule(say(bold(p.words("outcomes.when")), ": "), o.When.Expr))
		case o.Stage == nil:
			l = append(l, p.field("outcomes.when", p.words("outcomes.after-alone")))
		}
		l = append(l, p.after(o)...)
		if len(o.To) > 0 {
			l = append(l, p.field("outcomes.to", p.titles(o.To)))
		}
		l = append(l, p.origin(o.Origin)...)
		p.add(l)
	}
}

// after tells which steps an outcome waits for; those of its stage go without saying which.
func (p *page) after(o *dsl.Outcome) list {
	var named []*dsl.Step
	whole := 0
	for _, s := range o.After {
		if o.Stage != nil && s.Stage == o.Stage {
			whole++
		} else {
			named = append(named, s)
		}
	}
	switch {
	case whole > 0 && named != nil:
		return list{p.field("outcomes.after", p.words("outcomes.whole-stage"), "; ", p.linked(named))}
	case whole > 0:
		return list{p.field("outcomes.after", p.words("outcomes.whole-stage"))}
	case named != nil:
		return list{p.field("outcomes.after", p.linked(named))}
	}
	return list{p.field("outcomes.after", p.words("steps.after-none"))}
}
