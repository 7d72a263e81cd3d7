package cli

import (
	"encoding/json"
	"fmt"

	"github.com/schollz/progressbar/v3"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/batch"
	"github.com/stegvis/stegvis/internal/casefile"
)

// faultLine is a line of the file of errors: one thing that is wrong with one case. It has no value of any fact.
type faultLine struct {
	Row     int64   `json:"row"`
	Case    *string `json:"case"`
	Column  *int    `json:"column"` // of the line, in NDJSON
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Hint    *string `json:"hint"`
}

// faulty tells of a case that has no answers, in the file of errors or, of the first ones, on standard error.
func (b *batchRun) faulty(f *batch.Faulty) {
	if f.Stack != nil {
		b.clear()
		if log, err := b.logger(); err == nil {
			log.Error("a case could not be answered", "row", f.Row, "stack", string(f.Stack))
		}
	}
	if b.lines != nil {
		enc := json.NewEncoder(b.lines)
		enc.SetEscapeHTML(false)
		for _, d := range f.Faults {
			if d.Severity == diag.Error {
				enc.Encode(b.faultLine(f, d)) // what cannot be written, Flush tells
			}
		}
		return
	}
	if b.told++; b.told > mostTold {
		return
	}
	b.clear()
	if b.o.inForm != casefile.NDJSON { // whose diagnostics name the line
		fmt.Fprintln(b.err, b.say("batch.row", map[string]any{"Path": b.o.file, "Row": f.Row, "Case": f.Case}))
	}
	b.tell(f.Faults)
}

func (b *batchRun) faultLine(f *batch.Faulty, d *diag.Diagnostic) faultLine {
	line := faultLine{Row: f.Row, Code: d.Code, Message: d.Message(b.lang)}
	if f.Case != "" {
		line.Case = &f.Case
	}
	if hint := d.HintText(b.lang); hint != "" {
		line.Hint = &hint
	}
	if !d.Span.IsZero() {
		column := d.Span.Source.Position(d.Span.Start).Column
		line.Column = &column
	}
	return line
}

// bar returns what to call with how far a run is, before something is written to standard error, and at the end. It draws
// a bar on a terminal, by the bytes of the input or, where nobody knows how many there are (size -1), by cases.
func (a *app) bar(size int64) (show func(bytes, cases int64), clear, end func()) {
	if !isTerminal(a.err) {
		return nil, func() {}, func() {}
	}
	if size < 0 {
		bar := a.newBar(-1, progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetDescription(a.say("cohort.progress", nil)))
		return func(_, cases int64) { bar.Set64(cases) }, func() { bar.Clear() }, func() { bar.Finish() }
	}
	bar := a.newBar(size, progressbar.OptionShowBytes(true))
	return func(bytes, _ int64) { bar.Set64(min(bytes, size)) }, func() { bar.Clear() }, func() { bar.Finish() }
}
