package syntax

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// explain says what is wrong with the piece p, which the parser has refused at the offset at. It reads the piece with
// the same rules as the parser, but more kindly: it knows the slips that people make, and stops at the first. Text ends
// where the piece does.
func explain(text []byte, p piece, at int) slip {
	e := &explainer{text: text, i: p.start}
	if p.header {
		e.header()
	} else if e.keyValue(0) {
		e.rest()
	}
	if e.found != nil {
		return *e.found
	}
	at = min(at, lineEnd(text, at))
	return slip{start: at, end: min(at+1, len(text)), code: "toml-syntax"}
}

// explainer walks over a faulty piece. Its methods report whether all was well, and leave it after what they read.
type explainer struct {
	text  []byte
	i     int
	found *slip
}

// fail records the slip at [start, end).
func (e *explainer) fail(code string, start, end int, a args) bool {
	start = min(start, len(e.text))
	_, n := utf8.DecodeRune(e.text[start:])
	end = min(max(end, start+n), len(e.text))
	if n == 1 && e.text[start] == '\n' { // a place at the end of a line has no width
		end = start
	}
	e.found = &slip{start: start, end: end, code: code, args: a}
	return false
}

// peek returns the byte that stands next, or a line break at the end.
func (e *explainer) peek() byte {
	if e.i < len(e.text) {
		if e.text[e.i] == '\r' {
			return '\n'
		}
		return e.text[e.i]
	}
	return '\n'
}

func (e *explainer) blank() { e.i = blank(e.text, e.i) }

// atEnd tells whether nothing but a comment stands on the rest of the line.
func (e *explainer) atEnd() bool {
	e.blank()
	return e.peek() == '\n' || e.peek() == '#'
}

// lineRest returns the end of what stands on the line from i on, without a comment or spaces.
func (e *explainer) lineRest(i int) int {
	end := lineEnd(e.text, i)
	if n := bytes.IndexByte(e.text[i:end], '#'); n > 0 {
		end = i + n
	}
	return i + len(bytes.TrimRight(e.text[i:end], " \t\r"))
}

func (e *explainer) header() bool {
	start := e.i
	e.i++
	want := "]"
	if e.peek() == '[' {
		e.i++
		want = "]]"
	}
	if e.blank(); e.peek() == ']' {
		return e.fail("toml-header-empty", start, e.lineRest(start), nil)
	}
	if e.peek() == '[' {
		return e.fail("toml-header-brackets", start, e.lineRest(start), nil)
	}
	if e.atEnd() {
		return e.fail("toml-header-open", start, e.lineRest(start), args{"Want": want})
	}
	nameStart := e.i
	if !e.key(0) {
		return false
	}
	if e.peek() != ']' {
		end := e.until(nameStart, "]#")
		if name := e.text[nameStart:end]; end < len(e.text) && e.text[end] == ']' && !bytes.ContainsAny(name, `"'[`) {
			return e.bareKey(nameStart, end)
		}
		return e.fail("toml-header-open", start, e.lineRest(start), args{"Want": want})
	}
	closing := e.i
	for e.peek() == ']' {
		e.i++
	}
	if e.i-closing != len(want) {
		return e.fail("toml-header-brackets", start, e.i, nil)
	}
	if !e.atEnd() {
		return e.fail("toml-after-header", e.i, e.lineRest(e.i), nil)
	}
	return true
}

// until returns the end of the words from i on that none of the bytes in stop interrupts.
func (e *explainer) until(i int, stop string) int {
	end := e.lineRest(i)
	if n := bytes.IndexAny(e.text[i:end], stop); n >= 0 {
		end = i + n
	}
	return i + len(bytes.TrimRight(e.text[i:end], " \t\r"))
}

func (e *explainer) bareKey(start, end int) bool {
	return e.fail("toml-bare-key", start, end, args{"Key": string(e.text[start:end])})
}

// key reads a key with all its parts, and the spaces after it; in is the bracket that it stands in, or 0.
func (e *explainer) key(in byte) bool {
	for first := true; ; first = false {
		e.blank()
		start := e.i
		switch c := e.peek(); {
		case c == '"' || c == '\'':
			if !e.quoted() {
				return false
			}
		case wordByte(c):
			for e.i < len(e.text) && wordByte(e.text[e.i]) {
				e.i++
			}
			if word := e.text[start:e.i]; bytes.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) {
				if isCurly(word) {
					return e.curly(start)
				}
				return e.bareKey(start, e.i)
			}
		case c == '.' || !first:
			return e.fail("toml-key-dot", e.i, e.i+1, nil)
		case c == '=':
			return e.fail("toml-key-missing", e.i, e.i+1, nil)
		case in != 0:
			return e.fail("toml-braces-key", e.i, e.i+1, nil)
		default:
			return e.fail("toml-line", e.i, e.lineRest(e.i), nil)
		}
		if e.blank(); e.peek() != '.' {
			return true
		}
		e.i++
	}
}

// keyValue reads a key, its equals sign and its value; in is the bracket that they stand in, or 0.
func (e *explainer) keyValue(in byte) bool {
	e.blank()
	start := e.i
	if !e.key(in) {
		return false
	}
	if e.peek() == ']' && in == 0 {
		return e.fail("toml-header-brackets", start, e.lineRest(start), nil)
	}
	if e.peek() != '=' {
		end := e.until(start, "=")
		if end < len(e.text) && bytes.HasPrefix(bytes.TrimLeft(e.text[end:], " \t"), []byte("=")) && wordByte(e.peek()) {
			return e.bareKey(start, end)
		}
		name := strings.TrimSpace(string(e.text[start:e.i]))
		if e.peek() == ':' {
			return e.fail("toml-colon", e.i, e.i+1, args{"Key": name})
		}
		at := start + len(name)
		if !e.atEnd() {
			at = e.i
		}
		e.fail("toml-equals-missing", at, at+1, args{"Key": name})
		if in != 0 {
			e.found.hint = "toml-braces-key.hint"
		}
		return false
	}
	equals := e.i
	e.i++
	return e.value(in, equals)
}

// rest looks at what stands after the value of a line.
func (e *explainer) rest() bool {
	if e.atEnd() {
		return true
	}
	end := e.lineRest(e.i)
	rest := e.text[e.i:end]
	if rest[0] == ',' && len(rest) > 1 && isDigit(rest[1]) && isDigit(e.text[e.i-1]) {
		return e.fail("toml-decimal-comma", e.i, e.i+1, nil)
	}
	e.fail("toml-after-value", e.i, end, args{"Text": string(rest)})
	switch value := bytes.TrimRight(e.text[:e.i], " \t"); value[len(value)-1] {
	case '"', '\'':
		e.found.hint = "toml-after-value.quote"
	case ']', '}':
	default:
		e.found.hint = "toml-after-value.text"
	}
	return false
}
