package interpreter_test

import (
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// bool draws a rule that is true or false; depth bounds how far its parts nest.
func (g *drawing) bool(depth int) string {
	if depth <= 0 {
		return g.test(depth)
	}
	switch g.n("form", 0, 9) {
	case 0, 1:
		return "(" + g.bool(depth-1) + " and " + g.bool(depth-1) + ")"
	case 2, 3:
		return "(" + g.bool(depth-1) + " or " + g.bool(depth-1) + ")"
	case 4:
		return "not (" + g.bool(depth-1) + ")"
	case 5:
		return "(" + g.bool(depth-1) + " ? " + g.bool(depth-1) + " : " + g.bool(depth-1) + ")"
	case 6:
		return "((" + g.bool(depth-1) + ") " + g.one("same", "==", "!=") + " (" + g.bool(depth-1) + "))"
	}
	return g.test(depth)
}

// test draws a single test.
func (g *drawing) test(depth int) string {
	compare := g.one("relation", "==", "!=", "<", "<=", ">", ">=")
	equal := g.one("equality", "==", "!=")
	a := g.one("bool", "b1", "b2", "b3", "b4")
	switch g.n("test", 0, 19) {
	case 0, 1, 2:
		return a
	case 3:
		return "(" + a + " == " + g.one("truth", "true", "false") + ")"
	case 4:
		return "known(" + g.one("known", "b1", "b2", "e1", "i1", "d1", "s1", "t1", "n1") + ")"
	case 5:
		return "happened(" + g.one("event", "v1", "v2", "v3", "v4") + ")"
	case 6:
		return "(" + g.enum(depth) + " " + equal + " " + g.one("value", "'v0'", "'v1'", "'v2'") + ")"
	case 7:
		return "(" + g.one("enums", "e1 == e2", "e2 != e1", "e3 == 'v65'", "e3 in ['v1', 'v64']", "e3 != 'v0'") + ")"
	case 8:
		return "(" + g.enum(depth) + g.one("in", " in ", " not in ") + g.list(2) + ")"
	case 9:
		return "(" + g.one("value", "'v0'", "'v2'") + g.one("in", " in ", " not in ") + g.set(depth) + ")"
	case 10:
		return g.one("has", "has_any", "has_all") + "(" + g.set(depth) + ", " + g.list(3) + ")"
	case 11:
		return g.one("many", "has_any(s3, ['v1', 'v66'])", "has_all(s3, ['v1', 'v66'])", "('v69' in s3)", "(count(s3) > 1)", "has_all(s3, ['v2', 'v3'])")
	case 12, 13:
		return "(" + g.num(depth) + " " + compare + " " + g.num(depth-1) + ")"
	case 14:
		return "(" + g.num(depth) + g.one("in", " in ", " not in ") + "[1, 2, 5])"
	case 15:
		return "(" + g.day(depth) + " " + compare + " " + g.one("day", g.day(depth-1), "'2026-03-01'") + ")"
	case 16:
		return "(" + g.word(depth) + " " + g.one("text", "== 'x'", "!= 'y'", "in ['x', 'z']") + ")"
	case 17:
		if names := g.defines["bool"]; len(names) > 0 {
			return g.one("define", names...)
		}
	case 18:
		if len(g.steps) > 0 {
			s := g.one("step", g.steps...)
			if g.repeats[s] || g.maybe("late", 2) {
				return "late('" + s + "')"
			}
			return "done('" + s + "')"
		}
	case 19:
		return g.one("constant", "true", "false")
	}
	return a
}

// list draws a list of at most n values of the small enum.
func (g *drawing) list(n int) string {
	values := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"'v0'", "'v1'", "'v2'"}), 1, n, rapid.ID[string]).Draw(g.t, "list")
	return "[" + strings.Join(values, ", ") + "]"
}

// num draws a number.
func (g *drawing) num(depth int) string {
	small := g.one("small", "i1", "i2", "n1", "n2", "3", "0", "7.5", "12")
	if depth <= 0 {
		return small
	}
	switch g.n("num", 0, 10) {
	case 0:
		return "(" + g.num(depth-1) + " " + g.one("sum", "+", "-") + " " + g.num(depth-1) + ")"
	case 1:
		return "(" + small + " * " + g.num(depth-1) + ")"
	case 2:
		return "(-" + g.num(depth-1) + ")"
	case 3:
		return "count(" + g.set(depth-1) + ")"
	case 4:
		return g.one("since", "days", "weeks", "months") + "_since(" + g.day(depth-1) + ")"
	case 5:
		return "days_between(" + g.day(depth-1) + ", " + g.day(depth-1) + ")"
	case 6:
		return "(" + g.bool(depth-1) + " ? " + g.num(depth-1) + " : " + g.num(depth-1) + ")"
	case 7:
		if names := g.defines["num"]; len(names) > 0 {
			return g.one("define", names...)
		}
	}
	return small
}

// day draws a date or an event.
func (g *drawing) day(depth int) string {
	if depth > 0 {
		if names := g.defines["day"]; len(names) > 0 && g.maybe("define", 4) {
			return g.one("define", names...)
		}
		if g.maybe("choice", 4) {
			return "(" + g.bool(depth-1) + " ? " + g.day(depth-1) + " : " + g.day(depth-1) + ")"
		}
	}
	return g.one("day", "d1", "d2", "d3", "v1", "v2", "v3", "v4", "today")
}

// enum, set and word draw a fact of the type, a definition of it, or a choice between two.
func (g *drawing) enum(depth int) string { return g.of(depth, "enum", "e1", "e2") }
func (g *drawing) set(depth int) string  { return g.of(depth, "set", "s1", "s2") }
func (g *drawing) word(depth int) string { return g.of(depth, "text", "t1", "t2") }

func (g *drawing) of(depth int, kind string, facts ...string) string {
	if depth > 0 {
		if names := g.defines[kind]; len(names) > 0 && g.maybe("define", 2) {
			return g.one("define", names...)
		}
		if g.maybe("choice", 5) {
			return "(" + g.bool(depth-1) + " ? " + g.one("left", facts...) + " : " + g.one("right", facts...) + ")"
		}
	}
	return g.one(kind, facts...)
}

// drawValue draws a value of the fact: one that rules can tell apart from others, or any.
func drawValue(t *rapid.T, f *dsl.Fact, at calendar.Day) any {
	switch f.Type.Kind {
	case rule.Bool:
		return rapid.Bool().Draw(t, f.ID)
	case rule.Int:
		return rapid.Int64Range(int64(f.Type.Min), int64(f.Type.Max)).Draw(t, f.ID)
	case rule.Number:
		if rapid.Bool().Draw(t, f.ID+" is round") {
			return float64(int(rapid.Float64Range(f.Type.Min, f.Type.Max).Draw(t, f.ID)))
		}
		return rapid.Float64Range(f.Type.Min, f.Type.Max).Draw(t, f.ID)
	case rule.Enum:
		return rapid.SampledFrom(f.Type.Values).Draw(t, f.ID)
	case rule.Set:
		values := f.Type.Values
		if len(values) > 10 {
			values = []string{values[1], values[2], values[66], values[69]}
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, 3, rapid.ID[string]).Draw(t, f.ID)
	case rule.Text:
		return rapid.SampledFrom([]string{"x", "y", "z", "", strconv.Quote("å")}).Draw(t, f.ID)
	}
	if rapid.Bool().Draw(t, f.ID+" is near") {
		return at + calendar.Day(rapid.IntRange(-40, 15).Draw(t, f.ID))
	}
	return at + calendar.Day(rapid.IntRange(-800, 400).Draw(t, f.ID))
}

// days are days to ask about, one in four of them the last of a month.
var days = rapid.Custom(func(t *rapid.T) calendar.Day {
	day, _ := calendar.Of(2026, 1, 1)
	day += calendar.Day(rapid.IntRange(-700, 900).Draw(t, "at"))
	if rapid.IntRange(0, 3).Draw(t, "ends a month") == 0 {
		for year, month, _ := day.Date(); ; day++ {
			if y, m, _ := (day + 1).Date(); y != year || m != month {
				break
			}
		}
	}
	return day
})
