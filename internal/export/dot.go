package export

import (
	"fmt"
	"io"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// writeDOT writes the steps and what comes after what for Graphviz: the same chart as in Mermaid, with the marks of the
// drawing.
func writeDOT(w io.Writer, r Request) error {
	p := newPage(r)
	d := &dot{page: p}
	d.line("digraph %s {", forDOT(p.m.ID))
	d.line("  graph [label=%s, labelloc=t, fontname=Arial, newrank=true]", forDOT(p.in(p.m.Title)))
	d.line("  node [shape=box, fontname=Arial, fontsize=11]")
	for _, part := range p.parts() {
		indent := "  "
		if part.stage != nil {
			d.line("  subgraph cluster%d {", part.stage.Index)
			d.line("    label=%s", forDOT(p.in(part.stage.Title)))
			indent = "    "
		}
		for _, s := range part.steps {
			d.node(indent, s)
		}
		if part.stage != nil {
			d.line("  }")
		}
	}
	for _, part := range p.parts() {
		for _, s := range part.steps {
			for _, a := range s.After {
				d.line("  s%d -> s%d", p.number[a], p.number[s])
			}
		}
	}
	for _, e := range endingGroups(p.m) {
		for _, o := range e.outcomes {
			d.line("  o%d [label=%s, shape=box, style=rounded, penwidth=2]", o.Index, forDOT(p.in(o.Title)))
			for _, s := range e.last {
				d.line("  s%d -> o%d", p.number[s], o.Index)
			}
		}
	}
	d.line("}")
	_, err := io.WriteString(w, d.b.String())
	return err
}

type dot struct {
	*page
	b strings.Builder
}

func (d *dot) line(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

func (d *dot) node(indent string, s *dsl.Step) {
	marks := ""
	if s.When != nil {
		marks += ", style=dashed"
	}
	if s.Every != nil {
		marks += ", peripheries=2"
	}
	d.line("%ss%d [label=%s%s]", indent, d.number[s], forDOT(fmt.Sprint(d.number[s], " ", d.in(s.Title)), d.in(s.Actor.Title)), marks)
}

// forDOT writes lines of text as one quoted string, in which no character means anything to Graphviz. It reads
// "&" as the start of a character's name.
func forDOT(lines ...string) string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = dotEscape.Replace(flat(s))
	}
	return `"` + strings.Join(out, `\n`) + `"`
}

var dotEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;", "\x00", "\uFFFD")
