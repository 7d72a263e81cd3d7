package syntax

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"
)

// value makes the value of a node that begins at the offset at. It returns where the value ends, or nil and a report
// where there is something wrong with it that the parser lets through. Base is the offset of the parser's text.
func (b *builder) value(node *unstable.Node, at, base int) (v *Value, end int) {
	switch node.Kind {
	case unstable.Array:
		return b.array(node, at, base)
	case unstable.InlineTable:
		return b.inlineTable(node, at, base)
	}
	end = at + int(node.Raw.Length)
	raw := b.text[at:end]
	v = b.store.value()
	v.Span = b.src.At(at, end)
	switch node.Kind {
	case unstable.String:
		v.Kind = String
		v.place(raw, at, func(start, end int) {
			b.report(slip{start: start, end: end, code: "toml-escape", args: args{"Escape": string(b.text[start:end])}})
		})
	case unstable.Bool:
		v.Kind = Bool
	case unstable.Integer:
		v.Kind = Int
		if _, err := strconv.ParseInt(string(raw), 0, 64); err != nil {
			return b.bad("toml-number-range", at, end)
		}
	case unstable.Float:
		v.Kind = Float
		if _, err := strconv.ParseFloat(strings.ReplaceAll(string(raw), "_", ""), 64); err != nil && !isNaN(raw) {
			return b.bad("toml-number-range", at, end)
		}
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		v.Kind = DateTime
		if node.Kind == unstable.LocalDate {
			v.Kind = Date
		}
		if !validDate(string(raw)) {
			return b.bad("toml-date", at, end)
		}
	default:
		return b.bad("toml-syntax", at, end)
	}
	if !v.plain(raw) {
		b.odd = append(b.odd, v)
	}
	return v, end
}

func (b *builder) bad(code string, start, end int) (*Value, int) {
	b.report(slip{start: start, end: end, code: code, args: args{"Text": string(b.text[start:end])}})
	return nil, end
}

func (b *builder) array(node *unstable.Node, at, base int) (*Value, int) {
	v := b.store.value()
	v.Kind, v.Items = Array, []*Value{}
	end := at + 1
	for it := node.Children(); it.Next(); {
		var item *Value
		start := b.gap(end).end
		if item, end = b.value(it.Node(), start, base); item == nil {
			return nil, end
		}
		v.Items = append(v.Items, item)
	}
	end = b.gap(end).end
	v.Span = b.src.At(at, end+1)
	return v, end + 1
}

func (b *builder) inlineTable(node *unstable.Node, at, base int) (*Value, int) {
	t := b.store.table()
	t.origin = inline
	end, broken := at+1, false
	for it := node.Children(); it.Next(); {
		n := it.Node()
		g := b.gap(end)
		broken = broken || g.lines
		parts := b.parts(n.Key(), base)
		start := afterEquals(b.text, parts[len(parts)-1].span.End)
		var v *Value
		if v, end = b.value(n.Value(), start, base); v == nil || !b.put(t, parts, v) {
			return nil, end
		}
	}
	g := b.gap(end)
	end = g.end
	switch {
	case broken || g.lines:
		b.report(slip{start: at, end: at + 1, code: "toml-braces-lines"})
	case g.comma >= 0:
		b.report(slip{start: g.comma, end: g.comma + 1, code: "toml-braces-comma"})
	}
	t.Header = b.src.At(at, end+1)
	v := b.store.value()
	v.Kind, v.Table, v.Span = TableKind, t, t.Header
	return v, end + 1
}

// gap is what stands between two items in brackets.
type gap struct {
	end   int  // where the next item, or the bracket, begins
	lines bool // it has a line break or a comment
	comma int  // where its comma stands, or -1
}

func (b *builder) gap(i int) gap {
	g := gap{comma: -1}
	for ; i < len(b.text); i++ {
		switch b.text[i] {
		case ' ', '\t', '\r':
		case '\n':
			g.lines = true
		case ',':
			g.comma = i
		case '#':
			g.lines = true
			i = lineEnd(b.text, i)
		default:
			g.end = i
			return g
		}
	}
	g.end = i
	return g
}

func isNaN(raw []byte) bool { return strings.HasSuffix(string(raw), "nan") }

// dateShape is every date and time of TOML 1.0; whether there is such a day and such an hour is for the calendar.
var dateShape = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)?` +
	`([Tt ]?\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)?)?$`)

var dateLayouts = []string{
	time.DateOnly, time.TimeOnly, "2006-01-02T15:04:05", time.RFC3339,
}

// validDate tells whether s is a date or time of TOML 1.0 that there is.
func validDate(s string) bool {
	if !dateShape.MatchString(s) {
		return false
	}
	s = strings.NewReplacer("t", "T", " ", "T", "z", "Z").Replace(s)
	for _, layout := range dateLayouts {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
