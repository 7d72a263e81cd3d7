package interpreter

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// The limits of a case.
const (
	MaxCaseBytes = 256 << 10 // the size of its text
	MaxCaseID    = 200       // the length of its id, in code points
)

// caseKeys are the keys of a case.
var caseKeys = []string{"id", "at", "facts", "unobtainable"}

// ReadCase reads a case file: TOML where the source's name ends in .toml, else JSON. Whatever is wrong with
// the text itself is told in faults, all of it at once; whether a model knows the facts is for Bind to say.
// The case that comes back holds what could be made of the text. It is never nil, and not to be relied on
// where faults has errors.
//
// A text passes the limits first, then becomes a tree of given values with their places (casejson.go,
// casetoml.go), the same for both forms, and then a Case (here).
func ReadCase(src *diag.Source, faults *diag.List) *Case {
	var own diag.List
	r := &caseReader{c: &Case{}, faults: caseFaults{list: &own}, said: map[string]stated{}}
	switch {
	case len(src.Text) > MaxCaseBytes:
		r.faults.add(src.At(0, 0), "case-too-large", diag.Args{"Limit": MaxCaseBytes >> 10})
	case strings.HasSuffix(src.Name, ".toml"):
		r.root(readTOML(src, &own))
	default:
		if v, ok := readJSON(src, &r.faults); ok {
			r.root(v)
		}
	}
	own.Sort()
	*faults = append(*faults, own...)
	return r.c
}

// AddTOML adds what a table of facts and a list of unobtainable ones say, as a test file writes them inside
// a TOML file that is already read; nil where there is none. What was said before of the same facts is
// replaced.
func (c *Case) AddTOML(facts, unobtainable *syntax.Value, faults *diag.List) {
	r := &caseReader{c: c, faults: caseFaults{list: faults}, said: map[string]stated{}}
	if facts != nil {
		r.facts(givenOfTOML(facts))
	}
	if unobtainable != nil {
		r.unobtainable(givenOfTOML(unobtainable))
	}
}

// caseReader turns given values into a case.
type caseReader struct {
	c      *Case
	faults caseFaults
	said   map[string]stated // what this very text says, by fact
}

func (r *caseReader) root(v given) {
	if v.kind != tableGiven {
		r.faults.add(v.span, "case-no-table", diag.Args{"List": v.kind == listGiven})
		return
	}
	keys := map[string]member{}
	for _, m := range v.members {
		if first, ok := keys[m.name]; ok {
			r.faults.add(m.key, "case-key-twice", diag.Args{"Key": m.name}).With(first.key, "case-first", nil)
			continue
		}
		switch m.name {
		case "id":
			r.id(m.value)
		case "at":
			r.at(m.value)
		case "facts", "unobtainable": // when all keys are known, since each must be held against the other
		default:
			r.faults.add(m.key, "case-unknown-key", diag.Args{"Key": quotable(m.name), "Near": diag.Suggest(m.name, caseKeys)})
			continue
		}
		keys[m.name] = m
	}
	if m, ok := keys["facts"]; ok {
		r.facts(m.value)
	}
	if m, ok := keys["unobtainable"]; ok {
		r.unobtainable(m.value)
	}
}

func (r *caseReader) id(v given) {
	switch {
	case v.kind == faulty:
	case v.kind != textGiven:
		r.faults.add(v.span, "case-id-no-text", nil)
	case idFault([]byte(v.text)) != "":
		r.faults.add(v.span, idFault([]byte(v.text)), diag.Args{"Limit": MaxCaseID})
	default:
		r.c.ID = v.text
	}
}

// idFault returns the code of what is wrong with an id, or "". Ids stand in addresses, logs and lists, where
// a line break or an invisible character would do harm.
func idFault(id []byte) string {
	switch {
	case len(id) <= MaxCaseID && isPrintable(id):
		return ""
	case utf8.RuneCount(id) > MaxCaseID:
		return "case-id-too-long"
	case !utf8.Valid(id) || bytes.ContainsFunc(id, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "case-id-invisible"
	}
	return ""
}

// isPrintable tells whether s is of ASCII alone and can be seen.
func isPrintable(s []byte) bool {
	for _, b := range s {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return true
}

func (r *caseReader) at(v given) {
	var day calendar.Day
	ok := false
	switch v.kind {
	case faulty:
		return
	case dayGiven:
		day, ok = v.day(), true
	case textGiven:
		day, ok = calendar.Parse(v.text)
	}
	if !ok {
		r.faults.add(v.span, "case-at", nil)
		return
	}
	r.c.At = &day
}

func (r *caseReader) facts(v given) {
	if v.kind != tableGiven {
		if v.kind != faulty {
			r.faults.add(v.span, "case-facts-no-table", nil)
		}
		return
	}
	for _, m := range v.members {
		if r.faults.full() {
			return
		}
		s := stated{name: norm.NFC.String(m.name), key: m.key}
		if first, ok := r.said[s.name]; ok {
			r.faults.add(m.key, "case-fact-twice", diag.Args{"Fact": quotable(s.name)}).With(first.key, "case-first", nil)
			continue
		}
		s.value = r.value(s.name, m.value)
		r.said[s.name] = s
		r.c.put(s)
	}
}

// value returns v, or a faulty value where it is something that no fact of any type can be.
func (r *caseReader) value(fact string, v given) given {
	args := diag.Args{"Fact": quotable(fact)}
	bad := given{kind: faulty, span: v.span}
	switch v.kind {
	case tableGiven:
		r.faults.add(v.span, "case-value-table", args)
		return bad
	case momentGiven:
		r.faults.add(v.span, "case-value-moment", args)
		return bad
	case floatGiven, hugeGiven:
		if !finite(v.float()) {
			r.faults.add(v.span, "case-not-finite", args)
			return bad
		}
	case listGiven:
		for _, item := range v.items {
			if item.kind != textGiven {
				if item.kind != faulty {
					r.faults.add(item.span, "case-value-item", args)
				}
				v = bad
			}
		}
	}
	return v
}

func (r *caseReader) unobtainable(v given) {
	if v.kind != listGiven {
		if v.kind != faulty {
			r.faults.add(v.span, "case-unobtainable-no-list", nil)
		}
		return
	}
	listed := map[string]diag.Span{}
	for _, item := range v.items {
		if r.faults.full() {
			return
		}
		if item.kind != textGiven {
			if item.kind != faulty {
				r.faults.add(item.span, "case-unobtainable-item", nil)
			}
			continue
		}
		name := norm.NFC.String(item.text)
		args := diag.Args{"Fact": quotable(name)}
		if first, ok := listed[name]; ok {
			r.faults.add(item.span, "case-unobtainable-twice", args).With(first, "case-first", nil)
			continue
		}
		listed[name] = item.span
		if s, ok := r.said[name]; ok {
			if s.value.kind != nullGiven {
				first, later := s.key, item.span
				if later.Start < first.Start {
					first, later = later, first
				}
				r.faults.add(later, "case-known-and-unobtainable", args).With(first, "case-first", nil)
			}
			continue
		}
		r.c.put(stated{name: name, key: item.span, value: given{kind: nullGiven, span: item.span}})
	}
}
