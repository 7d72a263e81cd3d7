package interpreter

import (
	"bytes"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Reader reads cases straight into the facts of all programs that may answer for them: no Case is made, and
// nothing is allocated but for facts that are texts and for what is not NFC-normalised. It keeps its memory from
// case to case, so one goroutine at a time uses it, and what it hands out holds until the next case.
//
// It takes what is sound and refuses all else; it has no words for what is wrong. Where it refuses a case, the
// slow way has the last word: ReadCase (for a row of a table: Put and PutCell), Choose and Bind tell every
// fault at its place, and where they find none, theirs are the facts.
//
// A case of a table or of JSON comes as names and plain values (readertable.go, readerjson.go); each value is
// then held against every type that its fact has among the programs (readervalue.go).
type Reader struct {
	set      *Set
	models   []answering
	versions []*version // of all models

	names   nameTable // of entries
	entries []entry
	heads   []string // of the columns of a table
	columns []int32  // into entries, or one of the columns that are no facts

	// The case that was read last.
	id      []byte
	at      calendar.Day
	hasAt   bool
	said    []said // by entry
	refused bool   // by some version

	dec      *jsontext.Decoder
	source   bytes.Buffer // what dec reads from; it reads a bytes.Buffer in place
	text     []byte       // the same
	end      int          // of the last token
	options  []jsontext.Options
	unquoted []byte
	normal   []byte
}

// answering is a model, with the versions of it that may answer.
type answering struct {
	programs []*Program
	versions []*version
	began    calendar.Day // when the case started, if that matters and is known
	hasBegan bool
}

// version is a program, with the facts of the case in its layout.
type version struct {
	facts   *Facts
	refused bool // a fact is at fault for it
}

// entry is a fact that any model declares. Where no program that may answer has it, it has no forms.
type entry struct {
	forms  []form
	starts []*answering // models whose version it chooses
}

// kind returns the kind of the fact; rule.Invalid where no program that may answer has it. All types that a fact has
// are of one kind.
func (e *entry) kind() rule.Kind {
	if len(e.forms) == 0 {
		return rule.Invalid
	}
	return e.forms[0].typ.Kind
}

// form is a type that a fact has, with the facts of it.
type form struct {
	typ    rule.Type
	values map[string]int // of an enum or a set with many values: their places
	picked []int          // of a set that is being read
	uses   []use
}

// use is the fact of a form in one version.
type use struct {
	version *version
	facts   *Facts // of the version
	fact    int
}

// said is what the case says of a fact.
type said uint8

const (
	saidValue  said = 1 << iota // in facts, a value
	saidNobody                  // in facts, that nobody knows
	saidListed                  // in unobtainable
)

// NewReader returns a reader of cases for the models. Those of the version answer, or where it is "" the one
// that Choose finds for each case. It returns nil, with faults, where there is no such model or version.
func (s *Set) NewReader(models []string, version string, faults *diag.List) *Reader {
	r := &Reader{set: s, names: newNameTable(slices.Sorted(maps.Keys(s.names)))}
	r.entries = make([]entry, len(s.names))
	r.said = make([]said, len(s.names))
	var own diag.List
	r.models = make([]answering, len(models))
	for i, m := range models {
		if p := s.Choose(&Case{}, Query{Model: m, Version: version}, &own); p != nil {
			programs := s.Versions(m)
			if version != "" {
				programs = []*Program{p}
			}
			r.answers(&r.models[i], programs)
		}
	}
	*faults = append(*faults, own...)
	if own.HasErrors() {
		return nil
	}
	// Two keys of one name are found where the meaning of keys is known.
	r.options = []jsontext.Options{jsontext.AllowDuplicateNames(true)}
	r.dec = jsontext.NewDecoder(&r.source, r.options...)
	return r
}

// answers makes the programs those that may answer for a model.
func (r *Reader) answers(m *answering, programs []*Program) {
	m.programs = programs
	for _, p := range programs {
		v := &version{facts: p.NewFacts()}
		m.versions = append(m.versions, v)
		r.versions = append(r.versions, v)
		for i, f := range p.model.Facts {
			r.declared(f).use(f.Type, use{v, v.facts, i})
		}
	}
	if start := startOf(programs); start != nil && len(programs) > 1 {
		e := r.declared(start)
		e.starts = append(e.starts, m)
	}
}

func (r *Reader) declared(f *dsl.Fact) *entry {
	i, _ := r.names.find([]byte(f.ID))
	return &r.entries[i]
}

// inTurn is up to how many values it is faster to try them in turn than to ask a map.
const inTurn = 8

func (e *entry) use(t rule.Type, u use) {
	for i := range e.forms {
		if f := &e.forms[i]; f.typ.Kind == t.Kind && f.typ.Min == t.Min && f.typ.Max == t.Max && slices.Equal(f.typ.Values, t.Values) {
			f.uses = append(f.uses, u)
			return
		}
	}
	f := form{typ: t, uses: []use{u}}
	if len(t.Values) > inTurn {
		f.values = map[string]int{}
		for i, v := range t.Values {
			f.values[v] = i
		}
	}
	e.forms = append(e.forms, f)
}

// begin forgets the case before.
func (r *Reader) begin() {
	r.id, r.hasAt, r.refused = r.id[:0], false, false
	clear(r.said)
	for _, v := range r.versions {
		v.facts.Reset()
		v.refused = false
	}
	for i := range r.models {
		r.models[i].hasBegan = false
	}
}

// sound tells whether of every model there is a version that has refused nothing of the case.
func (r *Reader) sound() bool {
	if !r.refused {
		return true
	}
	for i := range r.models {
		if !slices.ContainsFunc(r.models[i].versions, func(v *version) bool { return !v.refused }) {
			return false
		}
	}
	return true
}

// place returns the place in entries of the fact of that name; ok is false where nobody declares it.
func (r *Reader) place(name []byte) (i int32, ok bool) {
	if i, ok = r.names.find(name); ok {
		return i, true
	}
	if !isASCII(name) {
		r.normal = norm.NFC.Append(r.normal[:0], name...)
		name = r.normal
		if i, ok = r.names.find(name); ok {
			return i, true
		}
	}
	if r.set.elsewhere == nil || !r.set.elsewhere(string(name)) {
		return 0, false
	}
	// A part of a set learns what the whole declares as it goes.
	r.entries, r.said = append(r.entries, entry{}), append(r.said, 0)
	r.names = newNameTable(append(r.names.names, string(name)))
	return int32(len(r.entries) - 1), true
}

func isASCII(s []byte) bool {
	for _, b := range s {
		if b >= 0x80 {
			return false
		}
	}
	return true
}

// ID returns the id of the case; empty where it gives none.
func (r *Reader) ID() []byte { return r.id }

// At returns the day that the case itself asks about, if it does.
func (r *Reader) At() (calendar.Day, bool) { return r.at, r.hasAt }

// Models returns how many models answer.
func (r *Reader) Models() int { return len(r.models) }

// Answering returns the version of a model that answers for the case, its facts, and the day asked about. The
// model is one of those that NewReader was given, by its place there; of the query only At and Today count.
// Where the case is sound for another version of the model and at fault for the one that answers, program and
// facts are nil: this answer is for the slow way to give.
func (r *Reader) Answering(model int, q Query) (*Program, *Facts, calendar.Day) {
	m := &r.models[model]
	day := q.day(r.at, r.hasAt)
	chosen := 0
	if len(m.programs) > 1 {
		chosen = inForce(m.programs, day, m.began, m.hasBegan)
	}
	v := m.versions[chosen]
	if v.refused {
		return nil, nil, day
	}
	return m.programs[chosen], v.facts, day
}
