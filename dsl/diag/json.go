package diag

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/stegvis/stegvis/dsl/lang"
)

// jsonPlace is where a fault is: lines and columns from 1, columns in code points, the end excluded.
// A fault of no text at all has an empty file and zeros.
type jsonPlace struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type jsonDiagnostic struct {
	jsonPlace
	Severity string        `json:"severity"`
	Code     string        `json:"code"`
	Message  lang.Text     `json:"message"`
	Hint     *lang.Text    `json:"hint"`
	Related  []jsonRelated `json:"related"`
}

type jsonRelated struct {
	jsonPlace
	Message lang.Text `json:"message"`
}

// MarshalJSON writes the list as an array of objects with every key always present: file, line, column,
// end_line, end_column, severity, code, message and hint in both languages (hint may be null), and
// related, an array of places, each with its message.
func (l List) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	if err := l.encode(&buf, ""); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// WriteJSON writes the list as MarshalJSON does, indented, and with <, > and & as they are.
func (l List) WriteJSON(w io.Writer) error { return l.encode(w, "  ") }

func (l List) encode(w io.Writer, indent string) error {
	out := make([]jsonDiagnostic, len(l))
	for i, d := range l {
		out[i] = d.json()
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc.Encode(out)
}

func (d *Diagnostic) json() jsonDiagnostic {
	j := jsonDiagnostic{
		jsonPlace: placeOf(d.Span),
		Severity:  d.Severity.String(),
		Code:      d.Code,
		Message:   lang.Text{SV: d.Message(lang.SV), EN: d.Message(lang.EN)},
		Related:   []jsonRelated{},
	}
	if hint := (lang.Text{SV: d.HintText(lang.SV), EN: d.HintText(lang.EN)}); !hint.IsZero() {
		j.Hint = &hint
	}
	for _, r := range d.Related {
		j.Related = append(j.Related, jsonRelated{placeOf(r.Span), Catalogue.In(r.Code, r.Args)})
	}
	return j
}

func placeOf(s Span) jsonPlace {
	if s.Source == nil {
		return jsonPlace{}
	}
	s = s.within()
	start, end := s.Source.Position(s.Start), s.Source.Position(s.End)
	return jsonPlace{File: s.Source.Name, Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column}
}
