package interpreter

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
)

// Object is a table of a JSON text that is no case and may hold facts all the same: what a service is sent to do with cases that
// it keeps. It is read as strictly as a case, by the same reader and with the same faults for what is no JSON: a key that it
// cannot have and one that stands twice are told when it is opened, a value of the wrong kind and a missing one when they are
// asked for. A getter returns nothing for a key that is absent or at fault, so that its callers need no branches of their own.
type Object struct {
	src    *diag.Source
	span   diag.Span
	keys   map[string]member
	needed map[string]bool
	broken bool // it was no table, and that is told already
	faults *caseFaults
}

// Given is a value as it was written, with the name that it was given to.
type Given struct {
	Name  string          // NFC-normalised
	Value json.RawMessage // its text
	Key   diag.Span       // of the name
	At    diag.Span       // of the value
}

// ReadObject reads a text that is one table; known are the keys that it can have. It is never nil, and not to be relied on where
// faults has errors once all that is wanted of it has been asked for.
func ReadObject(src *diag.Source, faults *diag.List, known ...string) *Object {
	f := &caseFaults{list: faults}
	if strings.Trim(src.Text, jsonSpace) == "" {
		f.add(src.At(0, len(src.Text)), "body-empty", nil)
		return &Object{broken: true, faults: f}
	}
	v, ok := readJSON(src, f)
	if !ok {
		return &Object{broken: true, faults: f}
	}
	return openObject(src, v, "", f, known)
}

func openObject(src *diag.Source, v given, key string, faults *caseFaults, known []string) *Object {
	o := &Object{src: src, span: v.span, keys: map[string]member{}, faults: faults}
	if v.kind != tableGiven {
		o.broken = true
		if v.kind != faulty {
			faults.add(v.span, "body-no-object", diag.Args{"Key": key})
		}
		return o
	}
	for _, m := range v.members {
		if first, ok := o.keys[m.name]; ok {
			faults.add(m.key, "body-key-twice", diag.Args{"Key": m.name}).With(first.key, "case-first", nil)
			continue
		}
		if !slices.Contains(known, m.name) {
			faults.add(m.key, "body-unknown-key", diag.Args{"Key": quotable(m.name), "Near": diag.Suggest(m.name, known), "Known": listed(known)})
			continue
		}
		o.keys[m.name] = m
	}
	return o
}

// Readable tells whether there is a table. Where there is not, that has been told, and nothing can be read from it.
func (o *Object) Readable() bool { return !o.broken }

// Has tells whether the key stands in the table, at fault or not.
func (o *Object) Has(key string) bool {
	_, ok := o.keys[key]
	return ok
}

// At returns the place of the key's value, and where there is no such key that of the table.
func (o *Object) At(key string) diag.Span {
	if m, ok := o.keys[key]; ok {
		return m.value.span
	}
	return o.span
}

// Fault tells that what stands at a key is wrong in a way that only the caller knows.
func (o *Object) Fault(key, code string, args diag.Args) { o.FaultAt(o.At(key), code, args) }

// FaultAt tells that what stands at a place of the table is wrong so.
func (o *Object) FaultAt(at diag.Span, code string, args diag.Args) { o.faults.add(at, code, args) }

// Need tells that the key is missing where it is. It is asked before what stands at the key, so that nobody is told to leave it out.
func (o *Object) Need(keys ...string) {
	if o.needed == nil {
		o.needed = map[string]bool{}
	}
	for _, key := range keys {
		o.needed[key] = true
		if !o.Has(key) && !o.broken {
			o.faults.add(o.span, "body-missing-key", diag.Args{"Key": key})
		}
	}
}

// value returns what stands at the key; nothing where it is absent, or told to be at fault already.
func (o *Object) value(key string) (v given, ok bool) {
	m, ok := o.keys[key]
	return m.value, ok && m.value.kind != faulty
}

// Text returns the text of the key, NFC-normalised, of at most so many characters that can be seen; spaces and line breaks inside
// are let through. Where it stands it is not blank.
func (o *Object) Text(key string, most int) string {
	v, ok := o.value(key)
	if !ok {
		return ""
	}
	return o.text(key, v, most, !o.needed[key])
}

// text is the text of a key, or of one of its list; optional says that the key can be left out instead.
func (o *Object) text(key string, v given, most int, optional bool) string {
	args := diag.Args{"Key": key, "Limit": most, "Optional": optional}
	switch {
	case v.kind == faulty:
	case v.kind != textGiven:
		o.faults.add(v.span, "body-not-text", args)
	case utf8.RuneCountInString(v.text) > most:
		o.faults.add(v.span, "body-text-too-long", args)
	case strings.TrimSpace(v.text) == "":
		o.faults.add(v.span, "body-text-blank", args)
	case strings.ContainsFunc(v.text, func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' && r != '\r' }):
		o.faults.add(v.span, "body-text-invisible", args)
	default:
		return norm.NFC.String(v.text)
	}
	return ""
}

// Word returns the text of the key if it is one of the words.
func (o *Object) Word(key string, words ...string) string {
	v, ok := o.value(key)
	if !ok {
		return ""
	}
	return o.word(key, v, words)
}

func (o *Object) word(key string, v given, words []string) string {
	switch {
	case v.kind == faulty:
	case v.kind != textGiven || !slices.Contains(words, v.text):
		near := ""
		if v.kind == textGiven {
			near = diag.Suggest(v.text, words)
		}
		o.faults.add(v.span, "body-not-word", diag.Args{"Key": key, "Near": near, "Words": listed(words)})
	default:
		return v.text
	}
	return ""
}

// Yes returns what is yes or no.
func (o *Object) Yes(key string) bool {
	v, ok := o.value(key)
	if ok && v.kind != boolGiven {
		o.faults.add(v.span, "body-not-bool", diag.Args{"Key": key})
	}
	return v.kind == boolGiven && v.number != 0
}

// Whole returns a whole number from 1 on.
func (o *Object) Whole(key string) int64 {
	v, ok := o.value(key)
	if !ok {
		return 0
	}
	return o.whole(key, v)
}

func (o *Object) whole(key string, v given) int64 {
	if v.kind == wholeGiven && v.number > 0 {
		return v.number
	}
	if v.kind != faulty {
		o.faults.add(v.span, "body-not-whole", diag.Args{"Key": key})
	}
	return 0
}

// Day returns a day; nil where there is none.
func (o *Object) Day(key string) *calendar.Day {
	v, ok := o.value(key)
	if !ok {
		return nil
	}
	if v.kind == textGiven {
		if day, ok := calendar.Parse(v.text); ok {
			return &day
		}
	}
	o.faults.add(v.span, "body-not-day", diag.Args{"Key": key})
	return nil
}

// list returns the items of a list of at most so many.
func (o *Object) list(key string, most int) []given {
	v, ok := o.value(key)
	switch {
	case !ok:
	case v.kind != listGiven:
		o.faults.add(v.span, "body-not-list", diag.Args{"Key": key})
	case len(v.items) > most:
		o.faults.add(v.items[most].span, "body-too-many", diag.Args{"Key": key, "Limit": most})
	default:
		return v.items
	}
	return nil
}

// Len returns how many items the list of the key has; false where there is no list.
func (o *Object) Len(key string) (n int, ok bool) {
	v, ok := o.value(key)
	return len(v.items), ok && v.kind == listGiven
}

// IsNull tells whether null stands at the key.
func (o *Object) IsNull(key string) bool {
	v, ok := o.value(key)
	return ok && v.span.Text() == "null"
}

// Texts returns a list of texts, each of them as Text has it, with their places.
func (o *Object) Texts(key string, most, long int) (out []Given) {
	for _, v := range o.list(key, most) {
		if text := o.text(key, v, long, false); text != "" {
			out = append(out, Given{Name: text, Key: v.span, At: v.span})
		}
	}
	return out
}

// Words returns a list of texts, each of which is one of the words.
func (o *Object) Words(key string, most int, words ...string) (out []string) {
	for _, v := range o.list(key, most) {
		if word := o.word(key, v, words); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// Wholes returns a list of whole numbers from 1 on, and the place of each.
func (o *Object) Wholes(key string, most int) (out []int64, at []diag.Span) {
	for _, v := range o.list(key, most) {
		if n := o.whole(key, v); n != 0 {
			out, at = append(out, n), append(at, v.span)
		}
	}
	return out, at
}

// Objects returns a list of tables; known are the keys that each of them can have.
func (o *Object) Objects(key string, most int, known ...string) (out []*Object) {
	for _, v := range o.list(key, most) {
		out = append(out, openObject(o.src, v, key, o.faults, known))
	}
	return out
}

// Object returns the table of the key, nil where it is absent.
func (o *Object) Object(key string, known ...string) *Object {
	if v, ok := o.value(key); ok {
		return openObject(o.src, v, key, o.faults, known)
	}
	return nil
}

// Value returns what stands at the key, whatever it is. Whether a fact can have it is for its model to tell.
func (o *Object) Value(key string) (g Given, ok bool) {
	m, ok := o.keys[key]
	if !ok {
		return Given{}, false
	}
	return o.given(m), true
}

func (o *Object) given(m member) Given {
	return Given{Name: norm.NFC.String(m.name), Value: json.RawMessage(m.value.span.Text()), Key: m.key, At: m.value.span}
}

// Facts returns a table of facts: names and values, at most so many.
func (o *Object) Facts(key string, most int) (out []Given) {
	v, ok := o.value(key)
	switch {
	case !ok:
		return nil
	case v.kind != tableGiven:
		o.faults.add(v.span, "case-facts-no-table", nil)
		return nil
	case len(v.members) > most:
		o.faults.add(v.members[most].key, "body-too-many", diag.Args{"Key": key, "Limit": most})
		return nil
	}
	first := map[string]diag.Span{}
	for _, m := range v.members {
		g := o.given(m)
		if at, ok := first[g.Name]; ok {
			o.faults.add(m.key, "case-fact-twice", diag.Args{"Fact": quotable(g.Name)}).With(at, "case-first", nil)
			continue
		}
		first[g.Name] = g.Key
		out = append(out, g)
	}
	return out
}
