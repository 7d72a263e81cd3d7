package rule

import "github.com/stegvis/stegvis/dsl/diag"

// RefKind says what a name in a rule stands for.
type RefKind uint8

// The kinds of names.
const (
	RefName RefKind = iota // a fact or a definition; which one, only the model knows
	RefStep                // a step, in done('…') and late('…')
)

// Ref is a name that a rule uses.
type Ref struct {
	Kind RefKind
	Name string // in NFC
	Span diag.Span
}

// Names lists the names that the rule uses, in the order of the text and as often as they stand there. It
// needs no types, so that definitions can be put in order before they are checked. The list is the tree's own.
func (t *Tree) Names() []Ref {
	if t == nil {
		return nil
	}
	return t.names
}

// survey counts the nodes, and lists the names.
func (t *Tree) survey() (nodes int, out []Ref) {
	t.root.walk(func(n *node) {
		nodes++
		switch {
		case n.form == formName && n.name != wordToday:
			out = append(out, Ref{RefName, n.name, t.src.span(n.from, n.to)})
		case n.form == formCall && (n.name == "done" || n.name == "late") && len(n.args) == 1 && n.args[0].form == formText:
			a := n.args[0]
			out = append(out, Ref{RefStep, a.name, t.src.span(a.from, a.to)})
		}
	})
	return nodes, out
}
