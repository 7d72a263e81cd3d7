package syntax

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// value reads a value; in is the bracket that it stands in, or 0, and before is the offset of what it follows.
func (e *explainer) value(in byte, before int) bool {
	if e.blank(); e.peek() == '\n' || e.peek() == '#' || in != 0 && strings.IndexByte(",]}", e.peek()) >= 0 {
		return e.fail("toml-value-missing", before, before+1, nil)
	}
	switch c := e.peek(); {
	case c == '"' || c == '\'':
		if triple(e.text, e.i) {
			return e.tripled()
		}
		return e.quoted()
	case c == '[':
		return e.list()
	case c == '{':
		return e.table()
	case isCurly(e.text[e.i:]):
		return e.curly(e.i)
	}
	return e.scalar(in)
}

// Numbers and dates as TOML has them, and what is plainly meant as one.
var (
	goodNumber = regexp.MustCompile(`^([+-]?(0|[1-9](_?\d)*)(\.\d(_?\d)*)?([eE][+-]?\d(_?\d)*)?|[+-]?(inf|nan)|` +
		`0x[0-9a-fA-F](_?[0-9a-fA-F])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*)$`)
	likeNumber = regexp.MustCompile(`^[+-]?\.?\d`)
	likeDate   = regexp.MustCompile(`^\d+(-\d*-|:\d)|^\d{4}-\d`)
	likeBool   = regexp.MustCompile(`(?i)^(true|false|yes|no|ja|nej|sant|falskt)$`)
)

// scalar reads a number, a date, true or false, or what someone put in their place.
func (e *explainer) scalar(in byte) bool {
	start := e.i
	e.token()
	token := string(e.text[start:e.i])
	if likeDate.MatchString(token) {
		// A time may follow a date after a space.
		if rest := e.text[e.i:]; len(token) == len("2026-01-01") && len(rest) > 1 && rest[0] == ' ' && isDigit(rest[1]) {
			e.i++
			e.token()
			token = string(e.text[start:e.i])
		}
		return validDate(token) || e.fail("toml-date", start, e.i, args{"Text": token})
	}
	switch {
	case token == "true" || token == "false" || goodNumber.MatchString(token):
		return true
	case token == "":
		return e.fail("toml-value-missing", start, start+1, nil)
	case likeBool.MatchString(token):
		return e.fail("toml-bool", start, e.i, args{"Text": token})
	case likeNumber.MatchString(token):
		return e.fail("toml-number", start, e.i, args{"Text": token})
	}
	stop := "#"
	if in != 0 {
		stop = ",]}#"
	}
	return e.fail("toml-unquoted", start, e.until(start, stop), nil)
}

// token goes past what no space, comma, bracket or comment interrupts.
func (e *explainer) token() {
	for e.i < len(e.text) && strings.IndexByte(" \t\r\n,]}#", e.text[e.i]) < 0 {
		e.i++
	}
}

// quoted reads a text in single or double quotes.
func (e *explainer) quoted() bool {
	start := e.i
	quote := e.text[e.i]
	for e.i++; e.i < len(e.text) && e.text[e.i] != '\n'; {
		switch c := e.text[e.i]; {
		case c == quote:
			e.i++
			return true
		case c == '\\' && quote == '"':
			if !e.escape(false) {
				return false
			}
		default:
			e.i++
		}
	}
	return e.fail("toml-text-open", start, e.trimmedEnd(start), args{"Quote": string(quote)})
}

// tripled reads a text in triple quotes.
func (e *explainer) tripled() bool {
	start := e.i
	quote := e.text[e.i]
	for e.i += 3; e.i < len(e.text); {
		switch c := e.text[e.i]; {
		case c == quote && triple(e.text, e.i):
			closing := e.i
			for e.i < len(e.text) && e.text[e.i] == quote {
				e.i++
			}
			if e.i-closing > 5 {
				return e.fail("toml-quotes", closing, e.i, args{"Quote": strings.Repeat(string(quote), 3)})
			}
			return true
		case c == '\\' && quote == '"':
			if !e.escape(true) {
				return false
			}
		default:
			e.i++
		}
	}
	return e.fail("toml-lines-open", start, start+3, args{"Quote": strings.Repeat(string(quote), 3)})
}

// escape reads a backslash and what belongs to it. One right before the end of a line is left to the text that it ends.
func (e *explainer) escape(lines bool) bool {
	if next := e.i + 1; !lines && (next >= len(e.text) || e.text[next] == '\n' || e.text[next] == '\r') {
		e.i++
		return true
	}
	esc := readEscape(e.text, e.i, lines)
	if !esc.ok {
		end := e.i + max(esc.size, 1)
		return e.fail("toml-escape", e.i, end, args{"Escape": string(e.text[e.i:end])})
	}
	e.i += esc.size
	return true
}

// trimmedEnd returns the end of the line that start is on, without spaces.
func (e *explainer) trimmedEnd(start int) int {
	return start + len(bytes.TrimRight(e.text[start:lineEnd(e.text, start)], " \t\r"))
}

// skip goes past spaces, line breaks and comments, and reports whether anything is left.
func (e *explainer) skip() bool {
	for e.i < len(e.text) {
		switch e.text[e.i] {
		case ' ', '\t', '\r', '\n':
			e.i++
		case '#':
			e.i = lineEnd(e.text, e.i)
		default:
			return true
		}
	}
	return false
}

func (e *explainer) list() bool {
	return e.items(']', "toml-list-open", func() bool { return e.value('[', e.i) })
}

func (e *explainer) table() bool {
	return e.items('}', "toml-braces-open", func() bool { return e.keyValue('{') })
}

// items reads what stands in brackets up to the one that closes them.
func (e *explainer) items(closing byte, open string, item func() bool) bool {
	start := e.i
	e.i++
	for {
		if !e.skip() {
			return e.fail(open, start, start+1, nil)
		}
		switch c := e.peek(); {
		case c == closing:
			e.i++
			return true
		case c == ',':
			return e.fail("toml-comma-extra", e.i, e.i+1, nil)
		case c == ']' || c == '}':
			return e.fail(open, start, start+1, nil)
		}
		if !item() {
			return false
		}
		if !e.skip() {
			return e.fail(open, start, start+1, nil)
		}
		switch c := e.peek(); {
		case c == ',':
			e.i++
		case c == ']' || c == '}': // for the next turn
		default:
			return e.fail("toml-comma-missing", e.i, e.i+1, nil)
		}
	}
}

// The quotes that word processors put in place of the straight ones.
const curlyQuotes = "“”„‟‘’‚«»"

// isCurly tells whether text begins with a curly quote.
func isCurly(text []byte) bool {
	c, _ := utf8.DecodeRune(text)
	return strings.ContainsRune(curlyQuotes, c)
}

func (e *explainer) curly(at int) bool {
	c, n := utf8.DecodeRune(e.text[at:])
	return e.fail("toml-curly-quotes", at, at+n, args{"Quote": string(c)})
}
