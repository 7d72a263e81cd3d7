package export

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// bpmn is a model in BPMN before it is written: the layout of a drawing, with a fragment of elements in each box.
type bpmn struct {
	*page
	*layout
	fragments map[*box]*fragment
	between   []*sequence // from box to box
}

// bpmn lays out the model.
func (p *page) bpmn() *bpmn {
	g := &bpmn{page: p, fragments: map[*box]*fragment{}}
	g.layout = p.lay(bpmnSheet, g.fill)
	g.settle()
	return g
}

// fill puts the elements into the boxes, which makes these as high as they are.
func (g *bpmn) fill(d *layout) {
	g.layout = d
	incoming, outgoing := map[*box]int{}, map[*box][]*arrow{}
	for _, a := range d.arrows {
		incoming[a.to]++
		outgoing[a.from] = append(outgoing[a.from], a)
	}
	for _, x := range d.boxes {
		f := &fragment{box: x, side: waySide(outgoing[x])}
		g.fragments[x] = f
		id := g.boxID(x)
		if incoming[x] > 1 {
			f.put(&element{kind: "parallelGateway", id: "join-" + id, w: gatewaySize, h: gatewaySize})
			f.y += gapDown
		}
		switch {
		case x.step != nil && x.step.Every != nil:
			g.repeating(f, x.step)
		case x.step != nil:
			g.task(f, x.step, len(outgoing[x]))
		case x.ending != nil:
			g.ending(f, x.ending, id)
		default:
			f.exit = f.put(&element{kind: "startEvent", id: caseBegins, name: g.words("bpmn.start"), w: eventSize, h: eventSize})
			f.words(f.exit, 1, 0)
		}
		if f.exit != nil && len(outgoing[x]) > 1 {
			last := f.exit
			f.y = last.y + last.h + gapDown
			f.exit = f.put(&element{kind: "parallelGateway", id: "split-" + id, w: gatewaySize, h: gatewaySize, splits: true})
			f.line(last, f.exit)
		}
		for _, e := range f.elements {
			x.h = max(x.h, e.y+e.h, e.label.y+e.label.h)
		}
		for _, n := range f.notes {
			x.h = max(x.h, n.y+n.h)
		}
		x.h = even(x.h)
		x.row.h = max(x.row.h, x.h)
	}
	d.top = 2*headerHeight + padding
	for _, b := range d.bands {
		g.fillBand(b)
	}
}

// waySide is the side for the way past a step, where no arrow leaves.
func waySide(out []*arrow) float64 {
	if len(out) == 1 && out[0].legs != nil && out[0].legs[0].x > out[0].from.middle() {
		return -1
	}
	return 1
}

func (g *bpmn) boxID(x *box) string {
	switch {
	case x.step != nil:
		return xmlName(x.step.ID)
	case x.ending != nil:
		return "end-" + xmlName(x.ending.outcomes[0].ID)
	}
	return caseBegins
}

// caseBegins is the id of the start; no step can have one with a hyphen.
const caseBegins = "case-begins"

// begin puts an element below what is there, and leads to it from the join before it, if there is one.
func (f *fragment) begin(e *element) *element {
	var before *element
	if n := len(f.elements); n > 0 {
		before = f.elements[n-1]
	}
	f.put(e)
	if before != nil {
		f.line(before, e)
	}
	return e
}

// task puts in a step: its wait for its first day, the question whether it applies, the task, and where the ways meet.
func (g *bpmn) task(f *fragment, s *dsl.Step, followers int) {
	id := xmlName(s.ID)
	if t := s.Time; t != nil && t.NotBefore != nil {
		lines := g.timeLines(&dsl.Time{From: t.From, NotBefore: t.NotBefore})
		e := f.begin(&element{kind: "intermediateCatchEvent", id: "wait-" + id, name: lines[0], w: eventSize, h: eventSize, wait: t.NotBefore.ISO(), since: t.From})
		f.y = max(f.y, f.words(e, -f.side, 0)) + gapDown
	}
	applies := g.applies(f, s)
	task := f.begin(g.taskElement(f, s))
	below := f.annotate(task, g.around(s))
	f.exit = task
	f.y += gapDown
	if applies != nil {
		g.answer(f, applies)
		merge := f.put(&element{kind: "exclusiveGateway", id: "merge-" + id, w: gatewaySize, h: gatewaySize})
		f.line(task, merge)
		g.otherwise(f, f.past(applies, merge))
		f.exit = merge
		f.y += gapDown
	}
	if followers == 0 {
		last := f.exit
		end := f.put(&element{kind: "endEvent", id: "done-" + id, w: eventSize - 10, h: eventSize - 10})
		f.line(last, end)
		f.exit = nil
	}
	f.y = max(f.y, below)
}

// repeating puts in a step that comes back: wait, ask whether it still applies, do it, and wait again. Nothing comes after
// it.
func (g *bpmn) repeating(f *fragment, s *dsl.Step) {
	id := xmlName(s.ID)
	f.side = 1
	wait := f.begin(&element{
		kind: "intermediateCatchEvent", id: "wait-" + id, name: strings.Join(g.everyLines(s.Every), "; "), w: eventSize, h: eventSize, wait: s.Every.Period.ISO(),
	})
	f.y = max(f.y, f.words(wait, f.side, 0)) + gapDown
	applies := g.applies(f, s)
	task := f.begin(g.taskElement(f, s))
	below := f.annotate(task, g.around(s))
	mid := task.y + task.h/2
	f.line(task, wait, point{task.x, mid}, point{sideLane, mid}, point{sideLane, wait.y + wait.h/2}, point{wait.x, wait.y + wait.h/2})
	f.y += gapDown
	if applies != nil {
		g.answer(f, applies)
		end := f.put(&element{kind: "endEvent", id: "done-" + id, w: eventSize - 10, h: eventSize - 10})
		g.otherwise(f, f.past(applies, end))
	}
	f.y = max(f.y, below)
}

// applies puts in the question whether a step applies; nil where it always does.
func (g *bpmn) applies(f *fragment, s *dsl.Step) *element {
	name := ""
	switch {
	case s.When != nil && stageWhen(s.Stage) != nil:
		name = g.words("bpmn.applies-both", "Rule", g.ruleText(s.When))
	case s.When != nil:
		name = g.words("bpmn.applies", "Rule", g.ruleText(s.When))
	case stageWhen(s.Stage) != nil:
		name = g.words("bpmn.applies-stage")
	default:
		return nil
	}
	_, written := g.bothRules(s.Stage, s.When)
	e := f.begin(&element{
		kind: "exclusiveGateway", id: "applies-" + xmlName(s.ID), name: name, w: gatewaySize, h: gatewaySize, splits: true, condition: written,
		tells: []string{capital(g.words("drawing.when", "Rule", g.wholeRule(s.Stage, s.When)))},
	})
	f.y = max(f.y+gapWord, f.words(e, -f.side, longestRule)+6)
	return e
}

// answer writes what the way into the step is taken for.
func (g *bpmn) answer(f *fragment, applies *element) {
	q := applies.out[0]
	q.name, q.condition = g.words("bpmn.yes"), applies.condition
	q.label = f.word(q.name, applies.y+applies.h+4)
}

// otherwise writes what the way past the step is taken for.
func (g *bpmn) otherwise(f *fragment, q *sequence) {
	q.name, q.otherwise = g.words("bpmn.no"), true
	q.label = f.word(q.name, q.from.y+q.from.h/2-labelSize*labelLine-4)
	q.label.x += f.side * (gatewaySize/2 + 8) // past the mark of the default way
}

// word is the room for a word beside the middle line, on the side of the way past.
func (f *fragment) word(text string, y float64) area {
	w := even(textWidth(text, labelSize, false) + 4)
	x := f.middle() + 4
	if f.side < 0 {
		x = f.middle() - 4 - w
	}
	return area{x, y, w, even(labelSize * labelLine)}
}

func (g *bpmn) taskElement(f *fragment, s *dsl.Step) *element {
	w := f.box.w - 2*taskInset
	title := flat(g.in(s.Title))
	// Room above for the sign of who does it: a person.
	return &element{kind: "userTask", id: "step-" + xmlName(s.ID), name: title, w: w, h: max(60, 2*22+textHeight(title, w-2*noteInset, textSize)), step: s, tells: g.stepTells(s)}
}

// around is what stands beside a task: who else takes part, and by when it must be done.
func (g *bpmn) around(s *dsl.Step) []string {
	var out []string
	if len(s.With) > 0 {
		out = append(out, g.words("drawing.with", "Actors", g.titles(s.With)))
	}
	if t := s.Time; t != nil && (t.Max != nil || t.Min != nil) {
		out = append(out, g.timeLines(&dsl.Time{From: t.From, Min: t.Min, Max: t.Max, Roll: t.Roll})...)
	}
	return out
}

// stepTells is the documentation of a step: all that the page says of it.
func (g *bpmn) stepTells(s *dsl.Step) []string {
	var out []string
	add := func(head string, text ...string) {
		if len(text) > 0 && text[0] != "" {
			out = append(out, g.words(head)+": "+strings.Join(text, "; "))
		}
	}
	if help := flat(g.in(s.Help)); help != "" {
		out = append(out, help)
	}
	when, _ := g.bothRules(s.Stage, s.When)
	add("steps.who", flat(g.in(s.Actor.Title)))
	add("steps.with", g.titles(s.With))
	add("table.kind", flat(g.in(s.Kind.Title)))
	add("steps.when", flat(when))
	var done []string
	for _, x := range g.checklist(s) {
		done = append(done, x.text.bare()+belowText(x.below))
	}
	add("table.done", done...)
	origins := []dsl.Origin{s.Origin}
	if s.Time != nil {
		add("time.head", g.timeLines(s.Time)...)
		origins = append(origins, s.Time.Origin)
	}
	if s.Every != nil {
		add("every.head", g.everyLines(s.Every)...)
		origins = append(origins, s.Every.Origin)
	}
	return append(out, g.originTells(origins...)...)
}

func (g *bpmn) originTells(origins ...dsl.Origin) []string {
	var out []string
	sources, chosen := g.originLines(origins)
	for _, x := range []struct{ head, text string }{{"origin.source", sources}, {"origin.interpretation", chosen}} {
		if x.text != "" {
			out = append(out, g.words(x.head)+": "+flat(x.text))
		}
	}
	return out
}

// wholeRule is the rule of a stage and a step or an outcome, in words.
func (g *bpmn) wholeRule(stage *dsl.Stage, when *dsl.Rule) string {
	words, _ := g.bothRules(stage, when)
	return flat(words)
}

// ending puts in the ways for a case to end that wait for the same steps. The first whose rule comes to hold ends all.
func (g *bpmn) ending(f *fragment, e *ending, id string) {
	if len(e.outcomes) == 1 {
		o := e.outcomes[0]
		if rule := g.outcomeRule(o); rule != "" {
			wait := f.begin(g.holds(o, rule))
			f.y = max(f.y, f.words(wait, 1, longestRule)) + gapDown
		}
		end := f.begin(g.endElement(o))
		f.y = max(f.y, f.words(end, 1, 0))
		return
	}
	first := f.begin(&element{kind: "eventBasedGateway", id: "ways-" + id, w: gatewaySize + 8, h: gatewaySize + 8, splits: true, tells: []string{g.words("outcomes.intro")}})
	f.y += gapDown
	rail, at := sideLane+4, first.y+first.h/2
	for _, o := range e.outcomes {
		wait, end := g.holds(o, g.outcomeRule(o)), g.endElement(o)
		left := rail + 22
		wait.x, end.x = left, left+wait.w+gapDown
		x := end.x + end.w + 6
		w := f.box.w - x - 4
		wait.name = cutTo(wait.name, w, labelSize, longestRule)
		title, rule := textHeight(end.name, w, labelSize), textHeight(wait.name, w, labelSize)
		end.label, wait.label = area{x, f.y, w, title}, area{x, f.y + title, w, rule}
		high := max(title+rule, wait.h)
		mid := f.y + even(high)/2
		wait.y, end.y = mid-wait.h/2, mid-end.h/2
		f.y += even(high) + 12
		for _, x := range []*element{wait, end} {
			x.lane = f.box.lane
			f.elements = append(f.elements, x)
		}
		f.line(first, wait, point{first.x, at}, point{rail, at}, point{rail, mid}, point{wait.x, mid})
		f.line(wait, end, point{wait.x + wait.w, mid}, point{end.x, mid})
	}
}

// outcomeRule is the rule of an outcome with that of its stage, as written; "" where it always holds.
func (g *bpmn) outcomeRule(o *dsl.Outcome) string {
	_, written := g.bothRules(o.Stage, o.When)
	return written
}

// holds waits until the rule of an outcome is true.
func (g *bpmn) holds(o *dsl.Outcome, rule string) *element {
	name := g.words("steps.always")
	switch {
	case o.When != nil:
		name = g.words("drawing.when", "Rule", g.ruleText(o.When))
	case rule != "":
		name = g.words("bpmn.applies-stage")
	}
	if rule == "" {
		rule = "true"
	}
	return &element{
		kind: "intermediateCatchEvent", id: "when-" + xmlName(o.ID), name: name, w: eventSize, h: eventSize, condition: rule,
		tells: []string{capital(g.words("drawing.when", "Rule", g.wholeRule(o.Stage, o.When)))},
	}
}

func (g *bpmn) endElement(o *dsl.Outcome) *element {
	var tells []string
	if help := flat(g.in(o.Help)); help != "" {
		tells = append(tells, help)
	}
	name := flat(g.in(o.Title))
	if len(o.To) > 0 {
		tells = append(tells, g.words("outcomes.to")+": "+g.titles(o.To))
	}
	return &element{kind: "endEvent", id: "outcome-" + xmlName(o.ID), name: name, w: eventSize, h: eventSize, ends: true, outcome: o, tells: append(tells, g.originTells(o.Origin)...)}
}

// fillBand makes room for the name of a stage and what there is to say of it.
func (g *bpmn) fillBand(b *band) {
	if b.stage == nil {
		return
	}
	w := g.label - 2*padding
	b.h = padding + textHeight(g.in(b.stage.Title), w, labelSize) + padding
	var text []string
	if b.stage.When != nil {
		text = append(text, g.words("drawing.when", "Rule", g.ruleText(b.stage.When)))
	}
	if b.stage.Time != nil {
		text = append(text, g.timeLines(b.stage.Time)...)
	}
	if text == nil {
		return
	}
	n := &note{id: "stage-" + xmlName(b.stage.ID) + "-note", text: lines(text), area: area{edge + padding, b.h, w, 2 * noteInset}}
	for _, t := range text {
		n.h += textHeight(t, w-2*noteInset, textSize)
	}
	b.h += n.h + padding
	b.note = n
}
