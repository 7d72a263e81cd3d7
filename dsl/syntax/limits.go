package syntax

import (
	"strings"
	"unicode/utf8"
)

// The limits of a file. They are far above what a workflow needs, and low enough that no text within them can cost more
// than a moment and some tens of megabytes.
const (
	MaxBytes  = 512 << 10 // the size of the text
	MaxDepth  = 16        // names and list places from the root to a value
	MaxKeys   = 20_000    // keys, each part of a dotted one counted
	MaxItems  = 20_000    // items of all lists in brackets
	MaxPath   = 1_000     // bytes of all the names from the root to a key
	MaxFaults = 50        // faults that are told of one file; it is not read further
)

const bom = "\ufeff"

// clean returns a copy of the text that has no characters that TOML forbids everywhere, of the same length, and where
// it begins after a byte order mark. What it takes away is reported. ok is false when the text must not be read at all.
func (r *reader) clean() (text []byte, from int, ok bool) {
	src := r.src.Text
	if len(src) > MaxBytes {
		r.report(slip{code: "toml-too-large", args: args{"Limit": MaxBytes >> 10}})
		return nil, 0, false
	}
	if i := invalidUTF8(src); i >= 0 {
		r.report(slip{start: i, end: i + 1, code: "toml-not-utf8"})
		return nil, 0, false
	}
	if len(src) >= len(bom) && src[:len(bom)] == bom {
		from = len(bom)
	}
	text = []byte(src)
	returns, instead := false, byte(' ')
	if !strings.Contains(src, "\n") {
		instead = '\n'
	}
	for i := plainUntil(src, from); i < len(text) && !r.full; i++ {
		c := text[i]
		if c >= ' ' && c != 0x7f || c == '\t' || c == '\n' {
			continue
		}
		if c == '\r' {
			if i+1 < len(text) && text[i+1] == '\n' {
				continue
			}
			// The line ends of old systems, or one that got astray. Once said, that is enough.
			if !returns {
				r.report(slip{start: i, end: i + 1, code: "toml-return"})
			}
			returns = true
			text[i] = instead
			continue
		}
		start := i
		for i+1 < len(text) && text[i+1] == c {
			i++
		}
		r.report(slip{start: start, end: i + 1, code: "toml-control", args: args{"Char": codePoint(rune(c))}})
		for j := start; j <= i; j++ {
			text[j] = ' '
		}
	}
	return text, from, !r.full
}

// plainUntil returns the offset of the first byte from i on that is a control character other than a line break or a tab,
// or the end.
func plainUntil(s string, i int) int {
	for i < len(s) && (s[i] >= ' ' && s[i] != 0x7f || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	return i
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1. A null byte counts as one: it comes from a
// file in UTF-16, or from one that is no text at all.
func invalidUTF8(s string) int {
	null := strings.IndexByte(s, 0)
	if null < 0 && utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		if c == utf8.RuneError && n <= 1 || i == null {
			return i
		}
		i += n
	}
	return -1
}

// over returns the fault of going over a limit at the bytes [start, end).
func over(code string, limit, start, end int) *slip {
	return &slip{start: start, end: end, code: code, args: args{"Limit": limit}}
}
