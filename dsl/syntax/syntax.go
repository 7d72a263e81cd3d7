// Package syntax turns the bytes of a TOML file into a tree in which everything has its place: keys, values, headers,
// and each byte of a text through its escapes. It knows TOML and nothing of what the keys mean.
//
// Two libraries share the work, and neither is trusted alone: go-toml tells where things stand, BurntSushi/toml tells
// what they are worth, and the tests hold the tree to what it says. What reaches a person is in our own words; no message of a library gets out. A text goes through
// these passes:
//
//  1. limits (limits.go): size, UTF-8 and control characters, before anything looks closer;
//  2. splitting (split.go): the text is cut into logical lines, one header or one key with its value, with the depth
//     and number of keys counted on the way. No decoder sees a text that is over a limit. A line that is wrong stays
//     wrong by itself: the next one is read as if nothing had happened;
//  3. the tree (tree.go, table.go, value.go): each logical line is parsed and put in its table, under TOML's rules for
//     what may be defined once. A line that cannot be parsed is explained (explain.go) from its own text;
//  4. values: nearly all can be read in one way only, and are taken as they stand (plain.go); those with escapes and
//     the like are decoded one by one. Where the text has a fault, or a key in quotes, it is decoded as a whole, with
//     every faulty line blanked out, and the tree takes its values from there (decode.go).
//
// Skim (skim.go) stops after the second pass, for whoever wants a few keys of a file and not its faults.
//
// Files are TOML 1.0. What 1.1 adds is refused, since the other tools of an author would refuse it.
package syntax

import "github.com/stegvis/stegvis/dsl/diag"

// Kind is the kind of a TOML value.
type Kind uint8

// The kinds of values.
const (
	String Kind = iota
	Int
	Float
	Bool
	Date     // a local date
	DateTime // any other date or time of TOML
	Array
	TableKind
)

// File is a TOML text with the place of everything in it.
type File struct {
	Source *diag.Source
	Root   *Table
	Broken bool // some part could not be read, so that what is not in Root may still be in the text
}

// Table is a TOML table: headed, dotted or inline.
type Table struct {
	Entries []*Entry  // in the order of the text
	Header  diag.Span // what is between the brackets, or the key; the whole text's start for the root
	Broken  bool      // a line of this very table could not be read: a key that is not here may still be in the text

	origin origin
	index  map[string]*Entry // by name, once there are many
}

// Entry is a key of a table and its value.
type Entry struct {
	Name  string // NFC-normalised
	Key   diag.Span
	Value *Value // never nil

	raw string // the key as decoded, before normalisation
}

// Value is a TOML value.
//
// Its span is exact for everything that stands after an equals sign or in an array: putting another value's text in
// its place gives a text that is as well-formed as before.
type Value struct {
	Kind   Kind
	Span   diag.Span // for a headed table its header; for an array of tables the first header
	String string    // String: decoded
	Int    int64
	Float  float64
	Bool   bool
	Date   [3]int // Date: year, month, day
	Items  []*Value
	Table  *Table

	headed bool    // Array: an array of tables, made by [[headers]]
	first  int32   // String: the source offset of the first decoded byte
	starts []int32 // String: the source offset of each decoded byte, and of the end; nil where they follow one another
}

// indexFrom is how many entries a table has before it keeps an index of their names.
const indexFrom = 12

// Entry returns the entry with the given name, or nil.
func (t *Table) Entry(name string) *Entry {
	if t == nil {
		return nil
	}
	if t.index != nil {
		return t.index[name]
	}
	for _, e := range t.Entries {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// Get returns the value with the given name, or nil.
func (t *Table) Get(name string) *Value {
	if e := t.Entry(name); e != nil {
		return e.Value
	}
	return nil
}

// Names returns the names of the table's entries in the order of the text.
func (t *Table) Names() []string {
	names := make([]string, len(t.Entries))
	for i, e := range t.Entries {
		names[i] = e.Name
	}
	return names
}

// add puts e last in the table.
func (t *Table) add(e *Entry) {
	t.Entries = append(t.Entries, e)
	switch {
	case t.index != nil:
		t.index[e.Name] = e
	case len(t.Entries) == indexFrom:
		t.index = make(map[string]*Entry, 2*indexFrom)
		for _, e := range t.Entries {
			t.index[e.Name] = e
		}
	}
}

// Span returns the place of the whole entry. For a key with its value on one line that is from the one to the end of
// the other; for a headed table it is the header.
func (e *Entry) Span() diag.Span {
	if e.Value.Span.Start < e.Key.Start {
		return e.Value.Span
	}
	return diag.Span{Source: e.Key.Source, Start: e.Key.Start, End: max(e.Key.End, e.Value.Span.End)}
}

// Headed tells whether the value is an array of tables made by [[headers]], rather than one in brackets.
func (v *Value) Headed() bool { return v.headed }

// String returns the kind's name as a test or a log writes it. Diagnostics have their own words for it.
func (k Kind) String() string {
	return [...]string{"string", "int", "float", "bool", "date", "datetime", "array", "table"}[k]
}

// At returns the place in the source of the bytes [from, to) of the decoded text of a String, through escapes and the
// forms that span lines. Offsets outside the text are moved to its nearest end. For any other kind of value it returns
// the value's own span.
func (v *Value) At(from, to int) diag.Span {
	if v.Kind != String || v.Span.IsZero() {
		return v.Span
	}
	from = max(0, min(from, len(v.String)))
	to = max(from, min(to, len(v.String)))
	start := v.offset(from)
	if from == to {
		return v.Span.Source.At(start, start)
	}
	last := v.offset(to - 1)
	end := last + 1
	if v.starts != nil && v.Span.Source.Text[last] == '\\' {
		esc := readEscape([]byte(v.Span.Source.Text[last:v.Span.End]), 0, false)
		end = last + esc.size
	}
	return v.Span.Source.At(start, end)
}

// offset returns the source offset of the decoded byte i, or of the end.
func (v *Value) offset(i int) int {
	if v.starts == nil {
		return int(v.first) + i
	}
	return int(v.starts[i])
}
