package measure_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
)

const head = `
[model]
id = "m"
title = "M"
lang = "en"
version = "1"
in_force = 2020-01-01

[[actor]]
id = "a"
title = "A"

[[actor]]
id = "b"
title = "B"

[[actor]]
id = "c"
title = "C"

[[kind]]
id = "mote"
title = "Meeting"

[[kind]]
id = "plan"
title = "Plan"

[[fact]]
id = "q0"
type = "bool"
title = "Q0"
ask = "Q0?"

[[fact]]
id = "q1"
type = "bool"
title = "Q1"
ask = "Q1?"

[[fact]]
id = "why"
type = "enum"
values = { x = "X", y = "Y" }
title = "Why"
ask = "Why?"
`

var guards = []string{"", "", "", "q0", "q1", "q0 == false", "not happened(e0)", "q0 or q1", "not known(why)", "known(why) and why == 'x'", "q0 and not known(why)"}

// drawModel draws a small model whose rules turn on and off as facts come in.
func drawModel(t *testing.T, r *rapid.T) *interpreter.Program {
	var text strings.Builder
	text.WriteString(head)
	n := rapid.IntRange(1, 4).Draw(r, "steps")
	for i := range n {
		fmt.Fprintf(&text, "\n[[fact]]\nid = \"e%d\"\ntype = \"event\"\ntitle = \"E%d\"\n", i, i)
	}
	for i := range n {
		var after []string
		for k := range i {
			if rapid.IntRange(0, 2).Draw(r, "after") > 0 {
				after = append(after, fmt.Sprintf("%q", fmt.Sprint("s", k)))
			}
		}
		done := fmt.Sprintf("\"happened(e%d)\"", i)
		if extra := rapid.SampledFrom([]string{"", "", ", \"known(q1)\"", ", \"known(why)\"", ", \"q0\""}).Draw(r, "item"); extra != "" {
			done += extra
		}
		fmt.Fprintf(&text, "\n[[step]]\nid = \"s%d\"\ntitle = \"S%d\"\nkind = %q\nactor = %q\nafter = [%s]\ndone = [%s]\n", i, i,
			rapid.SampledFrom([]string{"mote", "plan"}).Draw(r, "kind"), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "actor"), strings.Join(after, ", "), done)
		if g := rapid.SampledFrom(guards).Draw(r, "guard"); g != "" && !(strings.Contains(g, "e0") && i == 0) {
			fmt.Fprintf(&text, "when = %q\n", g)
		}
		if rapid.Bool().Draw(r, "timed") {
			from := rapid.IntRange(0, n-1).Draw(r, "from")
			fmt.Fprintf(&text, "time = { from = \"e%d\", max = \"%d days\" }\n", from, rapid.IntRange(1, 40).Draw(r, "max"))
		}
	}
	last := fmt.Sprintf("s%d", n-1)
	fmt.Fprintf(&text, "\n[[outcome]]\nid = \"o0\"\ntitle = \"O0\"\nwhen = %q\n", rapid.SampledFrom([]string{"q0 == false", "known(why) and why == 'y'", "q0 == false and q1"}).Draw(r, "first"))
	fmt.Fprintf(&text, "\n[[outcome]]\nid = \"o1\"\ntitle = \"O1\"\nafter = [%q]\n", last)
	return casetest.Models(t, text.String()).Versions("m")[0]
}

// brute lives every history of a model in the plainest way, and tells for each outcome which steps can have been done.
type brute struct {
	p    *interpreter.Program
	f    *interpreter.Facts
	seen map[string]bool
	ends []map[string][]bool
	told []string
}

func (b *brute) live(done []bool, next []int32) {
	m := b.p.Model()
	var r interpreter.Result
	b.p.Decide(b.f, dayOf, &r)
	now := slices.Clone(done)
	for i := range m.Steps {
		now[i] = now[i] || r.StepStatus(i) == interpreter.Done
	}
	for _, i := range next {
		all := true
		for _, of := range b.p.Rules() {
			all = all && (of.Item == nil || of.Step.Index != int(i) || b.p.Value(of, b.f, &r) == interpreter.True)
		}
		now[i] = now[i] || all
	}
	key := fmt.Sprint(now)
	for i := range m.Facts {
		key += fmt.Sprint(b.f.Value(i), ";")
	}
	if b.seen[key] {
		return
	}
	b.seen[key] = true
	if r.Outcome >= 0 {
		b.ends[r.Outcome][fmt.Sprint(now)] = now
		return
	}
	can := map[int]bool{}
	for _, x := range r.Missing {
		can[int(x.Fact)] = true
	}
	next = slices.Clone(r.Next)
	for _, i := range next {
		s := m.Steps[i]
		for _, item := range s.Done {
			for _, f := range item.Facts {
				can[f.Index] = true
			}
		}
		if s.Time != nil {
			can[s.Time.From.Index] = true
		}
	}
	for i, f := range m.Facts {
		if b.f.Known(i) || !can[i] && !slices.Contains(b.told, f.ID) && b.asked(f) {
			continue
		}
		for _, v := range values(f) {
			b.f.Put(i, v)
			b.live(now, next)
			b.f.Forget(i)
		}
	}
}

// asked tells whether anything in the model asks for the fact.
func (b *brute) asked(f *dsl.Fact) (out bool) {
	m := b.p.Model()
	look := func(r *dsl.Rule) {
		if r != nil && f.Type.Kind != rule.Event {
			r.Expr.Walk(func(e *rule.Expr) { out = out || e.Op == rule.OpFact && e.Name == f.ID })
		}
	}
	for _, s := range m.Steps {
		look(s.When)
		out = out || s.Time != nil && s.Time.From == f
		for _, item := range s.Done {
			out = out || slices.Contains(item.Facts, f)
		}
	}
	for _, o := range m.Outcomes {
		look(o.When)
	}
	return out
}

func values(f *dsl.Fact) []any {
	switch f.Type.Kind {
	case rule.Bool:
		return []any{false, true}
	case rule.Enum:
		return []any{"x", "y"}
	}
	return []any{dayOf - 3}
}
