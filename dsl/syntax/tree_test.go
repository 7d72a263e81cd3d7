package syntax_test

import (
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// checkTree checks what must hold of every file, however faulty its text: every span lies in the text, what is inside
// a value is inside its span, entries follow one another, and each byte of a text is where At says.
func checkTree(t rapid.TB, f *syntax.File) {
	t.Helper()
	if f == nil || f.Root == nil {
		t.Fatal("no tree")
	}
	c := checker{t: t, src: f.Source}
	c.table(f.Root, diag.Span{})
}

type checker struct {
	t   rapid.TB
	src *diag.Source
}

// span checks that s lies in the text, and in within where that is given.
func (c checker) span(what string, s, within diag.Span) {
	c.t.Helper()
	if s.Source != c.src || s.Start < 0 || s.End < s.Start || s.End > len(c.src.Text) {
		c.t.Fatalf("%s: span %d-%d is not in the text", what, s.Start, s.End)
	}
	if !within.IsZero() && (s.Start < within.Start || s.End > within.End) {
		c.t.Errorf("%s: span %d-%d is not within %d-%d", what, s.Start, s.End, within.Start, within.End)
	}
}

func (c checker) table(t *syntax.Table, within diag.Span) {
	c.t.Helper()
	c.span("header", t.Header, diag.Span{})
	seen := map[string]bool{}
	for _, e := range t.Entries {
		if seen[e.Name] {
			c.t.Errorf("%q stands twice", e.Name)
		}
		seen[e.Name] = true
		if t.Entry(e.Name) != e {
			c.t.Errorf("%q is not found by its name", e.Name)
		}
		c.span("key", e.Key, within)
		c.span("entry", e.Span(), within)
		if e.Key.Text() == "" {
			c.t.Errorf("%q has an empty key", e.Name)
		}
		c.value(e.Value, within)
	}
}

func (c checker) value(v *syntax.Value, within diag.Span) {
	c.t.Helper()
	c.span(v.Kind.String(), v.Span, within)
	text := v.Span.Text()
	switch v.Kind {
	case syntax.TableKind:
		if text[0] == '{' {
			if text[len(text)-1] != '}' {
				c.t.Errorf("an inline table is %q", text)
			}
			within = v.Span
		}
		c.table(v.Table, within)
	case syntax.Array:
		if v.Headed() {
			within = diag.Span{}
		} else {
			if text[0] != '[' || text[len(text)-1] != ']' {
				c.t.Errorf("a list is %q", text)
			}
			within = v.Span
		}
		for _, item := range v.Items {
			c.value(item, within)
		}
	case syntax.String:
		if text[0] != text[len(text)-1] || text[0] != '"' && text[0] != '\'' {
			c.t.Errorf("a text is %q", text)
		}
		c.bytes(v)
	}
}

// bytes checks that each character of a text is where At says: it stands there as it is, or as an escape.
func (c checker) bytes(v *syntax.Value) {
	c.t.Helper()
	last := v.Span.Start
	for i := 0; i < len(v.String); {
		_, n := utf8.DecodeRuneInString(v.String[i:])
		s := v.At(i, i+n)
		c.span("character", s, v.Span)
		if s.Start < last {
			c.t.Errorf("character %d of %q goes back", i, v.String)
		}
		last = s.End
		if got := s.Text(); got != v.String[i:i+n] && got[0] != '\\' && got[0] >= ' ' && got[0] != 0x7f {
			c.t.Errorf("character %q of %q is at %q", v.String[i:i+n], v.String, got)
		}
		i += n
	}
	if all := v.At(0, len(v.String)); v.String != "" && (all.Start != v.At(0, 1).Start || all.End != last) {
		c.t.Errorf("%q is at %q", v.String, all.Text())
	}
}
