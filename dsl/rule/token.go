package rule

import (
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"

	"github.com/stegvis/stegvis/dsl/diag"
)

// token is a token of expr's lexer, with its place in bytes of the normalised text.
type token struct {
	kind     lexer.Kind
	value    string // decoded, for a text in quotes
	from, to int
	rune     int // from in runes, as expr counts
}

func (t token) is(kind lexer.Kind, values ...string) bool {
	return t.kind == kind && slices.Contains(values, t.value)
}

// endsOperand tells whether an operator, not an operand, must come after t.
func (t token) endsOperand() bool {
	switch t.kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return t.is(lexer.Bracket, ")", "]", "}")
}

// scan returns the tokens of the text, without the one that marks its end, and whether the lexer got
// through all of it. What stopped it is reported.
func scan(src *source, faults *diag.List) ([]token, bool) {
	offset := make([]int, 0, len(src.text)+1) // from runes, as expr counts, to bytes
	for i := range src.text {
		offset = append(offset, i)
	}
	offset = append(offset, len(src.text))

	var tokens []token
	lex := lexer.New()
	lex.Reset(file.NewSource(src.text))
	for {
		t, err := lex.Next()
		switch {
		case err == io.EOF || err == nil && t.Kind == lexer.EOF:
			return tokens, true
		case err != nil:
			end := 0
			if len(tokens) > 0 {
				end = tokens[len(tokens)-1].to
			}
			unlexed(src, end, faults)
			return tokens, false
		}
		tokens = append(tokens, token{t.Kind, t.Value, offset[t.From], offset[t.To], t.From})
	}
}

// unlexed reports why the lexer can make nothing of what begins after the byte end. The character it
// begins with tells.
func unlexed(src *source, end int, faults *diag.List) {
	from := skipBlank(src.text, end)
	rest := src.text[from:]
	r, size := utf8.DecodeRuneInString(rest)
	if (r == 'b' || r == 'B') && len(rest) > 1 {
		r, rest = rune(rest[1]), rest[1:]
	}
	report := func(length int, code string, args diag.Args) {
		faults.Error(src.span(from, from+length), code, args)
	}
	switch {
	case r == '\'' || r == '"' || r == '`':
		if n := closing(rest, byte(r)); n > 0 {
			report(n, "rule-escape", nil)
			return
		}
		report(1, "rule-string-open", diag.Args{"Quote": string(r)})
	case '0' <= r && r <= '9' || r == '.':
		n := len(rest)
		if i := strings.IndexFunc(rest, func(r rune) bool { return !wordRune(r) && r != '.' }); i > 0 {
			n = i
		}
		report(n, "rule-number-form", diag.Args{"Text": rest[:n]})
	case strings.HasPrefix(rest, "/*"):
		report(2, "rule-comment", nil)
	case strings.ContainsRune(curlyQuotes, r):
		n := size
		if i := strings.IndexFunc(rest[size:], func(r rune) bool { return strings.ContainsRune(curlyQuotes, r) || r == '\n' }); i >= 0 {
			if _, last := utf8.DecodeRuneInString(rest[size+i:]); rest[size+i] != '\n' {
				n = size + i + last
			}
		}
		report(n, "rule-quotes", diag.Args{"Char": string(r)})
	case lookalikes[r] != "":
		report(size, "rule-symbol", diag.Args{"Symbol": string(r), "Word": lookalikes[r]})
	default:
		report(size, "rule-character", diag.Args{"Char": string(r)})
	}
}

// curlyQuotes are what word processors make of the straight ones.
const curlyQuotes = "”“„’‘‚«»´‹›"

// lookalikes are characters that people write, or paste, for what a rule writes otherwise.
var lookalikes = map[rune]string{
	'–': "-", '—': "-", '−': "-", '‐': "-",
	'≥': ">=", '≤': "<=", '≠': "!=", '×': "*", '·': "*", '∧': "and", '∨': "or", '¬': "not", '∈': "in",
}

// wordRune tells whether r can stand in a name, as expr's lexer sees it.
func wordRune(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// closing returns the length of the quoted text that s begins with, up to and with its closing quote, or 0
// where that is missing.
func closing(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case quote:
			return i + 1
		case '\\':
			i++
		case '\n':
			if quote != '`' {
				return 0
			}
		}
	}
	return 0
}

// skipBlank returns the offset of the first byte from i on that is neither space nor part of a finished
// comment.
func skipBlank(text string, i int) int {
	for {
		i = len(text) - len(strings.TrimLeftFunc(text[i:], unicode.IsSpace))
		rest := text[i:]
		var n int
		switch {
		case strings.HasPrefix(rest, "//"):
			n = strings.IndexByte(rest, '\n') + 1
		case strings.HasPrefix(rest, "/*"):
			if n = strings.Index(rest[2:], "*/"); n >= 0 {
				n += 4
			}
		}
		if n <= 0 {
			return i
		}
		i += n
	}
}
