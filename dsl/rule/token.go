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

func (t *token) is(kind lexer.Kind, values ...string) bool {
	return t.kind == kind && slices.Contains(values, t.value)
}

// endsOperand tells whether an operator, not an operand, must come after t.
func (t *token) endsOperand() bool {
	switch t.kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return t.is(lexer.Bracket, ")", "]", "}")
}

// unread is the kind of a token that stands for a piece the lexer can make nothing of.
const unread lexer.Kind = "unread"

// maxUnread is how many such pieces of one rule are reported.
const maxUnread = 10

// scan returns the tokens of the text, without the one that marks its end, and whether the lexer got
// through all of it. Each piece that stops it is reported, and the lexer set to work again after it, where it
// is clear where that is.
func scan(src *source, faults *diag.List) (tokens []token, ok bool) {
	offset := byteOffsets(src.text)
	tokens = make([]token, 0, len(src.text)/4+4)
	start, runes := 0, 0 // where the lexer was set to work
	lex := lexer.New()
	lex.Reset(file.NewSource(src.text))
	for pieces := 0; ; {
		t, err := lex.Next()
		if err == io.EOF || err == nil && t.Kind == lexer.EOF {
			return tokens, pieces == 0
		}
		if err == nil {
			from, to := t.From+runes, t.To+runes
			tokens = append(tokens, token{t.Kind, t.Value, offset.of(from), offset.of(to), from})
			start = offset.of(to)
			continue
		}
		piece, goOn := unlexed(src, start, faults)
		if pieces++; !goOn || pieces == maxUnread {
			piece.to = len(src.text)
			return append(tokens, piece), false
		}
		tokens = append(tokens, piece)
		start = piece.to
		runes = utf8.RuneCountInString(src.text[:start])
		lex = lexer.New()
		lex.Reset(file.NewSource(src.text[start:]))
	}
}

// offsets leads from runes, as expr counts, to bytes; nil where the two are the same.
type offsets []int

func byteOffsets(text string) offsets {
	if isASCII(text) {
		return nil
	}
	out := make(offsets, 0, len(text)+1)
	for i := range text {
		out = append(out, i)
	}
	return append(out, len(text))
}

func (o offsets) of(rune int) int {
	if o == nil {
		return rune
	}
	return o[rune]
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unlexed reports why the lexer can make nothing of what begins after the byte end. The character it
// begins with tells. It returns the piece, and whether what follows it can be read without it.
func unlexed(src *source, end int, faults *diag.List) (piece token, goOn bool) {
	from := skipBlank(src.text, end)
	rest := src.text[from:]
	r, size := utf8.DecodeRuneInString(rest)
	prefix := 0
	if (r == 'b' || r == 'B') && len(rest) > 1 { // b'…', as in Python
		prefix = 1
		r = rune(rest[1])
	}
	report := func(length int, code string, args diag.Args) token {
		faults.Error(src.span(from, from+length), code, args)
		return token{kind: unread, from: from, to: from + length}
	}
	switch {
	case r == '\'' || r == '"' || r == '`':
		if n := closing(rest[prefix:], byte(r)); n > 0 {
			return report(prefix+n, "rule-escape", nil), true
		}
		return report(prefix+1, "rule-string-open", diag.Args{"Quote": string(r)}), false
	case '0' <= r && r <= '9' || r == '.':
		n := len(rest)
		if i := strings.IndexFunc(rest, func(r rune) bool { return !wordRune(r) && r != '.' }); i > 0 {
			n = i
		}
		return report(n, "rule-number-form", diag.Args{"Text": rest[:n]}), true
	case strings.HasPrefix(rest, "/*"):
		return report(2, "rule-comment", nil), false
	case strings.ContainsRune(curlyQuotes, r):
		n := size
		if i := strings.IndexAny(rest[size:], curlyQuotes+"\n"); i >= 0 && rest[size+i] != '\n' {
			_, last := utf8.DecodeRuneInString(rest[size+i:])
			n = size + i + last
		}
		return report(n, "rule-quotes", diag.Args{"Char": string(r)}), true
	case lookalikes[r] != "":
		return report(size, "rule-symbol", diag.Args{"Symbol": string(r), "Word": lookalikes[r]}), true
	}
	return report(size, "rule-character", diag.Args{"Char": string(r)}), true
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
