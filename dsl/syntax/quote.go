package syntax

import (
	"fmt"
	"strings"
)

// Quote writes s as a TOML text on one line, for a program that changes a file in place.
func Quote(s string) string {
	var w strings.Builder
	w.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			w.WriteByte('\\')
			w.WriteRune(c)
		case c == '\n':
			w.WriteString(`\n`)
		case c == '\t':
			w.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&w, `\u%04X`, c)
		default:
			w.WriteRune(c)
		}
	}
	w.WriteByte('"')
	return w.String()
}

// QuoteKey writes s as a key: as it is where TOML allows that, else as a text.
func QuoteKey(s string) string {
	for i := 0; i < len(s); i++ {
		if !bareByte(s[i]) {
			return Quote(s)
		}
	}
	if s == "" {
		return Quote(s)
	}
	return s
}
