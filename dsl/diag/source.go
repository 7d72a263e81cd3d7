package diag

import (
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// Source is a text with a name, as diagnostics quote it. It never changes. NewSource makes one.
type Source struct {
	Name  string // as the user named it: a path, or "-" for standard input
	Text  string
	first int       // how many lines of its file stand before it
	alone bool      // the line alone is known, not its text
	count sync.Once // lines and marks are counted when a place is first asked for: few texts have faults
	lines []int     // byte offset of the start of each line
	// How many code points stand before each stride of the text. Without it the column of a place on a
	// line that is the whole file would cost a count of the file, once for each of its faults.
	marks []int
}

// stride is how many bytes lie between two marks.
const stride = 4096

const bom = "\ufeff"

// NewSource returns the source with the given name and text.
func NewSource(name, text string) *Source { return &Source{Name: name, Text: text} }

// NewSourceAt returns the source that is a part of a longer text, whose first line is the given one of that text,
// counted from 1: a line of NDJSON, say.
func NewSourceAt(name, text string, line int) *Source {
	return &Source{Name: name, Text: text, first: line - 1}
}

// LineOf returns a place that is a line of a text which is not at hand, counted from 1: of a file that is read as it goes by.
func LineOf(name string, line int) Span {
	return (&Source{Name: name, first: line - 1, alone: true}).At(0, 0)
}

// counted returns the source with its lines and marks counted.
func (s *Source) counted() *Source {
	s.count.Do(func() {
		s.lines, s.marks = []int{0}, []int{0}
		for i := 0; i < len(s.Text); i++ {
			if s.Text[i] == '\n' {
				s.lines = append(s.lines, i+1)
			}
		}
		for from := 0; from+stride <= len(s.Text); from += stride {
			a, b := s.snap(from), s.snap(from+stride)
			s.marks = append(s.marks, s.marks[len(s.marks)-1]+utf8.RuneCountInString(s.Text[a:b]))
		}
	})
	return s
}

// Span is a range of bytes of a source, end excluded. The zero value is no place at all.
type Span struct {
	Source     *Source
	Start, End int
}

// At returns the span from start to end of s.
func (s *Source) At(start, end int) Span { return Span{Source: s, Start: start, End: end} }

// Name returns the name of the span's source, or "" where there is none.
func (s Span) Name() string {
	if s.Source == nil {
		return ""
	}
	return s.Source.Name
}

// IsZero tells whether the span is no place at all.
func (s Span) IsZero() bool { return s.Source == nil }

// Text returns the text that the span covers.
func (s Span) Text() string {
	if s.Source == nil {
		return ""
	}
	s = s.within()
	return s.Source.Text[s.Start:s.End]
}

// within returns the span with its ends inside its source, in order, and between code points.
func (s Span) within() Span {
	s.Start = s.Source.snap(s.Start)
	s.End = max(s.Start, s.Source.snap(s.End))
	return s
}

// Position is a place as people and editors count it: both from 1, columns in code points.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Position returns the place of the byte offset. An offset outside the text counts as its nearer end,
// one inside a code point as the start of that. A byte order mark takes no column.
func (s *Source) Position(offset int) Position {
	offset = s.snap(offset)
	i := sort.SearchInts(s.counted().lines, offset+1) - 1
	column := s.runes(offset) - s.runes(s.lines[i]) + 1
	if i == 0 && offset > 0 && strings.HasPrefix(s.Text, bom) {
		column--
	}
	return Position{Line: s.first + i + 1, Column: column}
}

// Line returns the text of the line with the given number, as Position counts, without its line break.
func (s *Source) Line(n int) string {
	start, end := s.lineBounds(n)
	return s.Text[start:end]
}

// lineBounds returns the byte offsets of the start and end of line n, without its line break and, on
// the first line, without a byte order mark. They are equal where there is no such line.
func (s *Source) lineBounds(n int) (start, end int) {
	n -= s.first
	if n < 1 || n > s.Lines() {
		return 0, 0
	}
	start, end = s.lines[n-1], len(s.Text)
	if n < len(s.lines) {
		end = s.lines[n] - 1
	}
	if end > start && s.Text[end-1] == '\r' {
		end--
	}
	if n == 1 && strings.HasPrefix(s.Text[start:end], bom) {
		start += len(bom)
	}
	return start, end
}

// Lines returns how many lines the source has.
func (s *Source) Lines() int { return len(s.counted().lines) }

// runes returns how many code points stand before the offset, which lies between two of them.
func (s *Source) runes(offset int) int {
	k := offset / stride
	return s.counted().marks[k] + utf8.RuneCountInString(s.Text[s.snap(k*stride):offset])
}

// snap returns the offset itself, moved inside the text and to the start of the code point it is in.
func (s *Source) snap(offset int) int {
	offset = max(0, min(offset, len(s.Text)))
	if offset == len(s.Text) {
		return offset
	}
	for back := 1; back < utf8.UTFMax && back <= offset; back++ {
		if from := offset - back; utf8.RuneStart(s.Text[from]) {
			if _, size := utf8.DecodeRuneInString(s.Text[from:]); size > back {
				return from
			}
			break
		}
	}
	return offset
}

// LineEnd returns the offset at which the line that holds the offset ends, before its line break.
func (s *Source) LineEnd(offset int) int {
	end := strings.IndexByte(s.Text[offset:], '\n')
	if end < 0 {
		return len(s.Text)
	}
	return len(strings.TrimSuffix(s.Text[:offset+end], "\r"))
}
