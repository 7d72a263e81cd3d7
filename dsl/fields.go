package dsl

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// fields reads the keys of one table strictly. Each getter marks its key as known and reports what is wrong
// with the value; close then reports the keys that nobody asked for. A getter returns the zero value for a
// key that is absent or faulty, so that its callers need no branches of their own.
type fields struct {
	file  *file
	table *syntax.Table
	label string    // the table as an author writes it: "[[step]]"
	place diag.Span // where a key is said to be missing
	known []string
}

// word is a string of a file with its place; present tells it from one that is absent or faulty.
type word struct {
	text    string
	span    diag.Span
	present bool
}

// fields opens the table v for reading.
func (f *file) fields(v *syntax.Value, label string) *fields {
	place := v.Table.Header
	if v.Span.Source != nil {
		place = v.Span
	}
	return &fields{file: f, table: v.Table, label: label, place: place, known: make([]string, 0, 16)}
}

// tables returns the entries of the array of tables [[name]] of the root.
func (f *file) tables(name string) []*fields {
	e := f.Root.Entry(name)
	if e == nil {
		return nil
	}
	label := "[[" + name + "]]"
	if e.Value.Kind != syntax.Array {
		f.faults.Error(e.Key, "not-tables", diag.Args{"Table": label, "Key": name})
		return nil
	}
	var out []*fields
	for _, v := range e.Value.Items {
		if v.Kind != syntax.TableKind {
			f.faults.Error(v.Span, "not-tables", diag.Args{"Table": label, "Key": name})
			continue
		}
		out = append(out, f.fields(v, label))
	}
	return out
}

// single returns the table [name] of the root, or nil.
func (f *file) single(name string) *fields {
	e := f.Root.Entry(name)
	if e == nil {
		return nil
	}
	label := "[" + name + "]"
	if e.Value.Kind != syntax.TableKind {
		f.faults.Error(e.Key, "not-one-table", diag.Args{"Table": label, "Key": name})
		return nil
	}
	return f.fields(e.Value, label)
}

func (r *fields) error(span diag.Span, code string, args diag.Args) *diag.Diagnostic {
	return r.file.faults.Error(span, code, args)
}

// value returns the value of key, or nil.
func (r *fields) value(key string) *syntax.Value {
	if !slices.Contains(r.known, key) {
		r.known = append(r.known, key)
	}
	return r.table.Get(key)
}

// has tells whether the key stands in the file, readable or not.
func (r *fields) has(key string) bool { return r.table.Entry(key) != nil }

// at returns the place of the value of key, or of the table where it has none.
func (r *fields) at(key string) diag.Span {
	if v := r.table.Get(key); v != nil {
		return v.Span
	}
	return r.place
}

// need reports that key is missing, unless what could not be read of the table may have held it.
func (r *fields) need(key string) {
	if !r.has(key) && !r.table.Broken {
		r.error(r.place, "missing-key", diag.Args{"Key": key, "Table": r.label})
	}
}

// kinds of values, as the codes of what is said when something else stands there.
var wrongKind = map[syntax.Kind]string{
	syntax.String:    "not-a-text",
	syntax.Int:       "not-a-whole-number",
	syntax.Float:     "not-a-number",
	syntax.Date:      "not-a-date",
	syntax.Array:     "not-a-list",
	syntax.TableKind: "not-a-table",
}

// of returns the value of key if it has the kind want, and reports it where it has another.
func (r *fields) of(key string, want syntax.Kind) *syntax.Value {
	v := r.value(key)
	if v == nil {
		return nil
	}
	if v.Kind != want {
		r.error(v.Span, wrongKind[want], diag.Args{"Key": key, "Table": r.label})
		return nil
	}
	return v
}

// word reads a string that may not be blank.
func (r *fields) word(key string) word {
	v := r.of(key, syntax.String)
	if v == nil {
		return word{}
	}
	return r.wordOf(v, key)
}

func (r *fields) wordOf(v *syntax.Value, key string) word {
	if strings.TrimSpace(v.String) == "" {
		r.error(v.Span, "blank-text", diag.Args{"Key": key, "Table": r.label})
		return word{}
	}
	return word{text: v.String, span: v.Span, present: true}
}

func (r *fields) needWord(key string) word {
	r.need(key)
	return r.word(key)
}

// name reads a string that names something: NFC-normalised, so that å is å however it was typed.
func (r *fields) name(key string) word {
	w := r.word(key)
	w.text = normal(w.text)
	return w
}

func (r *fields) needName(key string) word {
	r.need(key)
	return r.name(key)
}

// names reads an array of names, each at most once; listed tells whether the key stands there.
func (r *fields) names(key string) (words []word, listed bool) {
	v := r.of(key, syntax.Array)
	if v == nil {
		return nil, r.has(key)
	}
	words = make([]word, 0, len(v.Items))
	var seen map[string]diag.Span // of a long list
	for _, item := range v.Items {
		if item.Kind != syntax.String {
			r.error(item.Span, "not-a-text", diag.Args{"Key": key, "Table": r.label})
			continue
		}
		w := r.wordOf(item, key)
		if !w.present {
			continue
		}
		w.text = normal(w.text)
		if first, dup := wordAmong(words, seen, w.text); dup {
			r.error(w.span, "listed-twice", diag.Args{"Name": w.text, "Key": key, "Table": r.label}).With(first, "first-here", nil)
			continue
		}
		words = append(words, w)
		switch {
		case seen != nil:
			seen[w.text] = w.span
		case len(words) > shortList:
			seen = map[string]diag.Span{}
			for _, w := range words {
				seen[w.text] = w.span
			}
		}
	}
	return words, true
}

// shortList is how many names are looked through sooner than looked up.
const shortList = 12

// wordAmong tells whether the name is among the words, and where; seen holds them too where they are many.
func wordAmong(words []word, seen map[string]diag.Span, name string) (diag.Span, bool) {
	if seen != nil {
		first, dup := seen[name]
		return first, dup
	}
	for _, w := range words {
		if w.text == name {
			return w.span, true
		}
	}
	return diag.Span{}, false
}

// text reads a text in the language of the file.
func (r *fields) text(key string) (t lang.Text) {
	if w := r.word(key); w.present {
		t.Set(r.file.lang, w.text)
	}
	return t
}

func (r *fields) needText(key string) lang.Text {
	r.need(key)
	return r.text(key)
}

// id reads the name that key declares. A badly formed one is reported and still returned, so that what names
// it is not reported too; present is false only where there is none.
func (r *fields) id(key string) word {
	w := r.needName(key)
	if w.present {
		r.file.checkID(w)
	}
	return w
}

// date reads a date.
func (r *fields) date(key string) (calendar.Day, bool) {
	v := r.of(key, syntax.Date)
	if v == nil {
		return 0, false
	}
	day, ok := calendar.Of(v.Date[0], v.Date[1], v.Date[2])
	if !ok {
		r.error(v.Span, "not-a-date", diag.Args{"Key": key, "Table": r.label})
	}
	return day, ok
}

// duration reads a duration, or nil.
func (r *fields) duration(key string) *calendar.Duration {
	w := r.word(key)
	if !w.present {
		return nil
	}
	d, ok := calendar.ParseDuration(w.text)
	if !ok {
		code := "bad-duration"
		if hours(w.text) {
			code = "duration-in-hours"
		}
		r.error(w.span, code, diag.Args{"Text": w.text, "Key": key})
		return nil
	}
	return &d
}

// hours tells whether what was written as a duration counts something less than days.
func hours(s string) bool {
	s = strings.ToLower(s)
	for _, unit := range []string{"hour", "minute", "second", "timm", "minut", "sekund"} {
		if strings.Contains(s, unit) {
			return true
		}
	}
	return strings.HasPrefix(s, "pt")
}

// sub opens the table that is the value of key, or returns nil.
func (r *fields) sub(key string) *fields {
	v := r.of(key, syntax.TableKind)
	if v == nil {
		return nil
	}
	return r.file.fields(v, strings.Trim(r.label, "[]")+"."+key)
}

// flag reads a key that has only one legal value; its absence means no.
func (r *fields) flag(key, legal string) bool {
	w := r.word(key)
	if w.present && w.text != legal {
		r.error(w.span, "not-the-only-value", diag.Args{"Text": w.text, "Key": key, "Legal": legal})
	}
	return w.present
}

// close reports the keys of the table that have no meaning there.
func (r *fields) close() {
	for _, e := range r.table.Entries {
		if !slices.Contains(r.known, e.Name) {
			r.error(e.Key, "unknown-key", diag.Args{
				"Key": e.Name, "Table": r.label, "Near": r.file.near(e.Name, r.known), "Known": strings.Join(quoted(r.known), ", "),
			})
		}
	}
}
