package report

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stegvis/stegvis/internal/table"
)

// numeral writes a whole number for ids and for programs.
func numeral(n int) string { return strconv.Itoa(n) }

// sortable writes a number so that a script can sort by it.
func sortable(f float64) string {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// percent writes a share for people.
func (b *builder) percent(share float64) string {
	return table.Num(share).Text(table.Column{Type: table.Share}, b.l)
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// upper makes the first letter of a text a capital.
func upper(s string) string {
	c, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(c)) + s[n:]
}
