package modeltest

import (
	"slices"
	"sort"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/interpreter"
)

// none is how an expectation says that there is no outcome, no due day, and so on.
const none = "none"

// answer is what a decision says under one key of an expectation: a word, a list, or a table.
type answer struct {
	shape shape
	word  string
	list  []string
	table map[string]answer
}

type shape uint8

const (
	aWord shape = iota
	aList
	aTable
)

// names says what the words of an answer name, so that a misspelt one is found.
type names uint8

const (
	noName names = iota
	stepName
	factName
	outcomeName
	limitName
	dutyName
	statusName
	stepStatusName
	timeName
	limitTimeName
	stuckName
	dayName
)

// key describes one key of an expectation.
type key struct {
	name   string
	shape  shape
	keys   names // of a table's keys
	values names // of words, list entries and table values
	nested bool  // a table's values are lists
	get    func(d *result) answer
}

// result is a decision in both its forms.
type result struct {
	program  *interpreter.Program
	decision *interpreter.Decision
	raw      *interpreter.Result
}

// keys lists the keys of an expectation, in the order they are written.
var keys = []key{
	{name: "status", shape: aWord, values: statusName, get: func(r *result) answer { return word(string(r.decision.Status)) }},
	{name: "next", shape: aList, values: stepName, get: func(r *result) answer {
		out := answer{shape: aList}
		for _, n := range r.decision.Next {
			out.list = append(out.list, n.Step)
		}
		return out
	}},
	{name: "due", shape: aTable, keys: stepName, values: dayName, get: func(r *result) answer {
		out := table()
		for _, n := range r.decision.Next {
			if n.Due != nil {
				out.table[n.Step] = word(n.Due.String())
			}
		}
		return out
	}},
	{name: "time", shape: aTable, keys: stepName, values: timeName, get: func(r *result) answer {
		out := table()
		for _, n := range r.decision.Next {
			out.table[n.Step] = word(string(n.Time))
		}
		return out
	}},
	{name: "unmet", shape: aTable, keys: stepName, values: factName, nested: true, get: func(r *result) answer {
		out := table()
		for _, n := range r.decision.Next {
			facts := answer{shape: aList}
			for _, u := range n.Unmet {
				facts.list = append(facts.list, u.Facts...)
			}
			out.table[n.Step] = facts
		}
		return out
	}},
	{name: "duties", shape: aTable, keys: stepName, values: dutyName, nested: true, get: func(r *result) answer {
		out := table()
		for _, n := range r.decision.Next {
			broken := answer{shape: aList}
			for _, d := range n.Duties { // a step can break several demands of one duty
				if !slices.Contains(broken.list, d.ID) {
					broken.list = append(broken.list, d.ID)
				}
			}
			out.table[n.Step] = broken
		}
		return out
	}},
	{name: "upcoming", shape: aTable, keys: stepName, values: dayName, get: func(r *result) answer {
		out := table()
		for _, u := range r.decision.Upcoming {
			out.table[u.Step] = word(u.From.String())
		}
		return out
	}},
	{name: "missing", shape: aList, values: factName, get: func(r *result) answer {
		out := answer{shape: aList}
		for _, m := range r.decision.Missing {
			out.list = append(out.list, m.Fact)
		}
		return out
	}},
	{name: "outcome", shape: aWord, values: outcomeName, get: func(r *result) answer {
		if r.decision.Outcome == nil {
			return word(none)
		}
		return word(r.decision.Outcome.ID)
	}},
	{name: "stuck", shape: aWord, values: stuckName, get: func(r *result) answer {
		if r.decision.Stuck == nil {
			return word(none)
		}
		return word(string(r.decision.Stuck.Why))
	}},
	{name: "stuck_facts", shape: aList, values: factName, get: func(r *result) answer {
		out := answer{shape: aList}
		if s := r.decision.Stuck; s != nil {
			out.list = append(out.list, s.Facts...)
		}
		return out
	}},
	{name: "limits", shape: aTable, keys: limitName, values: limitTimeName, get: func(r *result) answer {
		out := table()
		for _, l := range r.decision.Limits {
			out.table[l.ID] = word(string(l.Time))
		}
		return out
	}},
	{name: "steps", shape: aTable, keys: stepName, values: stepStatusName, get: func(r *result) answer {
		out := table()
		for i, s := range r.program.Model().Steps {
			out.table[s.ID] = word(r.raw.StepStatus(i).String())
		}
		return out
	}},
}

func word(s string) answer { return answer{word: s} }

func table() answer { return answer{shape: aTable, table: map[string]answer{}} }

func keyNames() []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.name
	}
	return out
}

// expectation is one key of an expectation with the answer it wants.
type expectation struct {
	key   *key
	want  answer
	value *syntax.Value // where it stands
}

// check returns what the result says under the expectation's key, and whether that is what was wanted. Of a
// table only the keys that the expectation names are looked at.
func (x *expectation) check(r *result) (got answer, ok bool) {
	got = x.key.get(r)
	if x.key.shape == aTable {
		whole := got.table
		got = table()
		for k, want := range x.want.table {
			v, has := whole[k]
			if !has {
				v = word(none)
			}
			if want.shape == aList && v.shape == aList && want.list == nil && v.list == nil {
				v = want
			}
			got.table[k] = v
		}
	}
	return got, got.toml() == x.want.toml()
}

// toml writes the answer as a test file does.
func (a answer) toml() string {
	switch a.shape {
	case aList:
		quoted := make([]string, len(a.list))
		for i, s := range a.list {
			quoted[i] = quote(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case aTable:
		ids := make([]string, 0, len(a.table))
		for k := range a.table {
			ids = append(ids, k)
		}
		sort.Strings(ids)
		parts := make([]string, len(ids))
		for i, k := range ids {
			parts[i] = bareKey(k) + " = " + a.table[k].toml()
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	if isDay(a.word) {
		return a.word
	}
	return quote(a.word)
}

// legal returns the words that an answer can have, and whether they are all there are.
func (n names) legal(p *interpreter.Program) []string {
	m := p.Model()
	var out []string
	switch n {
	case stepName:
		for _, s := range m.Steps {
			out = append(out, s.ID)
		}
	case factName:
		for _, f := range m.Facts {
			out = append(out, f.ID)
		}
	case outcomeName:
		for _, o := range m.Outcomes {
			out = append(out, o.ID)
		}
		out = append(out, none)
	case limitName:
		for _, l := range m.Limits {
			out = append(out, l.ID)
		}
	case dutyName:
		for _, o := range m.Overlays {
			for _, d := range o.Duties {
				out = append(out, d.ID)
			}
		}
	case statusName:
		out = []string{"open", "waiting", "needs_facts", "closed", "stuck"}
	case stepStatusName:
		out = []string{"not_applicable", "done", "waiting", "scheduled", "required", "undetermined"}
	case timeName:
		out = []string{"ok", "soon", "late", none}
	case limitTimeName:
		out = []string{"ok", "soon", "late", "met", none}
	case stuckName:
		out = []string{"no_rule", "unobtainable", none}
	}
	return out
}

// what names the kind of word for diagnostics.
func (n names) code() string {
	switch n {
	case stepName:
		return "test-unknown-step"
	case factName:
		return "test-unknown-fact"
	case outcomeName:
		return "test-unknown-outcome"
	case limitName:
		return "test-unknown-limit"
	case dutyName:
		return "test-unknown-duty"
	}
	return "test-unknown-word"
}

// checkName reports a word that names nothing.
func (n names) check(s string, at diag.Span, p *interpreter.Program, faults *diag.List) bool {
	if n == noName || n == dayName {
		return true
	}
	legal := n.legal(p)
	for _, l := range legal {
		if l == s {
			return true
		}
	}
	faults.Error(at, n.code(), diag.Args{"Name": s, "Near": diag.Suggest(s, legal), "Legal": strings.Join(legal, ", "), "Model": p.Model().ID})
	return false
}
