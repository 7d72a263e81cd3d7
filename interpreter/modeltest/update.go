package modeltest

import (
	"sort"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
)

// Edit replaces a range of a file by a text.
type Edit struct {
	Span diag.Span
	Text string
}

// Apply returns the text of src with those of the edits that concern it made; everything else of it, comments and
// layout, stays as it was.
func Apply(src *diag.Source, edits []Edit) string {
	var own []Edit
	for _, e := range edits {
		if e.Span.Source == src {
			own = append(own, e)
		}
	}
	sort.SliceStable(own, func(i, j int) bool { return own[i].Span.Start < own[j].Span.Start })
	var b strings.Builder
	at := 0
	for _, e := range own {
		if e.Span.Start < at {
			continue // within one already replaced
		}
		b.WriteString(src.Text[at:e.Span.Start])
		b.WriteString(e.Text)
		at = e.Span.End
	}
	b.WriteString(src.Text[at:])
	return b.String()
}

// fillKeys are the keys that --update writes where a day expects nothing yet: what has something to say, and
// always the status and what is next.
var fillKeys = map[string]bool{"status": true, "next": true, "due": true, "upcoming": true, "missing": true, "outcome": true, "stuck": true}

// fill writes an expectation for a day that has none.
func fill(d *Day, r *result) Edit {
	var parts []string
	for i := range keys {
		k := &keys[i]
		if !fillKeys[k.name] {
			continue
		}
		got := k.get(r)
		always := k.name == "status" || k.name == "next"
		if !always && (got.shape == aList && len(got.list) == 0 || got.shape == aTable && len(got.table) == 0 || got.shape == aWord && got.word == none) {
			continue
		}
		parts = append(parts, k.name+" = "+got.toml())
	}
	text := "{ " + strings.Join(parts, ", ") + " }"
	if d.expect != nil {
		return Edit{Span: d.expect.Span, Text: text}
	}
	// No expectation stands in the file: one goes on a line of its own below the last key of the day.
	src := d.end.Source
	end := src.LineEnd(d.end.End)
	return Edit{Span: src.At(end, end), Text: "\nexpect = " + text}
}

func quote(s string) string { return strconv.Quote(s) }

func isDay(s string) bool {
	_, ok := calendar.Parse(s)
	return ok
}

// bareKey writes a key of a table, quoted where TOML demands it.
func bareKey(s string) string {
	for _, c := range s {
		if !(c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return quote(s)
		}
	}
	return s
}
