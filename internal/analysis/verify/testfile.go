package verify

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// TestEntry writes the finding's case as an entry of a *_test.toml file, with what the model answers now; "" where the finding
// has no case. Mended, the model answers differently, and the entry says so.
func (r *Report) TestEntry(f *Finding) string {
	if f.Case == nil {
		return ""
	}
	facts := r.Program.NewFacts()
	f.Case.Fill(facts)
	d := r.Program.Decision(facts, r.Day, r.Model.Lang)
	var b strings.Builder
	fmt.Fprintf(&b, "[[case]]\nid    = %s\ntitle = %s\nat    = %s\n", literal(slug(f.ID())), literal(f.Text(r.Model.Lang)), r.Day)
	for i, fact := range r.Model.Facts {
		if v := f.Case.Value(i); v != nil {
			fmt.Fprintf(&b, "facts.%s = %s\n", fact.ID, literal(v))
		}
	}
	if untold := f.Case.untold(r.Model); len(untold) > 0 {
		fmt.Fprintf(&b, "unobtainable = %s\n", literal(untold))
	}
	var next []string
	for _, n := range d.Next {
		next = append(next, n.Step)
	}
	outcome, stuck := "none", "none"
	if d.Outcome != nil {
		outcome = d.Outcome.ID
	}
	if d.Stuck != nil {
		stuck = string(d.Stuck.Why)
	}
	fmt.Fprintf(&b, "[case.expect]\nstatus  = %s\nnext    = %s\noutcome = %s\nstuck   = %s\n", literal(string(d.Status)), literal(next), literal(outcome), literal(stuck))
	return b.String()
}

// untold lists the facts that nobody can tell.
func (c *Case) untold(m *dsl.Model) (out []string) {
	for i, untold := range c.Untold {
		if untold {
			out = append(out, m.Facts[i].ID)
		}
	}
	return out
}

// slug makes the id of a test of a finding's: letters, digits and "_".
func slug(id string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			return r
		}
		return '_'
	}, id), "_")
}

// literal writes a value as TOML.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case []string:
		parts := make([]string, len(v))
		for i, s := range v {
			parts[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	case calendar.Day:
		return v.String()
	}
	return fmt.Sprint(v)
}

// DefaultDay is the day that the version of a model is seen on unless another is asked for: a year after it came into force,
// or the last day before the next version did. It does not hang on today, so that a report stays the same.
func DefaultDay(p *interpreter.Program, versions []*interpreter.Program) calendar.Day {
	day := p.Model().InForce.Add(calendar.Duration{N: 1, Unit: calendar.Years})
	for _, other := range versions {
		if next := other.Model().InForce; next > p.Model().InForce {
			day = min(day, next-1)
		}
	}
	return day
}
