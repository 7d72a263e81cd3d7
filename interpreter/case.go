package interpreter

import (
	"maps"
	"slices"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
)

// Case is what is known of one case: its id, the day that is asked about, and its facts, in the order they
// were given. It knows no model. What a fact may say is for a model to tell, so nothing but the form of a
// case is checked until Bind holds it against one.
//
// ReadCase reads a case file; a program that has the facts already makes its own with NewCase and Set. The
// zero Case is one of which nothing is known. A Case can be shared while nobody changes it.
type Case struct {
	ID string        // "" where none is given
	At *calendar.Day // the day asked about; nil where none is given

	facts []stated
	index map[string]int // into facts, by name
}

// stated is one fact of a case, with the place where each part of it was written.
type stated struct {
	name  string    // NFC-normalised
	key   diag.Span // none where code has set the fact
	value given
}

// NewCase returns a case of which nothing is known.
func NewCase(id string) *Case { return &Case{ID: id} }

// Set says what a fact is: a bool, an int or int64, a float64 (of a number), a string (an enum's value, a
// text, or a date written YYYY-MM-DD), a []string (a set's values) or a calendar.Day (of a date or an event).
// nil says that nobody knows it. What was said before of the fact is replaced. A value of any other Go type
// is kept as a fault that Bind reports.
func (c *Case) Set(fact string, value any) {
	c.put(stated{name: norm.NFC.String(fact), value: givenOf(value)})
}

// Forget makes the fact one that was not asked for.
func (c *Case) Forget(fact string) {
	i, ok := c.index[norm.NFC.String(fact)]
	if !ok {
		return
	}
	c.facts = slices.Delete(c.facts, i, i+1)
	clear(c.index)
	for i, s := range c.facts {
		c.index[s.name] = i
	}
}

// Get returns what is said of the fact, in the types that Set takes: ints come as int64, and a date that a
// file writes as text comes as that text. nil, true means that nobody knows it, and nil, false that it was
// not asked for, or that what the file says of it could not be read.
func (c *Case) Get(fact string) (value any, ok bool) {
	s, ok := c.stated(norm.NFC.String(fact))
	if !ok || s.value.kind == faulty {
		return nil, false
	}
	return s.value.any(), true
}

// Names lists the facts of which something is said, in the order they were given.
func (c *Case) Names() []string {
	names := make([]string, len(c.facts))
	for i, s := range c.facts {
		names[i] = s.name
	}
	return names
}

// Clone returns a copy that can be changed without changing c.
func (c *Case) Clone() *Case {
	d := &Case{ID: c.ID, facts: slices.Clone(c.facts), index: maps.Clone(c.index)}
	if c.At != nil {
		at := *c.At
		d.At = &at
	}
	return d
}

// day returns the day that the case gives for a date or an event, if it gives one.
func (c *Case) day(name string) (calendar.Day, bool) {
	s, ok := c.stated(name)
	if !ok {
		return 0, false
	}
	switch s.value.kind {
	case dayGiven:
		return s.value.day(), true
	case textGiven:
		return calendar.Parse(s.value.text)
	}
	return 0, false
}

func (c *Case) stated(name string) (stated, bool) {
	i, ok := c.index[name]
	if !ok {
		return stated{}, false
	}
	return c.facts[i], true
}

// put records s in place of what was said before of the same fact, or last.
func (c *Case) put(s stated) {
	if i, ok := c.index[s.name]; ok {
		c.facts[i] = s
		return
	}
	if c.index == nil {
		c.index = map[string]int{}
	}
	c.index[s.name] = len(c.facts)
	c.facts = append(c.facts, s)
}
