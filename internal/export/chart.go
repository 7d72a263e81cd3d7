package export

import (
	"fmt"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// chart draws the steps and what comes after what, for programs that know Mermaid. Everything in it stands in words
// elsewhere on the page.
func (p *page) chart() {
	p.section("chart")
	p.add(paragraph{say(p.words("chart.intro"))})
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
	p.add(diagram{"mermaid", c.b.String()})
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
	o := &order{m: c.m, before: map[*dsl.Step]map[*dsl.Step]bool{}}
	var keys []string
	titles, lasts := map[string][]string{}, map[string][]*dsl.Step{}
	for _, x := range c.m.Outcomes {
		var last []*dsl.Step
		for _, s := range x.After {
			covered := false
			for _, other := range x.After {
				covered = covered || o.ancestors(other)[s]
			}
			if !covered {
				last = append(last, s)
			}
		}
		key := fmt.Sprint(len(last))
		for _, s := range last {
			key += fmt.Sprint(" ", s.Index)
		}
		if lasts[key] == nil && last != nil {
			keys = append(keys, key)
			lasts[key] = last
		}
		titles[key] = append(titles[key], c.in(x.Title))
	}
	for i, key := range keys {
		c.line("  o%d([%s])", i, label(titles[key]...))
		for _, s := range lasts[key] {
			c.line("  s%d --> o%d", c.number[s], i)
		}
	}
}

// forMermaid are the characters that a label in quotes cannot hold as they are.
var forMermaid = strings.NewReplacer(
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
