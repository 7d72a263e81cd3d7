package syntax

import "github.com/stegvis/stegvis/dsl/diag"

// origin tells how a table came to be, which decides what may still be put in it.
type origin uint8

const (
	byHeader origin = iota // its own [header] or [[header]], or the root
	byPath                 // only named on the way, in the header of a table within it: it may still get its own
	byDots                 // dotted keys: more of them may follow, but no header
	inline                 // in braces: closed when the brace is
)

// part is one name of a key or header.
type part struct {
	name string // NFC-normalised
	raw  string
	span diag.Span
}

// entry returns a new entry of the name p.
func (b *builder) entry(p part, v *Value) *Entry {
	e := b.store.entry()
	e.Name, e.raw, e.Key, e.Value = p.name, p.raw, p.span, v
	return e
}

// child returns a new table at the name p, with the given span for its value.
func (b *builder) child(p part, how origin, span diag.Span) *Entry {
	v := b.headed(span, p.span)
	v.Table.origin = how
	return b.entry(p, v)
}

// headed returns a new table with the given span for its value and for its header.
func (b *builder) headed(span, header diag.Span) *Value {
	v, t := b.store.value(), b.store.table()
	v.Kind, v.Span, v.Table, t.Header = TableKind, span, t, header
	return v
}

// openHeader makes the table of the header with the given parts the one that the next keys belong to. Span is the whole
// header, inner what is between its brackets. It reports whether TOML allows it here.
func (b *builder) openHeader(parts []part, array bool, span, inner diag.Span) bool {
	t := b.root
	for _, p := range parts[:len(parts)-1] {
		e := t.Entry(p.name)
		if e == nil {
			e = b.child(p, byPath, p.span)
			t.add(e)
		}
		switch v := e.Value; {
		case v.Kind == TableKind && v.Table.origin != inline:
			t = v.Table
		case v.headed:
			t = v.Items[len(v.Items)-1].Table
		default:
			b.conflict("toml-not-extendable", p, e)
			return false
		}
	}
	last := parts[len(parts)-1]
	e := t.Entry(last.name)
	fresh := b.headed(span, inner)
	switch {
	case e == nil && array:
		t.add(b.entry(last, &Value{Kind: Array, Span: span, headed: true, Items: []*Value{fresh}}))
	case e == nil:
		t.add(b.entry(last, fresh))
	case array && e.Value.headed:
		e.Value.Items = append(e.Value.Items, fresh)
	case !array && e.Value.Kind == TableKind && e.Value.Table.origin == byPath:
		fresh.Table = e.Value.Table
		fresh.Table.origin, fresh.Table.Header = byHeader, inner
		e.Key, e.Value = last.span, fresh
	case array && e.Value.Kind == TableKind && e.Value.Table.origin != inline, !array && e.Value.headed:
		b.conflict("toml-brackets-differ", last, e)
		return false
	case e.Value.Kind == TableKind && e.Value.Table.origin != inline:
		b.conflict("toml-duplicate-table", last, e)
		return false
	default:
		b.conflict("toml-not-extendable", last, e)
		return false
	}
	b.current = fresh.Table
	return true
}

// put sets the key with the given parts to v in t, and reports whether TOML allows it.
func (b *builder) put(t *Table, parts []part, v *Value) bool {
	for _, p := range parts[:len(parts)-1] {
		e := t.Entry(p.name)
		if e == nil {
			e = b.child(p, byDots, p.span)
			t.add(e)
		}
		if e.Value.Kind != TableKind || e.Value.Table.origin != byDots {
			b.conflict("toml-not-extendable", p, e)
			return false
		}
		t = e.Value.Table
	}
	last := parts[len(parts)-1]
	if e := t.Entry(last.name); e != nil {
		b.conflict("toml-duplicate-key", last, e)
		return false
	}
	if v.Kind == TableKind {
		v.Table.Header = last.span
	}
	t.add(b.entry(last, v))
	return true
}

// conflict reports that the name p cannot be used as it is because of what e already is.
func (b *builder) conflict(code string, p part, e *Entry) {
	b.report(slip{
		start: p.span.Start, end: p.span.End, code: code, args: args{"Name": p.name},
		related: e.Key, relatedCode: "toml-first-here",
	})
}
