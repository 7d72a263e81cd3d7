package diag

import "strings"

// maxExcerpt is the widest excerpt, in terminal columns; a longer line is cut around the caret.
const maxExcerpt = 100

// before is how many columns of a cut line are kept to the left of the caret.
const before = 30

// excerpt is the line on which a span starts, as it looks on a terminal, and where the carets go.
type excerpt struct {
	line, last int    // the numbers of the first and the last line of the span
	text       string // the line, cut and made visible
	column     int    // where the first caret stands, in terminal columns from 0
	width      int    // how many carets; at least one
}

// excerptOf returns the excerpt for s, whose source has text.
func excerptOf(s Span) excerpt {
	s = s.within()
	src := s.Source
	e := excerpt{line: src.Position(s.Start).Line}
	e.last = src.Position(max(s.Start, s.End-1)).Line
	from, to := src.lineBounds(e.line)

	// Of a line as long as a file, only what can come near the excerpt is measured. Four bytes make a
	// column at most, but for combining characters.
	const reach = 4 * maxExcerpt
	near, far := src.snap(max(from, s.Start-reach)), src.snap(min(to, s.Start+reach))
	cells := cellsOf(src.Text[near:far], near)
	start, end := columns(cells, s)
	return e.cut(cells, start, end, near > from, far < to)
}

// columns returns the terminal columns that the span covers, from 0; at least one.
func columns(cells []cell, s Span) (start, end int) {
	column, found := 0, false
	for _, c := range cells {
		if !found && c.to > s.Start {
			start, found = column, true
		}
		column += c.width
		if found && c.from < s.End {
			end = column
		}
	}
	if !found {
		start = column // after the last character: the line break is the fault
	}
	return start, max(end, start+1)
}

// cut fills in the text, cut to maxExcerpt columns around start, with "…" for what was taken away;
// more to the left or right of the cells than they hold is taken away too.
func (e excerpt) cut(cells []cell, start, end int, moreLeft, moreRight bool) excerpt {
	total := 0
	for _, c := range cells {
		total += c.width
	}
	left, right := 0, total // the columns to keep
	if total > maxExcerpt || moreLeft || moreRight {
		if end > maxExcerpt-1 || moreLeft {
			left = max(0, min(start-before, total-maxExcerpt+1))
		}
		room := maxExcerpt
		if left > 0 || moreLeft {
			room--
		}
		if total-left > room || moreRight {
			room--
		}
		right = min(total, left+room)
	}
	var text strings.Builder
	column, from, to := 0, total, 0 // from, to: the columns kept, in whole cells
	for _, c := range cells {
		if column >= left && column+c.width <= right {
			from = min(from, column)
			to = column + c.width
			text.WriteString(c.shown)
		}
		column += c.width
	}
	from = min(from, to)
	e.text = text.String()
	shift := -from
	if from > 0 || moreLeft {
		e.text = "…" + e.text
		shift++
	}
	limit := to + shift
	if to < total || moreRight {
		e.text += "…"
		limit++
	}
	e.column = max(0, start+shift)
	e.width = max(1, min(end+shift, limit)-e.column)
	return e
}
