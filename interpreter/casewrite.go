package interpreter

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON writes the case as a case file that ReadCase reads back: the facts in their order, and null for
// what nobody can tell. It fails on what no case file can say: an id or a value at fault, a float64 that is
// infinite or no number, text that is not UTF-8.
func (c *Case) MarshalJSON() ([]byte, error) {
	if idFault([]byte(c.ID)) != "" {
		return nil, errors.New("case: its id cannot be written in a case file")
	}
	var buf bytes.Buffer
	w := caseWriter{enc: jsontext.NewEncoder(&buf)}
	w.token(jsontext.BeginObject)
	if c.ID != "" {
		w.text("id")
		w.text(c.ID)
	}
	if c.At != nil {
		w.text("at")
		w.text(c.At.String())
	}
	w.text("facts")
	w.token(jsontext.BeginObject)
	for _, s := range c.facts {
		w.text(s.name)
		w.value(s.value)
		if w.err != nil {
			// The library's own error can hold the value, and that must not get into a log.
			return nil, fmt.Errorf("case: what the fact %q says cannot be written in a case file", quotable(s.name))
		}
	}
	w.token(jsontext.EndObject)
	w.token(jsontext.EndObject)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// caseWriter writes tokens until the first error.
type caseWriter struct {
	enc *jsontext.Encoder
	err error
}

func (w *caseWriter) token(t jsontext.Token) {
	if w.err == nil {
		w.err = w.enc.WriteToken(t)
	}
}

func (w *caseWriter) text(s string) { w.token(jsontext.String(s)) }

func (w *caseWriter) raw(s string) {
	if w.err == nil {
		w.err = w.enc.WriteValue(jsontext.Value(s))
	}
}

// notJSON is refused by the encoder.
const notJSON = ""

func (w *caseWriter) value(v given) {
	switch v.kind {
	case nullGiven:
		w.token(jsontext.Null)
	case boolGiven:
		w.token(jsontext.Bool(v.number != 0))
	case wholeGiven:
		w.raw(strconv.FormatInt(v.number, 10))
	case hugeGiven:
		w.raw(strconv.FormatFloat(v.float(), 'f', -1, 64))
	case floatGiven:
		s := strconv.FormatFloat(v.float(), 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0" // without it, the number would come back as a whole one
		}
		w.raw(s) // refused where it is no JSON: +Inf.0, NaN.0
	case textGiven:
		w.text(v.text)
	case dayGiven:
		if !inCalendar(v.day()) {
			w.raw(notJSON)
		}
		w.text(v.day().String())
	case listGiven:
		w.token(jsontext.BeginArray)
		for _, item := range v.items {
			w.text(item.text)
		}
		w.token(jsontext.EndArray)
	default:
		w.raw(notJSON)
	}
}
