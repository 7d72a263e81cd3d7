package rule

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/stegvis/stegvis/dsl/diag"
)

// explain reports why expr's parser rejected the tokens. Its own message and place are those of the parser's
// inside, so the tokens are gone through once more, in search of the first that does not fit: where an operand
// is due, where an operator is, and which bracket is open is all that has to be known.
func (r *reading) explain(err error) {
	e := &explainer{reading: r}
	for i := range r.tokens {
		if e.token(i) {
			return
		}
	}
	if e.end() {
		return
	}
	at := errorAt(r.src.text, err)
	for _, t := range r.tokens {
		if t.from <= at && at < t.to {
			r.fail(t.from, t.to, "rule-unreadable", diag.Args{"Text": t.value})
			return
		}
	}
	last := r.tokens[len(r.tokens)-1]
	r.fail(last.from, last.to, "rule-unreadable", diag.Args{"Text": last.value})
}

// explainer is where explain has come to.
type explainer struct {
	*reading
	after bool  // an operand is complete: an operator must follow
	open  []int // the brackets that are open, and "?" whose ":" is awaited
}

func (e *explainer) top() (int, token) {
	if len(e.open) == 0 {
		return -1, token{}
	}
	i := e.open[len(e.open)-1]
	return i, e.tokens[i]
}

// token takes the token at i, and tells whether the fault was found.
func (e *explainer) token(i int) bool {
	t := e.tokens[i]
	switch {
	case t.is(lexer.Bracket, "(", "["):
		call := t.value == "(" && i > 0 && e.tokens[i-1].kind == lexer.Identifier
		index := t.value == "["
		if e.after && !call && !index {
			return e.missingOperator(i)
		}
		e.after = false
		e.open = append(e.open, i)
	case t.kind == lexer.Bracket:
		return e.close(i)
	case t.kind == lexer.Operator:
		return e.operator(i)
	case e.after:
		return e.missingOperator(i)
	default:
		e.after = true
	}
	return false
}

func (e *explainer) operator(i int) bool {
	t := e.tokens[i]
	if !e.after {
		switch t.value {
		case "not", "!", "-", "+":
			return false
		}
		return e.missingOperand(i)
	}
	o, top := e.top()
	switch t.value {
	case "not":
		if i+1 == len(e.tokens) || !e.tokens[i+1].is(lexer.Operator, "in", "matches", "contains", "startsWith", "endsWith") {
			e.fail(t.from, t.to, "rule-not-place", nil)
			return true
		}
		return false // what it stands before is the operator
	case "?":
		e.open = append(e.open, i)
	case ":":
		if top.value != "?" && top.value != "[" {
			e.fail(t.from, t.to, "rule-colon", nil)
			return true
		}
		if top.value == "?" {
			e.open = e.open[:len(e.open)-1]
		}
	case ",":
		if top.value == "?" {
			return e.choice(top)
		}
		if o < 0 || top.value == "(" && !e.call(o) {
			return e.comma(i)
		}
	}
	e.after = false
	return false
}

// call tells whether the parenthesis at i opens the arguments of a call.
func (e *explainer) call(i int) bool {
	return i > 0 && e.tokens[i].value == "(" && e.tokens[i-1].kind == lexer.Identifier
}

func (e *explainer) close(i int) bool {
	t := e.tokens[i]
	o, top := e.top()
	switch {
	case top.value == "?":
		return e.choice(top)
	case o < 0:
		e.fail(t.from, t.to, "rule-bracket-extra", diag.Args{"Bracket": t.value})
		return true
	case top.value != opening[t.value]:
		e.fail(t.from, t.to, "rule-bracket-mismatch", diag.Args{"Bracket": t.value, "Open": top.value, "Want": closes[top.value]}).
			With(e.src.span(top.from, top.to), "rule-bracket-opened", diag.Args{"Bracket": top.value})
		return true
	}
	if !e.after {
		empty := o == i-1
		trailing := e.tokens[i-1].is(lexer.Operator, ",") && o != i-2
		switch {
		case (e.call(o) || top.value == "[") && (empty || trailing):
		case empty:
			e.fail(top.from, t.to, "rule-parentheses-empty", nil)
			return true
		default:
			return e.missingOperand(i)
		}
	}
	e.open = e.open[:len(e.open)-1]
	e.after = true
	return false
}

var closes = map[string]string{"(": ")", "[": "]", "{": "}"}

// end takes the end of the text.
func (e *explainer) end() bool {
	if !e.after {
		return e.missingOperand(len(e.tokens))
	}
	i, top := e.top()
	switch {
	case i < 0:
		return false
	case top.value == "?":
		return e.choice(top)
	}
	e.fail(top.from, top.to, "rule-bracket-open", diag.Args{"Bracket": top.value, "Want": closes[top.value]})
	return true
}

// missingOperand reports an operator without one of the values it works on. Before i no value stands that
// the operator at i, or the one before i, could use.
func (e *explainer) missingOperand(i int) bool {
	t := token{} // the end of the text
	if i < len(e.tokens) {
		t = e.tokens[i]
	}
	before := token{kind: lexer.Bracket}
	if i > 0 {
		before = e.tokens[i-1]
	}
	switch {
	case before.is(lexer.Operator, ",") && t.kind != lexer.Operator:
		e.fail(before.from, before.to, "rule-comma", nil)
	case before.kind == lexer.Operator && before.value != ",":
		e.fail(before.from, before.to, "rule-operand-after", diag.Args{"Symbol": before.value})
	case i == len(e.tokens): // after an opening bracket
		e.fail(before.from, before.to, "rule-bracket-open", diag.Args{"Bracket": before.value, "Want": closes[before.value]})
	case t.value == ",":
		e.fail(t.from, t.to, "rule-comma", nil)
	default:
		e.fail(t.from, t.to, "rule-operand-before", diag.Args{"Symbol": t.value})
	}
	return true
}

// missingOperator reports the operand at i, which follows another with nothing between them.
func (e *explainer) missingOperator(i int) bool {
	before, t := e.tokens[i-1], e.tokens[i]
	for _, w := range []token{t, before} {
		if want := otherWords[strings.ToLower(w.value)]; w.kind == lexer.Identifier && want != "" {
			e.fail(w.from, w.to, "rule-word", diag.Args{"Text": w.value, "Want": want})
			return true
		}
	}
	left, right := e.src.text[before.from:before.to], e.src.text[t.from:t.to]
	if _, ok := functions[before.value]; ok && before.kind == lexer.Identifier {
		e.fail(before.from, t.to, "rule-call-parentheses", diag.Args{"Name": before.value, "Usage": before.value + "(" + right + ")"})
		return true
	}
	e.fail(t.from, t.to, "rule-operator-missing", diag.Args{"Left": clip(left), "Right": clip(right)})
	return true
}

// otherWords are words of Swedish, of other languages and in capitals that are written for our own.
var otherWords = map[string]string{
	"and": "and", "or": "or", "not": "not", "in": "in", "och": "and", "samt": "and", "eller": "or", "inte": "not",
	"ej": "not", "icke": "not", "är": "==", "is": "==", "equals": "==",
	"true": "true", "false": "false", "sant": "true", "sann": "true", "falskt": "false", "falsk": "false", "ja": "true", "nej": "false",
	"yes": "true", "no": "false",
}

// comma reports a comma outside lists and calls; between two numbers it was meant as a decimal point.
func (e *explainer) comma(i int) bool {
	t := e.tokens[i]
	if i+1 < len(e.tokens) {
		a, b := e.tokens[i-1], e.tokens[i+1]
		if a.kind == lexer.Number && b.kind == lexer.Number && a.to == t.from && t.to == b.from {
			e.fail(a.from, b.to, "rule-decimal-comma", diag.Args{"Want": a.value + "." + b.value})
			return true
		}
	}
	e.fail(t.from, t.to, "rule-comma", nil)
	return true
}

// choice reports a "?" that has no ":".
func (e *explainer) choice(t token) bool {
	e.fail(t.from, t.to, "rule-choice-half", nil)
	return true
}
