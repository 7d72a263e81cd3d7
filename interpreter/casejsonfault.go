package interpreter

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// jsonSlip is a place where a text stops being JSON, with what was read before it.
type jsonSlip struct {
	text   string
	last   int // the end of the last token before
	start  int // the start of what comes after that, commas and colons skipped
	at     int // where the text stops being JSON: at start, or inside what begins there
	within place
	first  bool // nothing stands in the bracket yet
	odd    bool // in a table: the last token was a key
}

// place tells what a text is in the middle of.
type place uint8

const (
	beforeStart place = iota
	inTable
	inList
	afterEnd
)

// explain returns the bytes at fault and the code of what is wrong with them. It goes by the slips that
// people make rather than by the grammar: what was meant decides what helps.
func (s *jsonSlip) explain() (from, to int, code string) {
	if s.at >= len(s.text) {
		return len(s.text), len(s.text), "json-ends"
	}
	if s.start < s.at && s.text[s.start] == '"' {
		return s.inText()
	}
	rest := s.text[s.at:]
	if comment := comment.FindString(rest); comment != "" {
		return s.at, s.at + len(comment), "json-comment"
	}
	if from, to, code := s.number(); code != "" {
		return from, to, code
	}
	if s.start < s.at { // in a word that began like true, false or null
		s.at = s.start
		rest = s.text[s.at:]
	}
	char, size := utf8.DecodeRuneInString(rest)
	from, to = s.at, s.at+size
	switch between := s.text[s.last:s.at]; {
	case s.within == beforeStart:
		return from, to, "json-start"
	case s.within == afterEnd:
		return from, to, "json-after-end"
	case char == ',':
		return from, to, s.comma()
	case strings.ContainsRune(quotes, char):
		return from, to, "json-quotes"
	case s.odd && !strings.Contains(between, ":"):
		return from, to, "json-colon"
	case s.odd && (char == '}' || char == ']'):
		return from, to, "json-no-value"
	case char == '}' || char == ']':
		return from, to, "json-bracket"
	case s.odd: // a value is wanted
	case !s.first && !strings.Contains(between, ","):
		if startsValue(char) {
			return from, to, "json-comma"
		}
	case s.within == inTable:
		return from, from + max(size, len(bareWord().FindString(rest))), "json-key"
	}
	if word := bareWord().FindString(s.text[s.start:]); word != "" {
		return s.start, s.start + len(word), "json-word"
	}
	return from, to, "json-character"
}

// quotes are what people, and their word processors, take for the quotes of JSON.
const quotes = "'`´‘’‚“”„«»"

// A comment of any language that people know them from.
var comment = regexp.MustCompile(`^(/\*(?s:.*?)\*/|(//|/\*|#)[^\r\n]*)`)

var bareWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\pL_][\pL\pM\pN_-]*`)
})

func startsValue(c rune) bool {
	return strings.ContainsRune(`"{[-`, c) || unicode.IsLetter(c) || unicode.IsDigit(c)
}

// comma explains a comma that is one too many.
func (s *jsonSlip) comma() string {
	after := strings.TrimLeft(s.text[s.at+1:], jsonSpace)
	if !s.first && (strings.HasPrefix(after, "}") || strings.HasPrefix(after, "]")) {
		return "json-last-comma"
	}
	return "json-extra-comma"
}

// inText explains a fault within a text in quotes.
func (s *jsonSlip) inText() (from, to int, code string) {
	switch rest := s.text[s.at:]; {
	case rest[0] == '\n' || rest[0] == '\r':
		return s.start, s.at, "json-line"
	case rest[0] != '\\':
		return s.at, s.at + 1, "json-control"
	case strings.HasPrefix(rest, `\u`):
		return s.at, s.at + len(codePoint.FindString(rest)), "json-code-point"
	default:
		_, size := utf8.DecodeRuneInString(rest[1:])
		return s.at, s.at + 1 + size, "json-escape"
	}
}

var codePoint = regexp.MustCompile(`^\\u[0-9a-fA-F]{0,4}`)

// number explains a number, or a date without quotes, that is not written as in JSON; code is "" where there
// is none. The decoder can have taken the first part of it for a number of its own: in 01, 1,5 and 2026-03-01.
func (s *jsonSlip) number() (from, to int, code string) {
	from = s.start
	digit := isDigit(s.text[s.at])
	switch between := s.text[s.last:s.at]; {
	case s.last > 0 && isDigit(s.text[s.last-1]) && (between == "" && isNumberByte(s.text[s.at]) || between == "," && digit && s.within == inTable):
		for from = s.last; from > 0 && isNumberByte(s.text[from-1]); {
			from--
		}
	case s.start == s.at && digit: // sound, and where it does not belong
		return 0, 0, ""
	}
	if date := bareDate.FindString(s.text[from:]); date != "" {
		return from, from + len(date), "json-date"
	}
	if literal := bareNumber.FindString(s.text[from:]); literal != "" {
		return from, from + len(literal), "json-number"
	}
	return 0, 0, ""
}

var (
	bareDate   = regexp.MustCompile(`^\d{4}-\d\d-\d\d\b`)
	bareNumber = regexp.MustCompile(`^[-+.\d][\w.+-]*(,\d+)?`)
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isNumberByte tells whether people write c in numbers.
func isNumberByte(c byte) bool {
	return isDigit(c) || c == '.' || c == '_' || c == '+' || c == '-' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
