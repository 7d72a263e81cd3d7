package dsl

import (
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// parsed is what the parsing of a rule gave.
type parsed struct {
	tree   *rule.Tree
	faults diag.List
}

func parseRule(v *syntax.Value) *parsed {
	p := &parsed{}
	p.tree = rule.Parse(v.String, v.At, &p.faults)
	return p
}

// worthAhead is how many rules a file has before they are parsed on all cores.
const worthAhead = 64

// parseAhead parses the rules of a large model on all cores, before the passes that come to them one by one. To parse a
// rule takes nothing but its text, and is the greater part of the work.
func (d *draft) parseAhead() {
	rules := d.ruleTexts()
	if len(rules) < worthAhead {
		return
	}
	trees := make([]*parsed, len(rules))
	const some = 16 // taken at a time
	concurrently((len(rules)+some-1)/some, func(i int) {
		for n := i * some; n < min(len(rules), (i+1)*some); n++ {
			trees[n] = parseRule(rules[n])
		}
	})
	d.ahead = make(map[*syntax.Value]*parsed, len(rules))
	for i, v := range rules {
		d.ahead[v] = trees[i]
	}
}

// ruleTexts lists the texts that stand where rules do. What else is wrong there does not matter yet.
func (d *draft) ruleTexts() (out []*syntax.Value) {
	var add func(v *syntax.Value, key string)
	add = func(v *syntax.Value, key string) {
		switch {
		case v == nil:
		case v.Kind == syntax.String:
			out = append(out, v)
		case v.Kind == syntax.TableKind:
			add(v.Table.Get(key), "")
		}
	}
	if defines := d.Root.Get("define"); defines != nil && defines.Kind == syntax.TableKind {
		for _, e := range defines.Table.Entries {
			add(e.Value, "rule")
		}
	}
	for _, name := range []string{"stage", "step", "outcome"} {
		list := d.Root.Get(name)
		if list == nil {
			continue
		}
		for _, v := range list.Items {
			if v.Kind != syntax.TableKind {
				continue
			}
			add(v.Table.Get("when"), "")
			if done := v.Table.Get("done"); done != nil {
				for _, item := range done.Items {
					add(item, "rule")
				}
			}
		}
	}
	return out
}
