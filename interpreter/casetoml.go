package interpreter

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// readTOML returns what a TOML text holds. What could not be read of it is told in faults, and is not there.
func readTOML(src *diag.Source, faults *diag.List) given {
	return givenOfTable(syntax.Read(src, faults).Root)
}

func givenOfTable(t *syntax.Table) given {
	v := given{kind: tableGiven}
	for _, e := range t.Entries {
		v.members = append(v.members, member{name: e.Name, key: e.Key, value: givenOfTOML(e.Value)})
	}
	return v
}

func givenOfTOML(v *syntax.Value) given {
	var out given
	switch v.Kind {
	case syntax.String:
		out = textOf(v.String)
	case syntax.Int:
		out = wholeOf(v.Int)
	case syntax.Float:
		out = floatOf(v.Float)
	case syntax.Bool:
		out = boolOf(v.Bool)
	case syntax.Date:
		out.kind = momentGiven // the year 0, which TOML can write and no day has
		if day, ok := calendar.Of(v.Date[0], v.Date[1], v.Date[2]); ok {
			out = dayOf(day)
		}
	case syntax.DateTime:
		out.kind = momentGiven
	case syntax.Array:
		out.kind = listGiven
		for _, item := range v.Items {
			out.items = append(out.items, givenOfTOML(item))
		}
	case syntax.TableKind:
		out = givenOfTable(v.Table)
	}
	return out.at(v.Span)
}
