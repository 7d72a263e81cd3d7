package dsl

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// maxID is the longest an id can be, in characters.
const maxID = 64

// checkID reports an id that is not letters, digits and underscores with no digit first.
func (f *file) checkID(w word) {
	if utf8.RuneCountInString(w.text) > maxID {
		f.faults.Error(w.span, "long-id", diag.Args{"Max": maxID})
		return
	}
	for i, c := range w.text {
		if !(c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) && i > 0) {
			f.faults.Error(w.span, "bad-id", diag.Args{"Name": w.text, "Suggestion": idLike(w.text)})
			return
		}
	}
}

// idLike returns an id made of what is legal in s, or "" where nothing is.
func idLike(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) && b.Len() > 0:
			b.WriteRune(c)
		case (c == ' ' || c == '-' || c == '.') && b.Len() > 0:
			b.WriteRune('_')
		}
	}
	return strings.Trim(b.String(), "_")
}

// index holds what is declared under ids of one kind, in the order it was declared.
type index[T any] struct {
	label string // as an author writes it: "[[step]]"
	own   bool   // only the file itself can declare it, no vocabulary
	ids   []string
	byID  map[string]T
	spans map[string]diag.Span
}

func newIndex[T any](label string) *index[T] {
	return &index[T]{label: label, byID: map[string]T{}, spans: map[string]diag.Span{}}
}

// add declares v under id, and reports an id that is taken; the first keeps it.
func (x *index[T]) add(faults *diag.List, id word, v T) bool {
	if first, taken := x.spans[id.text]; taken {
		code := "duplicate-id"
		if first.Source != id.span.Source {
			code = "repeats-vocabulary"
		}
		faults.Error(id.span, code, diag.Args{"ID": id.text, "Table": x.label}).With(first, "first-here", nil)
		return false
	}
	x.ids = append(x.ids, id.text)
	x.byID[id.text] = v
	x.spans[id.text] = id.span
	return true
}

// all returns what was declared, in order.
func (x *index[T]) all() []T {
	out := make([]T, len(x.ids))
	for i, id := range x.ids {
		out[i] = x.byID[id]
	}
	return out
}

// copyFrom declares all of other here too.
func (x *index[T]) copyFrom(other *index[T], f func(T) T) {
	for _, id := range other.ids {
		if _, taken := x.byID[id]; taken {
			continue
		}
		x.ids = append(x.ids, id)
		x.byID[id] = f(other.byID[id])
		x.spans[id] = other.spans[id]
	}
}

// someOf names the first few of ids, for a hint on what there is.
func someOf(ids []string) string {
	const few = 12
	if len(ids) > few {
		return strings.Join(quoted(ids[:few]), ", ") + " …"
	}
	return strings.Join(quoted(ids), ", ")
}

func quoted(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = "`" + id + "`"
	}
	return out
}

// normal is the form in which names are compared: å is å, whether it was typed as one character or two.
func normal(s string) string { return norm.NFC.String(s) }
