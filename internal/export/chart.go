package export

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// chart draws the steps and what comes after what, for programs that know Mermaid. Everything in it stands in words
// elsewhere on the page.
func (p *page) chart() {
	p.section("chart")
	p.add(paragraph{say(p.words("chart.intro"))}, diagram{"mermaid", p.mermaid()})
}

// writeMermaid writes the chart alone, with the name of the model.
func writeMermaid(w io.Writer, r Request) error {
	p := newPage(r)
	_, err := io.WriteString(w, "---\ntitle: "+strconv.Quote(inTitle.Replace(flat(p.in(p.m.Title))))+"\n---\n"+p.mermaid())
	return err
}

// Mermaid reads its titles as HTML and shows what is escaped in them as it stands, so that there is no way to write these: they
// are exchanged for those that look the same.
var inTitle = strings.NewReplacer("<", "＜", ">", "＞")

// mermaid writes the chart in Mermaid.
func (p *page) mermaid() string {
	c := &chart{page: p}
	c.line("flowchart TD")
	for _, part := range p.parts() {
		if part.stage == nil {
			for _, s := range part.steps {
				c.node("  ", s)
			}
			continue
		}
		c.line("  subgraph stage%d[%s]", part.stage.Index, label(p.in(part.stage.Title)))
		for _, s := range part.steps {
			c.node("    ", s)
		}
		c.line("  end")
	}
	for _, part := range p.parts() {
		for _, s := range part.steps {
			for _, a := range s.After {
				c.line("  s%d --> s%d", p.number[a], p.number[s])
			}
		}
	}
	c.rank()
	c.endings()
	c.line("  classDef sometimes stroke-dasharray: 5 4")
	if len(c.sometimes) > 0 {
		c.line("  class %s sometimes", strings.Join(c.sometimes, ","))
	}
	return c.b.String()
}

type chart struct {
	*page
	b         strings.Builder
	sometimes []string // nodes of steps that have a rule of their own
}

func (c *chart) line(format string, args ...any) { fmt.Fprintf(&c.b, format+"\n", args...) }

func (c *chart) node(indent string, s *dsl.Step) {
	n := c.number[s]
	open, end := "[", "]"
	if s.Every != nil {
		open, end = "[[", "]]"
	}
	c.line("%ss%d%s%s%s", indent, n, open, label(fmt.Sprint(n, " ", c.in(s.Title)), c.in(s.Actor.Title)), end)
	if s.When != nil {
		c.sometimes = append(c.sometimes, fmt.Sprint("s", n))
	}
}

// rank keeps the stages in their order where no arrow does: a stage that no step leads to is laid below the one before it,
// by a line that is not drawn.
func (c *chart) rank() {
	parts := c.parts()
	for i := 1; i < len(parts); i++ {
		reached := false
		for _, s := range parts[i].steps {
			for _, a := range s.After {
				reached = reached || a.Stage != s.Stage
			}
		}
		if last := parts[i-1].steps; !reached {
			c.line("  s%d ~~~ s%d", c.number[last[len(last)-1]], c.number[parts[i].steps[0]])
		}
	}
}

// endings draws the outcomes that wait for steps: those that wait for the same ones in one node, after the last of them.
func (c *chart) endings() {
	n := 0
	for _, e := range endingGroups(c.m) {
		if e.last == nil {
			continue
		}
		titles := make([]string, len(e.outcomes))
		for i, x := range e.outcomes {
			titles[i] = c.in(x.Title)
		}
		c.line("  o%d([%s])", n, label(titles...))
		for _, s := range e.last {
			c.line("  s%d --> o%d", c.number[s], n)
		}
		n++
	}
}

// forMermaid are the characters that a label in quotes cannot hold as they are. A backslash before an n is the end of a line
// to Mermaid, however it is written; a space of no width keeps them apart.
var forMermaid = strings.NewReplacer(
	`\n`, "#92;#8203;n",
	`"`, "#quot;", "#", "#35;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;", "%", "#37;", `\`, "#92;", "*", "#42;", "_", "#95;",
)

// label writes lines of text as one label.
func label(lines ...string) string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = forMermaid.Replace(flat(s))
	}
	return `"` + strings.Join(out, "<br>") + `"`
}
