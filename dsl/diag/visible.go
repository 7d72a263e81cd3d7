package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// tab is the distance between tab stops.
const tab = 4

// maxMarks is how many code points of one character are shown: marks can be piled on a letter without end.
const maxMarks = 12

// cell is one character as people see it: a letter with its accents, a whole emoji, an escaped control.
type cell struct {
	from, to int    // its bytes in the source
	shown    string // what is written for it
	width    int    // how many terminal columns that takes
}

// cellsOf splits text, which stands at offset of its source and has no line breaks of its own, into cells.
func cellsOf(text string, offset int) []cell {
	cells := make([]cell, 0, len(text))
	column := 0
	add := func(size int, shown string, width int) {
		cells = append(cells, cell{from: offset, to: offset + size, shown: shown, width: width})
		offset += size
		column += width
	}
	for text != "" {
		c := firstOf(text)
		text = text[len(c):]
		switch {
		case c == "\t":
			width := tab - column%tab
			add(1, strings.Repeat(" ", width), width)
			continue
		case len(c) == 1 && ' ' <= c[0] && c[0] <= '~':
			add(1, c, 1)
			continue
		case !hidden(c):
			shown := c
			if utf8.RuneCountInString(c) > maxMarks {
				shown = string([]rune(c)[:maxMarks])
			}
			add(len(c), shown, displaywidth.String(shown))
			continue
		}
		for c != "" {
			r, size := utf8.DecodeRuneInString(c)
			shown := c[:size]
			if unprintable(r, size) {
				shown = escape(r, c[:size])
			}
			add(size, shown, displaywidth.String(shown))
			c = c[size:]
		}
	}
	return cells
}

// firstOf returns the first character of text, with the marks that belong to it.
func firstOf(text string) string {
	if len(text) == 1 || text[0] < utf8.RuneSelf && text[1] < utf8.RuneSelf {
		return text[:1] // nothing can join two of ASCII
	}
	characters := displaywidth.StringGraphemes(text)
	characters.Next()
	return characters.Value()
}

// hidden tells whether a character has a part that a terminal would not show, or would obey. The joiners
// inside an emoji, or between two letters, are no such part.
func hidden(character string) bool {
	const firstJoined = '\u0600' // the scripts that need joiners, and emoji, come after the Latin letters
	previous := rune(0)
	for i, r := range character {
		_, size := utf8.DecodeRuneInString(character[i:])
		joiner := (r == '\u200c' || r == '\u200d') && previous >= firstJoined
		if !joiner && unprintable(r, size) {
			return true
		}
		previous = r
	}
	return false
}

// unprintable tells whether r, decoded from size bytes, must not reach a terminal as it is: controls,
// what changes the direction of writing, what cannot be seen (a no-break space looks like a space and is
// none), and bytes that are no text.
func unprintable(r rune, size int) bool {
	return r == utf8.RuneError && size <= 1 || !unicode.IsPrint(r)
}

// escape writes r, whose bytes are raw, as TOML would write it in a string.
func escape(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02X`, raw[0])
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r > 0xffff:
		return fmt.Sprintf(`\U%08X`, r)
	}
	return fmt.Sprintf(`\u%04X`, r)
}

// visible returns text on one line, with all that a terminal would obey or hide escaped, and cut after
// most columns.
func visible(text string, most int) string {
	const bytesPerColumn = 32 // more than this many bytes a column are marks piled on marks
	if len(text) > most*bytesPerColumn {
		text = text[:most*bytesPerColumn]
	}
	var out strings.Builder
	column := 0
	for _, c := range cellsOf(text, 0) {
		if column += c.width; column > most {
			out.WriteString("…")
			break
		}
		out.WriteString(c.shown)
	}
	return out.String()
}
