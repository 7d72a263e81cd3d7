package interpreter

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// CasePointer returns the JSON pointer (RFC 6901) of what stands at an offset of the text of a case: of a key the
// pointer of its value, and where the text stops being JSON that of what it stops in. It ends before a name that no
// message may repeat.
func CasePointer(text string, offset int) string {
	rest, marked := strings.CutPrefix(text, byteOrderMark)
	from := 0
	if marked {
		from = len(byteOrderMark)
	}
	dec := jsontext.NewDecoder(strings.NewReader(rest), jsontext.AllowDuplicateNames(true))
	for {
		inside := dec.PeekKind() != 0
		before := enclosing(dec)
		start := from + int(dec.InputOffset())
		start += len(text[start:]) - len(strings.TrimLeft(text[start:], jsonSpace+",:"))
		if _, err := dec.ReadToken(); err != nil || !inside || offset < start {
			return quotablePart(before)
		}
		if offset < from+int(dec.InputOffset()) {
			return quotablePart(dec.StackPointer())
		}
	}
}

// enclosing returns the pointer of what the next token stands in: a member whose value is to come, or a table or list.
func enclosing(dec *jsontext.Decoder) jsontext.Pointer {
	at := dec.StackPointer()
	kind, n := dec.StackIndex(dec.StackDepth())
	if dec.StackDepth() == 0 || n == 0 || kind == jsontext.KindBeginObject && n%2 == 1 {
		return at
	}
	return at.Parent()
}

// quotablePart returns as much of a pointer as may be repeated.
func quotablePart(p jsontext.Pointer) string {
	var out jsontext.Pointer
	for name := range p.Tokens() {
		if quotable(name) == "" {
			break
		}
		out = out.AppendToken(name)
	}
	return string(out)
}

// Repeatable tells whether a message may repeat a name that somebody wrote where a name belongs: it could be a personal
// number, or a whole sentence.
func Repeatable(name string) bool { return quotable(name) != "" }
