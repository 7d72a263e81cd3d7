package rule

import (
	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// source is the text of a rule in NFC, with the way back to the text as it was written.
type source struct {
	text string
	at   func(from, to int) diag.Span
	// starts and ends give, for each byte of text and for its end, the offset in the written text of a
	// range that starts or ends there. They differ only inside a character that normalising changed. Both
	// are nil where it changed nothing.
	starts, ends []int32
}

// normalise returns the source of a rule. Letters typed as a base and a mark ("a" and a ring) become one
// letter, as identifiers are compared in NFC and expr's lexer knows no other form.
func normalise(text string, at func(from, to int) diag.Span) *source {
	if norm.NFC.IsNormalString(text) {
		return &source{text: text, at: at}
	}
	s := &source{at: at}
	var out []byte
	var it norm.Iter
	it.InitString(norm.NFC, text)
	for !it.Done() {
		from := it.Pos()
		piece := it.Next()
		to := it.Pos()
		same := string(piece) == text[from:to]
		for i := range piece {
			start, end := from, to
			switch {
			case same:
				start, end = from+i, from+i
			case i == 0:
				end = from
			}
			s.starts = append(s.starts, int32(start))
			s.ends = append(s.ends, int32(end))
		}
		out = append(out, piece...)
	}
	s.starts = append(s.starts, int32(len(text)))
	s.ends = append(s.ends, int32(len(text)))
	s.text = string(out)
	return s
}

// span returns the place, in the file, of the bytes [from, to) of the normalised text.
func (s *source) span(from, to int) diag.Span {
	if s.starts != nil {
		from, to = int(s.starts[from]), int(s.ends[to])
	}
	return s.at(from, to)
}
