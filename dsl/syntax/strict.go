package syntax

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// Strict reads the keys of one table for small kinds of files: a key that the table cannot have is reported when it is
// opened, a value of the wrong kind and a missing one that must be there when they are asked for. A getter returns nothing
// for a key that is absent or at fault, so that its callers need no branches of their own.
type Strict struct {
	*Table
	Label  string // the table as an author writes it: "[[step]]"
	faults *diag.List
}

// Open opens the table for strict reading; known are the keys that it can have.
func (t *Table) Open(label string, faults *diag.List, known ...string) Strict {
	for _, e := range t.Entries {
		if !slices.Contains(known, e.Name) {
			faults.Error(e.Key, "unknown-key", diag.Args{
				"Key": e.Name, "Table": label, "Near": diag.Suggest(e.Name, known), "Known": strings.Join(known, ", "),
			})
		}
	}
	return Strict{t, label, faults}
}

// wrongKind is what is said of a value that is of another kind than the one asked for.
var wrongKind = map[Kind]string{
	String:    "not-a-text",
	Int:       "not-a-whole-number",
	Float:     "not-a-number",
	Date:      "not-a-date",
	Array:     "not-a-list",
	TableKind: "not-a-table",
}

// Has tells whether the key stands in the table, at fault or not.
func (s Strict) Has(key string) bool { return s.Entry(key) != nil }

// Value returns the value of the key if it is of the kind.
func (s Strict) Value(key string, kind Kind, must bool) *Value {
	v := s.Get(key)
	switch {
	case v == nil:
		if must && !s.Broken && !s.Has(key) {
			s.faults.Error(s.Header, "missing-key", diag.Args{"Key": key, "Table": s.Label})
		}
		return nil
	case v.Kind != kind:
		s.faults.Error(v.Span, wrongKind[kind], diag.Args{"Key": key, "Table": s.Label})
		return nil
	}
	return v
}

// Text returns the text of the key, NFC-normalised. One that must be there may not be blank.
func (s Strict) Text(key string, must bool) string {
	v := s.Value(key, String, must)
	if v == nil {
		return ""
	}
	if must && strings.TrimSpace(v.String) == "" {
		s.faults.Error(v.Span, "blank-text", diag.Args{"Key": key, "Table": s.Label})
	}
	return norm.NFC.String(v.String)
}

// Sub returns the table of the key, or nil.
func (s Strict) Sub(key string) *Table {
	if v := s.Value(key, TableKind, false); v != nil {
		return v.Table
	}
	return nil
}

// List returns the tables [[key]].
func (s Strict) List(key string) (out []*Table) {
	v := s.Get(key)
	if v == nil {
		return nil
	}
	items := v.Items
	if v.Kind != Array {
		items = []*Value{v}
	}
	for _, item := range items {
		if v.Kind != Array || item.Kind != TableKind {
			s.faults.Error(item.Span, "not-tables", diag.Args{"Key": key, "Table": "[[" + key + "]]"})
			continue
		}
		out = append(out, item.Table)
	}
	return out
}
