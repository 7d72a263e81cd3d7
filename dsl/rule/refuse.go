package rule

import (
	"strconv"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/stegvis/stegvis/dsl/diag"
)

// The largest numbers a rule may reach. Whole numbers up to 2^53 are exact in every language that may read
// our JSON; other numbers stop where a thousandth is still exact enough.
const (
	maxInt    = 1 << 53
	maxNumber = 1e15
)

// reading is one rule on its way from text to tree.
type reading struct {
	src    *source
	faults *diag.List
	tokens []token
	match  []int // for each bracket token, the other one of its pair; -1 where there is none
	// operators are those that stand anywhere in the rule; nil until they are asked for.
	operators map[string]bool
	nodes     []node // room for those to come
	// broken: a construct was refused that may also have made the rest unreadable, so what the parser
	// says after it is not worth passing on.
	broken bool
	failed bool         // something was refused
	spoilt map[int]bool // the starts of numbers that were refused, and have no value
}

func (r *reading) fail(from, to int, code string, args diag.Args) *diag.Diagnostic {
	r.failed = true
	return r.faults.Error(r.src.span(from, to), code, args)
}

// breaking is fail for constructs that the parser stumbles on too.
func (r *reading) breaking(from, to int, code string, args diag.Args) {
	r.broken = true
	r.fail(from, to, code, args)
}

// survey fills match.
func (r *reading) survey() {
	r.match = make([]int, len(r.tokens))
	var open []int
	for i := range r.tokens {
		t := &r.tokens[i]
		r.match[i] = -1
		switch {
		case t.kind != lexer.Bracket:
		case t.is(lexer.Bracket, "(", "[", "{"):
			open = append(open, i)
		case len(open) > 0:
			o := open[len(open)-1]
			if r.tokens[o].value == opening[t.value] {
				r.match[i], r.match[o] = o, i
				open = open[:len(open)-1]
			}
		}
	}
}

var opening = map[string]string{")": "(", "]": "[", "}": "{"}

// refuse reports what a single token shows to be outside the language.
func (r *reading) refuse() {
	r.comments()
	braces := false
	for i, t := range r.tokens {
		switch t.kind {
		case lexer.Number:
			r.number(t)
		case lexer.String:
			r.quoted(t)
		case lexer.Bytes:
			r.breaking(t.from, t.to, "rule-not-allowed", diag.Args{"Text": r.src.text[t.from:t.to]})
		case lexer.Identifier:
			if t.value == "nil" {
				r.fail(t.from, t.to, "rule-nil", nil)
			}
		case lexer.Operator:
			r.operator(i)
		case lexer.Bracket:
			switch {
			case t.value == "[" && i > 0 && r.tokens[i-1].endsOperand():
				to := t.to
				if m := r.match[i]; m >= 0 {
					to = r.tokens[m].to
				}
				r.fail(t.from, to, "rule-index", nil)
			case (t.value == "{" || t.value == "}") && !braces && !r.has("if"):
				braces = true
				r.breaking(t.from, t.to, "rule-braces", nil)
			}
		}
	}
}

// has tells whether the operator stands anywhere in the rule.
func (r *reading) has(operator string) bool {
	if r.operators == nil {
		r.operators = map[string]bool{}
		for _, t := range r.tokens {
			if t.kind == lexer.Operator {
				r.operators[t.value] = true
			}
		}
	}
	return r.operators[operator]
}

// words are the words to write in place of a symbol of other languages.
var words = map[string]string{"&&": "and", "||": "or", "!": "not", "&": "and", "|": "or"}

// allowed are the operators of the language. What is neither here nor refused by name below is refused
// all the same.
var allowed = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "==": true, "!=": true, "<": true, "<=": true, ">": true,
	">=": true, "+": true, "-": true, "*": true, "?": true, ":": true, ",": true,
}

// operator refuses the operator at i, unless it belongs to the language.
func (r *reading) operator(i int) {
	t := r.tokens[i]
	if i > 0 && r.compound(i-1) != "" {
		return // reported with the token before it
	}
	if both := r.compound(i); both != "" {
		r.breaking(t.from, r.tokens[i+1].to, "rule-symbol", diag.Args{"Symbol": both, "Word": compounds[both]})
		return
	}
	if allowed[t.value] && t.value != "?" {
		return
	}
	args := diag.Args{"Symbol": t.value}
	switch t.value {
	case "&&", "||", "!":
		r.fail(t.from, t.to, "rule-symbol", diag.Args{"Symbol": t.value, "Word": words[t.value]})
	case "&", "|":
		r.breaking(t.from, t.to, "rule-symbol", diag.Args{"Symbol": t.value, "Word": words[t.value]})
	case "=":
		if !r.has("let") {
			r.breaking(t.from, t.to, "rule-single-equals", nil)
		}
	case "/", "%", "**", "^":
		args["Division"] = t.value == "/"
		r.fail(t.from, t.to, "rule-operator-arithmetic", args)
	case "matches", "contains", "startsWith", "endsWith":
		r.fail(t.from, t.to, "rule-operator-text", args)
	case "..":
		r.fail(t.from, t.to, "rule-range", nil)
	case "??":
		r.breaking(t.from, t.to, "rule-coalesce", nil)
	case ".", "?.":
		to := t.to
		if i+1 < len(r.tokens) && (r.tokens[i+1].kind == lexer.Identifier || r.tokens[i+1].kind == lexer.Operator) {
			to = r.tokens[i+1].to
		}
		r.breaking(t.from, to, "rule-member", diag.Args{"Text": r.src.text[t.from:to]})
	case ";":
		if !r.has("let") {
			r.breaking(t.from, t.to, "rule-semicolon", nil)
		}
	case "let":
		r.breaking(t.from, t.to, "rule-let", nil)
	case "if":
		r.breaking(t.from, t.to, "rule-if", nil)
	case "else":
		if !r.has("if") {
			r.breaking(t.from, t.to, "rule-if", nil)
		}
	case "#", "##":
		r.breaking(t.from, t.to, "rule-hash", nil)
	case "?":
		if i+1 < len(r.tokens) && r.tokens[i+1].is(lexer.Operator, ":") {
			r.fail(t.from, r.tokens[i+1].to, "rule-elvis", nil)
		}
	default:
		if !allowed[t.value] {
			r.breaking(t.from, t.to, "rule-not-allowed", diag.Args{"Text": t.value})
		}
	}
}

// compound returns the operator of another language that the tokens at i and i+1 make up, or "".
func (r *reading) compound(i int) string {
	if i+1 >= len(r.tokens) {
		return ""
	}
	a, b := r.tokens[i], r.tokens[i+1]
	if both := a.value + b.value; a.kind == lexer.Operator && b.kind == lexer.Operator && a.to == b.from && compounds[both] != "" {
		return both
	}
	return ""
}

// compounds are operators of other languages, and slips of ours, that lex as two tokens.
var compounds = map[string]string{"=>": ">=", "=<": "<=", "<>": "!=", "===": "==", "!==": "!=", "=!": "!="}

// comments reports what stands between tokens: the lexer passes over comments, and nothing else.
func (r *reading) comments() {
	end := 0
	check := func(from, to int) {
		gap := r.src.text[from:to]
		body := strings.TrimSpace(gap)
		if body != "" {
			from += strings.Index(gap, body)
			r.fail(from, from+len(body), "rule-comment", nil)
		}
	}
	for _, t := range r.tokens {
		check(end, t.from)
		end = t.to
	}
	check(end, len(r.src.text))
}

// number refuses numbers in forms that a reader must be a programmer to know, and those too large to
// count with.
func (r *reading) number(t token) {
	text := r.src.text[t.from:t.to]
	refuse := func(code string, args diag.Args) {
		r.fail(t.from, t.to, code, args)
		if r.spoilt == nil {
			r.spoilt = map[int]bool{}
		}
		r.spoilt[t.from] = true
	}
	form, large, limit := false, false, float64(maxInt)
	var err error
	if strings.Trim(text, "0123456789") == "" {
		var v int64
		v, err = strconv.ParseInt(text, 10, 64)
		large = err != nil || v > maxInt
	} else {
		var v float64
		v, err = strconv.ParseFloat(text, 64)
		limit = maxNumber
		large = v > maxNumber
		form = strings.Trim(text, "0123456789.eE+-") != "" || err != nil && !large
	}
	switch {
	case form:
		refuse("rule-number-form", diag.Args{"Text": text})
	case large:
		refuse("rule-number-large", diag.Args{"Text": text, "Max": writeNumber(limit)})
	}
	r.broken = r.broken || err != nil // expr cannot read it either
}

// quoted refuses the forms of quoted text that hide what the text is.
func (r *reading) quoted(t token) {
	text := r.src.text[t.from:t.to]
	if text[0] == '`' {
		r.fail(t.from, t.to, "rule-backtick", nil)
		return
	}
	for i := 0; i < len(text)-1; i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if !strings.ContainsRune(`\'"`, rune(text[i])) {
			r.fail(t.from+i-1, t.from+i+1, "rule-escape", nil)
			return
		}
	}
}
