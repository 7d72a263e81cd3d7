package export

import (
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/beevik/etree"
)

// The namespaces of BPMN 2.0, and of its extension that has colours.
var bpmnSpaces = [][2]string{
	{"xmlns:bpmn", "http://www.omg.org/spec/BPMN/20100524/MODEL"},
	{"xmlns:bpmndi", "http://www.omg.org/spec/BPMN/20100524/DI"},
	{"xmlns:dc", "http://www.omg.org/spec/DD/20100524/DC"},
	{"xmlns:di", "http://www.omg.org/spec/DD/20100524/DI"},
	{"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"},
	{"xmlns:color", "http://www.omg.org/spec/BPMN/non-normative/color/1.0"},
}

// poolColours are those of lanes, one after another: stronger than in a drawing, for tools that thin them out.
var poolColours = []string{"#b9d3f0", "#c3e3bc", "#f5dda6", "#ddc3ea", "#f0c3c3", "#bfe3df"}

const (
	bpmnTarget   = "https://github.com/stegvis/stegvis/models/" // and the id of the model
	ruleLanguage = "https://github.com/stegvis/stegvis/rule"    // names the language of the expressions
	formal       = "bpmn:tFormalExpression"
)

// writeBPMN writes the model in BPMN 2.0, with a diagram for tools that show and edit such.
//
// A step is a task. Where it does not always apply an exclusive gateway asks, and its way past the task meets that out of
// it. What comes after several steps waits for all of them in a parallel gateway, and several things that come after one
// step leave it through such a one. A first day is a timer before the task. A step that comes back is a ring: a timer,
// the question whether it applies, the task. Each way for a case to end is an event that waits for its rule and an end
// that ends all; where several wait for the same steps, the first to come takes the case. Actors are lanes, stages are
// groups across them. Longest times have no effect on what is to be done, in the model as here: they stand beside the
// tasks.
func writeBPMN(w io.Writer, r Request) error {
	x := &bpmnFile{bpmn: newPage(r).bpmn()}
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := doc.CreateElement("bpmn:definitions")
	for _, s := range bpmnSpaces {
		root.CreateAttr(s[0], s[1])
	}
	root.CreateAttr("id", "definitions")
	root.CreateAttr("name", flat(x.in(x.m.Title)))
	root.CreateAttr("targetNamespace", bpmnTarget+x.m.ID)
	root.CreateAttr("expressionLanguage", ruleLanguage)
	root.CreateAttr("exporter", "stegvis")
	x.categories(root)
	x.collaboration(root)
	x.process(root)
	x.drawn(root)
	doc.Indent(2)
	_, err := doc.WriteTo(w)
	return err
}

// bpmnFile writes a diagram.
type bpmnFile struct{ *bpmn }

// child adds an element with attributes, given as name and value in turn; one without a value is left out.
func child(of *etree.Element, name string, attributes ...string) *etree.Element {
	e := of.CreateElement(name)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			e.CreateAttr(attributes[i], attributes[i+1])
		}
	}
	return e
}

// documentation tells of an element, a line for each thing.
func documentation(of *etree.Element, tells []string) {
	if len(tells) > 0 {
		child(of, "bpmn:documentation", "textFormat", "text/plain").SetText(strings.Join(tells, "\n"))
	}
}

func (x *bpmnFile) processID() string { return "process-" + xmlName(x.m.ID) }

func stageID(b *band) string { return "stage-" + xmlName(b.stage.ID) }

func (x *bpmnFile) laneID(l *lane) string {
	if l.actor == nil {
		return "lane-ends-here"
	}
	return "lane-" + xmlName(l.actor.ID)
}

// categories are the names of the groups that stages are.
func (x *bpmnFile) categories(root *etree.Element) {
	if len(x.m.Stages) == 0 {
		return
	}
	c := child(root, "bpmn:category", "id", "stages", "name", x.words("stages.head"))
	for _, b := range x.bands {
		if b.stage != nil {
			child(c, "bpmn:categoryValue", "id", stageID(b)+"-name", "value", flat(x.in(b.stage.Title)))
		}
	}
}

// collaboration is the pool of the model, and the stages around it.
func (x *bpmnFile) collaboration(root *etree.Element) {
	c := child(root, "bpmn:collaboration", "id", "collaboration")
	p := child(c, "bpmn:participant", "id", "pool", "name", flat(x.in(x.m.Title)), "processRef", x.processID())
	documentation(p, x.modelTells())
	for _, b := range x.bands {
		if b.stage == nil {
			continue
		}
		group := child(c, "bpmn:group", "id", stageID(b), "categoryValueRef", stageID(b)+"-name")
		var tells []string
		if help := flat(x.in(b.stage.Help)); help != "" {
			tells = append(tells, help)
		}
		if b.stage.When != nil {
			tells = append(tells, capital(x.words("drawing.when", "Rule", x.ruleText(b.stage.When))))
		}
		documentation(group, append(tells, x.originTells(b.stage.Origin)...))
		if b.note != nil {
			x.annotation(c, b.note)
		}
	}
}

// modelTells is the documentation of the model.
func (x *bpmnFile) modelTells() []string {
	var out []string
	for _, text := range paragraphs(x.in(x.m.Help)) {
		out = append(out, flat(text))
	}
	out = append(out, x.words("about.version")+": "+x.m.Version+", "+x.words("about.in-force", "From", x.m.InForce.String(), "To", ""))
	for _, s := range x.m.Sources {
		line := x.words("origin.source") + ": " + flat(x.in(s.Title))
		if s.URL != "" {
			line += ", " + flat(s.URL)
		}
		out = append(out, line)
	}
	return append(out, x.words("bpmn.generated"))
}

func (x *bpmnFile) annotation(of *etree.Element, n *note) {
	child(child(of, "bpmn:textAnnotation", "id", n.id), "bpmn:text").SetText(n.text)
}

// all lists the elements and the sequence flows, box by box.
func (x *bpmnFile) all() (elements []*element, flows []*sequence, notes []*note) {
	for _, b := range x.boxes {
		f := x.fragments[b]
		elements, flows, notes = append(elements, f.elements...), append(flows, f.inner...), append(notes, f.notes...)
	}
	return elements, append(flows, x.between...), notes
}

// process is what happens, without places.
func (x *bpmnFile) process(root *etree.Element) {
	p := child(root, "bpmn:process", "id", x.processID(), "name", flat(x.in(x.m.Title)), "isExecutable", "false")
	elements, flows, notes := x.all()
	lanes := child(p, "bpmn:laneSet", "id", "lanes")
	for _, l := range x.layout.lanes {
		name := x.words("drawing.ends")
		var tells []string
		if l.actor != nil {
			name = flat(x.in(l.actor.Title))
			if help := flat(x.in(l.actor.Help)); help != "" {
				tells = append(tells, help)
			}
		}
		e := child(lanes, "bpmn:lane", "id", x.laneID(l), "name", name)
		documentation(e, tells)
		for _, n := range elements {
			if n.lane == l {
				child(e, "bpmn:flowNodeRef").SetText(n.id)
			}
		}
	}
	for _, e := range elements {
		x.element(p, e)
	}
	for _, q := range flows {
		e := child(p, "bpmn:sequenceFlow", "id", q.id, "name", q.name, "sourceRef", q.from.id, "targetRef", q.to.id)
		if q.condition != "" {
			child(e, "bpmn:conditionExpression", "xsi:type", formal).SetText(q.condition)
		}
	}
	for _, n := range notes {
		x.annotation(p, n)
		child(p, "bpmn:association", "id", n.id+"-line", "sourceRef", n.of.id, "targetRef", n.id)
	}
}

func (x *bpmnFile) element(p *etree.Element, n *element) {
	e := child(p, "bpmn:"+n.kind, "id", n.id, "name", n.name)
	if n.isGateway() {
		direction := "Converging"
		if n.splits {
			direction = "Diverging"
		}
		e.CreateAttr("gatewayDirection", direction)
	}
	documentation(e, n.tells)
	for _, q := range n.in {
		child(e, "bpmn:incoming").SetText(q.id)
	}
	for _, q := range n.out {
		child(e, "bpmn:outgoing").SetText(q.id)
		if q.otherwise {
			e.CreateAttr("default", q.id)
		}
	}
	switch {
	case n.ends:
		child(e, "bpmn:terminateEventDefinition", "id", n.id+"-all")
	case n.wait != "" && n.since != nil:
		child(child(e, "bpmn:timerEventDefinition", "id", n.id+"-timer"), "bpmn:timeDate", "xsi:type", formal).SetText(n.since.ID + " + " + n.wait)
	case n.wait != "":
		child(child(e, "bpmn:timerEventDefinition", "id", n.id+"-timer"), "bpmn:timeDuration", "xsi:type", formal).SetText(n.wait)
	case n.kind == "intermediateCatchEvent":
		child(child(e, "bpmn:conditionalEventDefinition", "id", n.id+"-rule"), "bpmn:condition", "xsi:type", formal).SetText(n.condition)
	}
}

func (e *element) isGateway() bool { return strings.HasSuffix(e.kind, "Gateway") }

// drawn is the diagram: where everything stands.
func (x *bpmnFile) drawn(root *etree.Element) {
	plane := child(child(root, "bpmndi:BPMNDiagram", "id", "diagram"), "bpmndi:BPMNPlane", "id", "plane", "bpmnElement", "collaboration")
	left, bottom := edge+x.label, x.height-edge
	shape := func(of string, a area, attributes ...string) *etree.Element {
		e := child(plane, "bpmndi:BPMNShape", append([]string{"id", of + "-shape", "bpmnElement", of}, attributes...)...)
		bounds(e, a)
		return e
	}
	shape("pool", area{left, x.top, x.width - edge - left, bottom - x.top}, "isHorizontal", "false")
	for i, l := range x.layout.lanes {
		fill := poolColours[i%len(poolColours)]
		if l.actor == nil {
			fill = "#dcdde0"
		}
		shape(x.laneID(l), area{l.x, x.top + headerHeight, l.w, bottom - x.top - headerHeight}, "isHorizontal", "false", "color:background-color", fill)
	}
	for _, b := range x.bands {
		if b.stage == nil {
			continue
		}
		e := shape(stageID(b), area{edge, b.y + 2, x.width - 2*edge, b.h - 4})
		w := x.label - 2*padding
		bounds(child(e, "bpmndi:BPMNLabel"), area{edge + padding, b.y + padding, w, textHeight(x.in(b.stage.Title), w, labelSize)})
		if b.note != nil {
			shape(b.note.id, b.note.area)
		}
	}
	elements, flows, notes := x.all()
	for _, n := range elements {
		var marker []string
		if n.kind == "exclusiveGateway" {
			marker = []string{"isMarkerVisible", "true"}
		}
		e := shape(n.id, area{n.x, n.y, n.w, n.h}, marker...)
		if n.label.w > 0 && n.name != "" {
			bounds(child(e, "bpmndi:BPMNLabel"), n.label)
		}
	}
	line := func(of string, points []point) *etree.Element {
		e := child(plane, "bpmndi:BPMNEdge", "id", of+"-edge", "bpmnElement", of)
		for _, p := range points {
			child(e, "di:waypoint", "x", num(p.x), "y", num(p.y))
		}
		return e
	}
	for _, q := range flows {
		e := line(q.id, q.points)
		if q.name != "" {
			bounds(child(e, "bpmndi:BPMNLabel"), q.label)
		}
	}
	for _, n := range notes {
		shape(n.id, n.area)
		middle := n.x + n.w/2
		line(n.id+"-line", []point{{middle, n.of.y + n.of.h}, {middle, n.y}})
	}
}

func bounds(of *etree.Element, a area) {
	child(of, "dc:Bounds", "x", num(a.x), "y", num(a.y), "width", num(a.w), "height", num(a.h))
}

// xmlName writes one of our ids so that it can stand in an id after a prefix. XML would take most letters, but tools for
// BPMN take none beyond ASCII: those are written by their number, between hyphens, which our ids do not have.
func xmlName(id string) string {
	var b strings.Builder
	for _, r := range id {
		if r <= unicode.MaxASCII {
			b.WriteRune(r)
		} else {
			b.WriteString("-" + strconv.FormatInt(int64(r), 16) + "-")
		}
	}
	return b.String()
}
