package interpreter

import (
	"bytes"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// ReadJSON reads a case file in JSON. It returns false where the text is at fault, or the case for every version
// of some model. The text must not change while it is read, and is of no use afterwards.
func (r *Reader) ReadJSON(text []byte) bool {
	if len(text) > MaxCaseBytes {
		return false
	}
	r.begin()
	if len(text) > 0 && text[0] == byteOrderMark[0] {
		text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	}
	r.text, r.end = text, 0
	r.source = *bytes.NewBuffer(text)
	r.dec.Reset(&r.source, r.options...)
	if first, _ := r.token(); first != '{' || !r.jsonCase() {
		return false
	}
	_, err := r.dec.ReadToken()
	return err == io.EOF && r.sound()
}

// token reads the next token, and returns it as it is written and its first byte, which tells what kind it is; 0
// where the text is no JSON. The library tells where a token ends; it begins after what may stand between two.
func (r *Reader) token() (first byte, written []byte) {
	if _, err := r.dec.ReadToken(); err != nil {
		return 0, nil
	}
	start := r.end
	r.end = int(r.dec.InputOffset())
	for first = r.text[start]; first <= ' ' || first == ',' || first == ':'; first = r.text[start] {
		start++
	}
	return first, r.text[start:r.end]
}

// jsonCase reads the keys of a case, up to the bracket that closes it. Each of them counts once.
func (r *Reader) jsonCase() bool {
	const id, at, facts, unobtainable = 1, 2, 4, 8
	for read := 0; ; {
		first, written := r.token()
		if first != '"' {
			return first == '}'
		}
		name, ok := r.unquote(written)
		key := 0
		switch string(name) {
		case "id":
			key = id
		case "at":
			key = at
		case "facts":
			key = facts
		case "unobtainable":
			key = unobtainable
		}
		if !ok || key == 0 || read&key != 0 {
			return false
		}
		read |= key
		first, written = r.token()
		switch {
		case key == facts:
			ok = first == '{' && r.jsonFacts()
		case key == unobtainable:
			ok = first == '[' && r.jsonUnobtainable()
		case first != '"':
			return false
		default:
			written, ok = r.unquote(written)
			ok = ok && (key == id && r.setID(written) || key == at && r.setAt(written))
		}
		if !ok {
			return false
		}
	}
}

// unquote returns what a JSON text says. It is overwritten by the next text that is read.
func (r *Reader) unquote(written []byte) ([]byte, bool) {
	s := written[1 : len(written)-1]
	if bytes.IndexByte(s, '\\') < 0 {
		return s, true
	}
	var err error
	r.unquoted, err = jsontext.AppendUnquote(r.unquoted[:0], written)
	return r.unquoted, err == nil
}

// jsonName returns the fact that is written there as a name.
func (r *Reader) jsonName(written []byte) (int32, bool) {
	if i, ok := r.names.find(written[1 : len(written)-1]); ok {
		return i, true
	}
	name, ok := r.unquote(written)
	if !ok {
		return 0, false
	}
	return r.place(name)
}

func (r *Reader) jsonFacts() bool {
	for {
		first, written := r.token()
		if first != '"' {
			return first == '}'
		}
		i, ok := r.jsonName(written)
		if !ok || r.said[i]&(saidValue|saidNobody) != 0 {
			return false
		}
		e, says := &r.entries[i], saidValue
		switch first, written = r.token(); first {
		case 'n':
			says = saidNobody
			r.nobody(e)
		case 't', 'f':
			r.bool(e, first == 't')
		case '"':
			r.jsonText(e, written)
		case '[':
			ok = r.jsonList(e)
		case '{', '}', ']', 0:
			return false
		default:
			ok = r.jsonNumber(e, written)
		}
		if r.said[i] |= says; !ok || r.said[i] == saidValue|saidListed {
			return false
		}
	}
}

// jsonText takes a text. A day that is written as it should be, and what no program needs, is not unquoted.
func (r *Reader) jsonText(e *entry, written []byte) {
	kind := e.kind()
	if kind == rule.Date || kind == rule.Event {
		if day, ok := calendar.ParseBytes(written[1 : len(written)-1]); ok {
			r.day(e, day)
			return
		}
	}
	if kind != rule.Invalid {
		s, _ := r.unquote(written)
		r.words(e, s)
	}
}

// jsonNumber takes a number as numberOf of the slow way does.
func (r *Reader) jsonNumber(e *entry, literal []byte) bool {
	if len(literal) > maxJSONNumber {
		return false
	}
	if isWhole(literal) {
		if n, err := strconv.ParseInt(string(literal), 10, 64); err == nil {
			r.whole(e, n)
			return true
		}
	}
	f, err := strconv.ParseFloat(string(literal), 64)
	r.float(e, f)
	return err == nil
}

// isWhole tells whether a JSON number is written without a fraction and an exponent.
func isWhole(literal []byte) bool {
	for _, b := range literal {
		if b == '.' || b|0x20 == 'e' {
			return false
		}
	}
	return true
}

func (r *Reader) jsonList(e *entry) bool {
	r.beginSet(e)
	for n := 0; ; n++ {
		first, written := r.token()
		if first != '"' {
			r.endSet(e, n)
			return first == ']'
		}
		s, ok := r.unquote(written)
		if !ok || n == maxJSONItems {
			return false
		}
		r.item(e, s)
	}
}

func (r *Reader) jsonUnobtainable() bool {
	for n := 0; ; n++ {
		first, written := r.token()
		if first != '"' {
			return first == ']'
		}
		i, ok := r.jsonName(written)
		if !ok || n == maxJSONItems || r.said[i]&(saidValue|saidListed) != 0 {
			return false
		}
		r.said[i] |= saidListed
		r.nobody(&r.entries[i])
	}
}
