package rule

import (
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/stegvis/stegvis/dsl/diag"
)

// The limits of a rule. Both lie far above what a person can read, and far below what could hurt.
const (
	MaxLength = 4096 // bytes
	MaxDepth  = 64   // brackets, signs and choices inside one another
)

// admit tells whether the text may be looked at further: it is short enough, and holds nothing that
// cannot be seen.
func admit(text string, at func(from, to int) diag.Span, faults *diag.List) bool {
	if len(text) > MaxLength {
		faults.Error(at(0, 0), "rule-too-long", diag.Args{"Length": len(text), "Max": MaxLength})
		return false
	}
	blank := true
	for i, r := range text {
		if r > ' ' && r < 0x7f {
			blank = false
			continue
		}
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				faults.Error(at(i, i+1), "rule-not-utf8", nil)
				return false
			}
		}
		if hidden(r) {
			faults.Error(at(i, i+size), "rule-hidden-character", diag.Args{"Point": codePoint(r)})
			return false
		}
		blank = blank && unicode.IsSpace(r)
	}
	if blank {
		faults.Error(at(0, len(text)), "rule-empty", nil)
		return false
	}
	return true
}

// hidden tells whether a rune leaves no mark on the page, or moves those of others: control characters, and
// the format characters that let a text read otherwise than it runs.
func hidden(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || unicode.Is(unicode.Cf, r)
}

func codePoint(r rune) string {
	const digits = "0123456789ABCDEF"
	out := []byte{}
	for ; r > 0 || len(out) < 4; r >>= 4 {
		out = append([]byte{digits[r&15]}, out...)
	}
	return "U+" + string(out)
}

// tooDeep returns the first token at which brackets, signs and choices lie more than MaxDepth inside one
// another. Each costs the parser, and whatever walks the tree after it, a level of the stack; a long chain
// of operators does not count, since its tree leans one way and is as deep as the text is long.
func tooDeep(tokens []token) (int, bool) {
	depth, signs := 0, 0
	var outside []int // the depth outside each open bracket
	for i := range tokens {
		t := &tokens[i]
		switch {
		case t.kind == lexer.Identifier:
			signs = 0
		case t.is(lexer.Bracket, "(", "[", "{"):
			outside = append(outside, depth)
			depth += signs + 1
			signs = 0
		case t.kind == lexer.Bracket:
			if n := len(outside); n > 0 {
				depth, outside = outside[n-1], outside[:n-1]
			}
			signs = 0
		case t.is(lexer.Operator, "?"):
			depth++
			signs = 0
		case t.is(lexer.Operator, ",") && len(outside) > 0:
			depth = outside[len(outside)-1] + 1
			signs = 0
		case t.is(lexer.Operator, "not", "!", "-", "+") && (i == 0 || !tokens[i-1].endsOperand()):
			signs++
		default:
			signs = 0
		}
		if depth+signs > MaxDepth {
			return i, true
		}
	}
	return 0, false
}
