package syntax

import (
	"bytes"
	"regexp"
	"sync"
)

// The functions here tell what a line looks like from how it begins, without reading it through. They serve to find
// where to go on after a fault, and are right about every line of a valid file.

// lineEnd returns the offset of the line break at or after i, or the end of the text.
func lineEnd(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(text)
}

// blank returns the offset of the first byte at or after i that is not a space or a tab.
func blank(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	return i
}

// bareByte tells whether c may stand in a key without quotes.
func bareByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' || c == '-'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// wordByte tells whether c may stand in what a person takes for a key without quotes, å and its like included.
func wordByte(c byte) bool { return bareByte(c) || c >= 0x80 }

// triple tells whether three of the same quote stand at i.
func triple(text []byte, i int) bool {
	return i+2 < len(text) && text[i+1] == text[i] && text[i+2] == text[i]
}

// partAt tells whether a part of a key stands at i, after spaces.
func partAt(text []byte, i int) bool {
	i = blank(text, i)
	return i < len(text) && (wordByte(text[i]) || text[i] == '"' || text[i] == '\'')
}

// headerAt tells whether a [header] or [[header]] stands at i, after spaces. One that begins with a digit, a sign or a
// quote is not counted, since that could as well be an item of a list.
func headerAt(text []byte, i int) bool {
	i = blank(text, i)
	if i >= len(text) || text[i] != '[' {
		return false
	}
	if i++; i < len(text) && text[i] == '[' {
		i++
	}
	i = blank(text, i)
	start := i
	for i < len(text) && wordByte(text[i]) {
		i++
	}
	if i == start || text[start] == '-' || isDigit(text[start]) {
		return false
	}
	switch string(text[start:i]) {
	case "true", "false", "inf", "nan":
		return false
	}
	return true
}

// slippedHeader is a header that something has got in front of, or that lacks brackets at its beginning.
var slippedHeader = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[^\[\n]?(\[{1,2}[ \t]*)?[\pL\d_.\-]+[ \t]*\]{1,2}[ \t\r]*(#.*)?\n?$`)
})

// keyAt tells whether a key and an equals sign stand at i, after spaces.
func keyAt(text []byte, i int) bool { return afterKey(text, i) >= 0 }

// afterKey returns the offset after the equals sign of the key at i, or -1 where there is none.
func afterKey(text []byte, i int) int {
	for {
		i = blank(text, i)
		start := i
		if i < len(text) && (text[i] == '"' || text[i] == '\'') {
			quote := text[i]
			for i++; i < len(text) && text[i] != quote; i++ {
				if text[i] == '\n' {
					return -1
				}
				if text[i] == '\\' && quote == '"' && i+1 < len(text) && text[i+1] != '\n' {
					i++
				}
			}
			i++
		} else {
			for i < len(text) && wordByte(text[i]) {
				i++
			}
		}
		if i == start {
			return -1
		}
		i = blank(text, i)
		if i >= len(text) {
			return -1
		}
		switch text[i] {
		case '.':
			i++
			continue
		case '=':
			if i+1 < len(text) && text[i+1] == '=' { // a comparison in a rule
				return -1
			}
			return i + 1
		}
		return -1
	}
}

// equalsAt tells whether the line at i has an equals sign before anything that only a value has.
func equalsAt(text []byte, i int) bool {
	n := bytes.IndexAny(text[i:lineEnd(text, i)], "=\"'[{#")
	return n >= 0 && text[i+n] == '=' && !bytes.HasPrefix(text[i+n:], []byte("=="))
}

// assignmentAt tells whether a key, an equals sign and what can be a value stand on the line at i.
func assignmentAt(text []byte, i int) bool {
	if i = afterKey(text, i); i < 0 {
		return false
	}
	value := bytes.TrimSpace(text[i:lineEnd(text, i)])
	if len(value) == 0 {
		return false
	}
	switch value[0] {
	case '"', '\'', '[', '{':
		return true
	}
	value, _, _ = bytes.Cut(value, []byte("#"))
	value = bytes.TrimSpace(value)
	return string(value) == "true" || string(value) == "false" ||
		goodNumber.Match(value) || likeDate.Match(value) && bytes.IndexByte(value, ' ') < 0
}
