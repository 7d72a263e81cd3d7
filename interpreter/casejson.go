package interpreter

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/diag"
)

// The limits of JSON text beyond its size. No legal case comes near them; they keep a hostile one cheap.
const (
	maxJSONDepth  = 16   // brackets within brackets
	maxJSONNumber = 100  // characters of a number
	maxJSONItems  = 2000 // of a list
)

const byteOrderMark = "\ufeff"

// jsonReader reads a JSON text into given values. The library's decoder finds the tokens and refuses
// what is no JSON; the places are counted from its offsets, and the words for a fault are ours (jsonfault.go).
type jsonReader struct {
	src    *diag.Source
	from   int // the offset of the text after a byte order mark
	dec    *jsontext.Decoder
	faults *caseFaults
}

// readJSON returns the value that a JSON text holds. Of a text that is no JSON only that is told, where it
// stops being it: what stands before could be cut off or misread, and to complain of that too would lead astray.
func readJSON(src *diag.Source, faults *caseFaults) (v given, ok bool) {
	text, hasMark := strings.CutPrefix(src.Text, byteOrderMark)
	r := &jsonReader{src: src, faults: faults}
	if hasMark {
		r.from = len(byteOrderMark)
	}
	if i := invalidUTF8(src.Text); i >= 0 {
		faults.add(src.At(i, i+1), "case-not-utf8", nil)
		return given{}, false
	}
	if strings.Trim(text, jsonSpace) == "" {
		faults.add(src.At(len(src.Text), len(src.Text)), "case-empty", nil)
		return given{}, false
	}
	// Two keys of one name are found where the meaning of keys is known.
	r.dec = jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true))
	if v, ok = r.value(0); !ok {
		return given{}, false
	}
	switch _, span, err := r.token(); {
	case err == nil:
		span.End = span.Start + 1
		faults.add(span, "json-after-end", nil)
	case err != io.EOF:
		r.explain(err)
	default:
		return v, true
	}
	return given{}, false
}

// token reads the next token and tells where it stands.
func (r *jsonReader) token() (jsontext.Token, diag.Span, error) {
	start := r.next()
	tok, err := r.dec.ReadToken()
	if err != nil {
		return tok, diag.Span{}, err
	}
	return tok, r.src.At(start, r.offset()), nil
}

// offset returns where in the source the last token ended.
func (r *jsonReader) offset() int { return r.from + int(r.dec.InputOffset()) }

// next returns where in the source the next token starts.
func (r *jsonReader) next() int {
	rest := r.src.Text[r.offset():]
	return len(r.src.Text) - len(strings.TrimLeft(rest, jsonSpace+",:"))
}

// jsonSpace is what may stand between tokens.
const jsonSpace = " \t\r\n"

// value reads a value, at the given depth of brackets. ok is false when the text stops being JSON before it
// ends, or is not worth reading on.
func (r *jsonReader) value(depth int) (v given, ok bool) {
	tok, span, err := r.token()
	if err != nil {
		r.explain(err)
		return given{}, false
	}
	switch tok.Kind() {
	case jsontext.KindNull:
		v.kind = nullGiven
	case jsontext.KindTrue, jsontext.KindFalse:
		v = boolOf(tok.Bool())
	case jsontext.KindString:
		v = textOf(tok.String())
	case jsontext.KindNumber:
		v = r.numberOf(tok.String(), span)
	default:
		if depth == maxJSONDepth {
			r.faults.add(span, "json-too-deep", diag.Args{"Limit": maxJSONDepth})
			return given{}, false
		}
		if tok.Kind() == jsontext.KindBeginObject {
			v, ok = r.table(depth)
		} else {
			v, ok = r.list(depth)
		}
		span.End = r.offset()
		return v.at(span), ok
	}
	return v.at(span), true
}

func (r *jsonReader) table(depth int) (v given, ok bool) {
	v.kind = tableGiven
	for r.dec.PeekKind() != jsontext.KindEndObject {
		tok, key, err := r.token()
		if err != nil {
			r.explain(err)
			return v, false
		}
		m := member{name: tok.String(), key: key}
		if m.value, ok = r.value(depth + 1); !ok {
			return v, false
		}
		v.members = append(v.members, m)
	}
	return v, r.end()
}

func (r *jsonReader) list(depth int) (v given, ok bool) {
	v.kind = listGiven
	for r.dec.PeekKind() != jsontext.KindEndArray {
		item, ok := r.value(depth + 1)
		if !ok {
			return v, false
		}
		if len(v.items) == maxJSONItems {
			r.faults.add(item.span, "json-long-list", diag.Args{"Limit": maxJSONItems})
			return v, false
		}
		v.items = append(v.items, item)
	}
	return v, r.end()
}

// end reads the bracket that closes a table or a list.
func (r *jsonReader) end() bool {
	if _, _, err := r.token(); err != nil {
		r.explain(err)
		return false
	}
	return true
}

// numberOf returns what a JSON number is worth. One without a fraction and an exponent is whole.
func (r *jsonReader) numberOf(literal string, span diag.Span) given {
	if len(literal) > maxJSONNumber {
		r.faults.add(span, "json-long-number", diag.Args{"Limit": maxJSONNumber})
		return given{kind: faulty}
	}
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return wholeOf(n)
	}
	f, _ := strconv.ParseFloat(literal, 64) // beyond all floats it is infinite, which is refused later
	if strings.ContainsAny(literal, ".eE") {
		return floatOf(f)
	}
	return hugeOf(f)
}

// invalidUTF8 returns the offset of the first byte of s that is not UTF-8, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; ; {
		c, n := utf8.DecodeRuneInString(s[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}

// explain tells what is wrong at the place where the decoder stopped.
func (r *jsonReader) explain(err error) {
	at := len(r.src.Text)
	var fault *jsontext.SyntacticError
	if errors.As(err, &fault) && !errors.Is(err, io.ErrUnexpectedEOF) {
		at = min(at, r.from+int(fault.ByteOffset))
	}
	depth := r.dec.StackDepth()
	bracket, filled := r.dec.StackIndex(depth)
	s := jsonSlip{text: r.src.Text, last: r.offset(), start: r.next(), at: at}
	switch {
	case depth > 0 && bracket == jsontext.KindBeginObject:
		s.within, s.odd = inTable, filled%2 == 1
	case depth > 0:
		s.within = inList
	case r.dec.InputOffset() > 0:
		s.within = afterEnd
	}
	s.first = filled == 0
	from, to, code := s.explain()
	r.faults.add(r.src.At(from, to), code, diag.Args{"Table": s.within == inTable})
}
