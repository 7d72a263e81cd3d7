package rule

import "slices"

// Equal tells whether the two expressions are the same tree: the same operations on the same names, values
// and types. Where they stand in a text has no part in it.
func (e *Expr) Equal(o *Expr) bool {
	if e.Op != o.Op || e.Name != o.Name || e.Value != o.Value || e.Number != o.Number || !e.Type.Equal(o.Type) {
		return false
	}
	return slices.EqualFunc(e.Args, o.Args, (*Expr).Equal)
}

// Equal tells whether the two types have the same kind, values in the same order, and range.
func (t Type) Equal(o Type) bool {
	return t.Kind == o.Kind && t.Min == o.Min && t.Max == o.Max && slices.Equal(t.Values, o.Values)
}
