package syntax

import (
	"bytes"
	"strconv"
)

// Nearly all that a workflow file holds is written in the one way in which it can be read: keys without quotes, texts
// without escapes on one line, yes and no, plain numbers, days. Of a file without a fault these are taken as they stand,
// which is many times as fast as to decode it once more; only what is left goes to the decoder. That the two agree is
// held by the tests that read every document with both.

// bare tells whether a key stands without quotes.
func bare(raw []byte) bool {
	for _, c := range raw {
		if !bareByte(c) {
			return false
		}
	}
	return len(raw) > 0
}

// plain takes the value from how it is written, raw, and reports whether it could.
func (v *Value) plain(raw []byte) bool {
	switch v.Kind {
	case String:
		start, end, lines, _ := body(raw)
		if v.starts != nil || lines && bytes.IndexByte(raw, '\r') >= 0 {
			return false
		}
		at := v.Span.Start
		v.String = v.Span.Source.Text[at+start : at+end]
		return true
	case Bool:
		v.Bool = raw[0] == 't'
		return true
	case Int:
		if !digits(raw) || len(raw) > 1 && raw[0] == '0' {
			return false
		}
		n, err := strconv.ParseInt(string(raw), 10, 64)
		v.Int = n
		return err == nil
	case Date:
		if len(raw) != len("2006-01-02") { // and validDate has seen what it is
			return false
		}
		number := func(s []byte) (n int) {
			for _, c := range s {
				n = n*10 + int(c-'0')
			}
			return n
		}
		v.Date = [3]int{number(raw[:4]), number(raw[5:7]), number(raw[8:])}
		return true
	}
	return false
}

func digits(raw []byte) bool {
	for _, c := range raw {
		if !isDigit(c) {
			return false
		}
	}
	return len(raw) > 0
}

// store gives the parts of a tree room many at a time: a file of a thousand rules has some ten thousand of each.
type store struct {
	values  []Value
	entries []Entry
	tables  []Table
}

const storeAtOnce = 64

func (s *store) value() *Value { return take(&s.values) }
func (s *store) entry() *Entry { return take(&s.entries) }
func (s *store) table() *Table { return take(&s.tables) }

func take[T any](room *[]T) *T {
	if len(*room) == 0 {
		*room = make([]T, storeAtOnce)
	}
	x := &(*room)[0]
	*room = (*room)[1:]
	return x
}
