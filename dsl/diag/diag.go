// Package diag says what is wrong with a text, where, and what to do about it.
//
// A Diagnostic is a value: a code, a place, and arguments. Its words stand in the catalogue under the
// code (the message) and under code+".hint" (what to do), in Swedish and English, and are chosen when it
// is written. The writers (text with an excerpt and a caret, JSON) are apart from the value, so that a
// terminal, an editor and a web page show the same fault each in their own way.
//
// Faults are gathered in a List, never returned one at a time: a reader of a file learns of all of them.
package diag

import (
	"embed"
	"sort"

	"github.com/stegvis/stegvis/dsl/lang"
)

// Severity tells whether a file can be used in spite of the fault.
type Severity int8

// The severities. A file with an Error is not used; a Warning is for its author.
const (
	Error Severity = iota
	Warning
)

// String returns the severity as JSON and logs write it.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Args are the values that a message's template names.
type Args map[string]any

// Diagnostic is one fault of a text.
type Diagnostic struct {
	Code     string // kebab-case, stable; names the sentence in the catalogue
	Severity Severity
	Span     Span // what the caret points at
	Args     Args
	Hint     string    // id of the hint when it is not Code+".hint"; "-" for none
	Related  []Related // other places that belong to the fault
}

// Related is a place that a fault also concerns, with a note on why ("first defined here").
type Related struct {
	Span Span
	Code string
	Args Args
}

//go:generate go test -run TestReferenceIsCurrent -update .

//go:embed catalogue/*.json
var catalogueFiles embed.FS

// Catalogue holds the words of every diagnostic.
var Catalogue = lang.Embedded(catalogueFiles)

// Message returns what is wrong, in l.
func (d *Diagnostic) Message(l lang.Lang) string { return Catalogue.Text(l, d.Code, d.Args) }

// HintText returns what to do about it, in l; empty where there is nothing to add.
func (d *Diagnostic) HintText(l lang.Lang) string {
	id := d.Hint
	if id == "-" {
		return ""
	}
	if id == "" {
		id = d.Code + ".hint"
	}
	if !Catalogue.Has(l, id) {
		return ""
	}
	return Catalogue.Text(l, id, d.Args)
}

// With adds a related place and returns the diagnostic, for use while it is being built.
func (d *Diagnostic) With(span Span, code string, args Args) *Diagnostic {
	d.Related = append(d.Related, Related{Span: span, Code: code, Args: args})
	return d
}

// List gathers the faults of one or more texts. The zero value is empty and ready.
type List []*Diagnostic

// Error adds an error and returns it.
func (l *List) Error(span Span, code string, args Args) *Diagnostic {
	d := &Diagnostic{Code: code, Severity: Error, Span: span, Args: args}
	*l = append(*l, d)
	return d
}

// Warn adds a warning and returns it.
func (l *List) Warn(span Span, code string, args Args) *Diagnostic {
	d := &Diagnostic{Code: code, Severity: Warning, Span: span, Args: args}
	*l = append(*l, d)
	return d
}

// HasErrors tells whether any of them is an error.
func (l List) HasErrors() bool { return l.Count(Error) > 0 }

// Count returns how many have the severity s.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sort orders the list by source name, place, code and severity, and drops what is said twice of one
// place. Faults of one place and code keep the order in which they were found.
func (l *List) Sort() {
	s := *l
	sort.SliceStable(s, func(i, j int) bool {
		a, b := s[i], s[j]
		if x, y := a.Span.Name(), b.Span.Name(); x != y {
			return x < y
		}
		if a.Span.Start != b.Span.Start {
			return a.Span.Start < b.Span.Start
		}
		if a.Span.End != b.Span.End {
			return a.Span.End < b.Span.End
		}
		if a.Code != b.Code {
			return a.Code < b.Code
		}
		return a.Severity < b.Severity
	})
	out := s[:0]
	var said map[string]bool // the messages of this place and code; made only where there are several
	for i, d := range s {
		if i == 0 || s[i-1].Code != d.Code || s[i-1].Span != d.Span {
			said = nil
		} else {
			if said == nil {
				said = map[string]bool{s[i-1].Message(lang.EN): true}
			}
			message := d.Message(lang.EN)
			if said[message] {
				continue
			}
			said[message] = true
		}
		out = append(out, d)
	}
	clear(s[len(out):])
	*l = out
}
