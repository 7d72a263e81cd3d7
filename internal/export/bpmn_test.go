package export_test

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/browser"
	"github.com/stegvis/stegvis/internal/export"
)

// packages is where npm puts what reads BPMN and Mermaid.
const packages = "testdata/bpmn/node_modules"

// script is a file of an npm package. A machine that has not installed them fails.
func script(t testing.TB, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{packages}, path...)...)
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("%s is not there; '.ci/gate needs npm' installs it, or: apt-get install nodejs npm; npm ci --prefix internal/export/testdata/bpmn", file)
	}
	return file
}

// moddle is a running bpmn-moddle.
type moddle struct {
	in  io.Writer
	out *bufio.Reader
}

func startModdle(t testing.TB) *moddle {
	t.Helper()
	script(t, "bpmn-moddle", "package.json")
	cmd := exec.Command("node", "moddle.mjs")
	cmd.Dir, cmd.Stderr = "testdata/bpmn", os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("this test needs node: apt-get install nodejs npm (%v)", err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	return &moddle{in, bufio.NewReader(out)}
}

// faults is what bpmn-moddle warns of in a document.
func (m *moddle) faults(t fataler, text string) []string {
	t.Helper()
	line, err := json.Marshal(text)
	if err == nil {
		_, err = m.in.Write(append(line, '\n'))
	}
	var answer []byte
	if err == nil {
		answer, err = m.out.ReadBytes('\n')
	}
	var faults []string
	if err == nil {
		err = json.Unmarshal(answer, &faults)
	}
	if err != nil {
		t.Errorf("bpmn-moddle does not answer: %v", err)
	}
	return faults
}

// checkBPMN holds a diagram to what must be true of it for any model: bpmn-moddle reads it without a warning, its flows obey
// BPMN, and nothing in it lies on anything else.
func checkBPMN(t fataler, m *moddle, r export.Request) {
	t.Helper()
	text := inForm(t, "bpmn", r)
	for _, fault := range m.faults(t, text) {
		t.Errorf("bpmn-moddle warns: %s", fault)
	}
	for _, wrong := range append(export.UntidyBPMN(r), wrongFlows(text)...) {
		t.Errorf("in the diagram %s", wrong)
	}
}

// bpmnNode is an element of a process as it is written.
type bpmnNode struct {
	XMLName   xml.Name
	ID        string     `xml:"id,attr"`
	Default   string     `xml:"default,attr"`
	Source    string     `xml:"sourceRef,attr"`
	Target    string     `xml:"targetRef,attr"`
	Incoming  []string   `xml:"incoming"`
	Outgoing  []string   `xml:"outgoing"`
	Condition string     `xml:"conditionExpression"`
	Nodes     []bpmnNode `xml:",any"`
}

// wrongFlows tells what in a document goes against the rules of BPMN that its schema does not hold: what begins and ends, how
// gateways branch, that every element lies on a way from the start to an end.
func wrongFlows(text string) []string {
	var doc struct {
		Process struct {
			Nodes []bpmnNode `xml:",any"`
		} `xml:"process"`
	}
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	nodes, flows, inLane := map[string]bpmnNode{}, map[string]bpmnNode{}, map[string]int{}
	var starts []string
	for _, n := range doc.Process.Nodes {
		switch n.XMLName.Local {
		case "laneSet":
			for _, ref := range strings.Fields(laneRefs(text)) {
				inLane[ref]++
			}
		case "sequenceFlow":
			flows[n.ID] = n
		case "textAnnotation", "association":
		default:
			nodes[n.ID] = n
			if n.XMLName.Local == "startEvent" {
				starts = append(starts, n.ID)
			}
		}
	}
	for id, n := range nodes {
		in, out := len(n.Incoming), len(n.Outgoing)
		ok := false
		switch n.XMLName.Local {
		case "startEvent":
			ok = in == 0 && out == 1
		case "endEvent":
			ok = in == 1 && out == 0
		case "userTask":
			ok = in == 1 && out == 1
		case "intermediateCatchEvent":
			ok = in == 1 && out == 1
			for _, f := range n.Incoming { // a wait that comes back has its own task before it too
				ok = ok || in == 2 && out == 1 && flows[f].Source == "step-"+strings.TrimPrefix(id, "wait-")
			}
		case "parallelGateway", "exclusiveGateway":
			ok = in == 1 && out > 1 || in > 1 && out == 1
		case "eventBasedGateway":
			ok = in == 1 && out > 1
		}
		if !ok {
			say("%s %s has %d flows in and %d out", n.XMLName.Local, id, in, out)
		}
		if inLane[id] != 1 {
			say("%s stands in %d lanes", id, inLane[id])
		}
		for _, f := range n.Outgoing {
			if flows[f].Source != id {
				say("%s does not come from %s", f, id)
			}
			if n.XMLName.Local == "exclusiveGateway" && out > 1 && (flows[f].Condition == "") != (n.Default == f) {
				say("%s has neither a condition nor is it what happens else", f)
			}
			if n.XMLName.Local == "eventBasedGateway" && nodes[flows[f].Target].XMLName.Local != "intermediateCatchEvent" {
				say("%s leads to no event", f)
			}
		}
		for _, f := range n.Incoming {
			if flows[f].Target != id {
				say("%s does not lead to %s", f, id)
			}
		}
	}
	reached := map[string]bool{}
	for len(starts) > 0 {
		id := starts[0]
		starts = starts[1:]
		if reached[id] {
			continue
		}
		reached[id] = true
		for _, f := range nodes[id].Outgoing {
			starts = append(starts, flows[f].Target)
		}
	}
	for id := range nodes {
		if !reached[id] {
			say("no way leads to %s", id)
		}
	}
	return wrong
}

// laneRefs lists the elements that lanes name.
func laneRefs(text string) string {
	var b strings.Builder
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "<bpmn:flowNodeRef>")
		if !found {
			return b.String()
		}
		id, more, _ := strings.Cut(after, "<")
		b.WriteString(id + " ")
		rest = more
	}
}

func TestEveryModelIsADiagramThatBPMNToolsRead(t *testing.T) {
	m := startModdle(t)
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		t.Run(fileOf(r), func(t *testing.T) { checkBPMN(t, m, r) })
	}
}

// opened shows a document in bpmn-js and tells what it warns of, what in the document has no place in the picture, and what
// in the picture has texts that leave their room.
const opened = `async xml => {
	const room = document.getElementById('room')
	room.replaceChildren()
	const viewer = window.viewer = new BpmnJS({ container: room })
	const wrong = []
	const { warnings } = await viewer.importXML(xml)
	for (const w of warnings) wrong.push('bpmn-js warns: ' + w.message)
	const shown = viewer.get('elementRegistry')
	const doc = new DOMParser().parseFromString(xml, 'application/xml')
	const places = new Set()
	for (const process of doc.querySelectorAll('process, collaboration')) for (const e of process.querySelectorAll('[id]')) {
		if (/Definition$|^laneSet$|^documentation$/.test(e.localName)) continue
		places.add(e.id)
		if (!shown.get(e.id)) wrong.push('has no shape: ' + e.localName + ' ' + e.id)
		else if (!shown.getGraphics(e.id)) wrong.push('is not drawn: ' + e.id)
	}
	for (const e of shown.getAll()) if (e.parent && !e.labelTarget && !places.has(e.id)) wrong.push('is drawn and not written: ' + e.id)
	viewer.get('canvas').zoom(1)
	// A text has the room that the diagram gave it.
	for (const e of shown.filter(e => !e.waypoints && e.parent)) {
		const text = [...shown.getGraphics(e).querySelectorAll(':scope > .djs-visual > text')].pop()
		if (!text) continue
		const given = e.labelTarget ? e.di.label.bounds : e // bpmn-js makes the room of a name outside its shape as large as the text
		const r = text.getBBox(), x = e.x + r.x, y = e.y + r.y
		if (x < given.x - 5 || x + r.width > given.x + given.width + 5 || y < given.y - 3 || y + r.height > given.y + given.height + 3)
			wrong.push('is too small for its text: ' + e.id + ', ' + text.textContent + ' ' + [x, y, r.width, r.height, given.x, given.y, given.width, given.height].map(Math.round))
	}
	const box = viewer.get('canvas').viewbox().inner
	return { Wrong: wrong, Width: Math.ceil(box.width), Height: Math.ceil(box.height), Shapes: places.size }
}`

// Every model that ships, opened in bpmn-js as people open it.
func TestBPMNOpensInBPMNJSWithoutAWarning(t *testing.T) {
	viewer := script(t, "bpmn-js", "dist", "bpmn-viewer.production.min.js")
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	p.Show("html", `<!doctype html><meta charset="utf-8"><title>x</title><style>html,body,#room{margin:0;height:100%}</style><div id="room"></div>`)
	p.Style(script(t, "bpmn-js", "dist", "assets", "diagram-js.css"))
	p.Style(script(t, "bpmn-js", "dist", "assets", "bpmn-js.css"))
	p.Script(viewer)
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		var got struct {
			Wrong                 []string
			Width, Height, Shapes int
		}
		name := strings.TrimSuffix(fileOf(r), ".md")
		p.Eval(&got, opened, inForm(t, "bpmn", r))
		for _, w := range got.Wrong {
			t.Errorf("%s: %s", name, w)
		}
		if least := 2 * len(r.Model.Model().Steps); got.Shapes < least {
			t.Errorf("%s: %d shapes for %d steps", name, got.Shapes, least/2)
		}
		p.Resize(got.Width+40, got.Height+40)
		p.Eval(nil, "() => { viewer.get('canvas').resized(); viewer.get('canvas').zoom('fit-viewport') }")
		p.Shot("bpmn-" + name)
	}
	p.CheckQuiet()
}
