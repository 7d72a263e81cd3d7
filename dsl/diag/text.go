package diag

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/lang"
)

// TextOptions says how diagnostics are written for a person to read.
type TextOptions struct {
	Lang   lang.Lang // the language of the messages; Swedish where it is left out
	Colour bool      // whether to use ANSI colours; without them nothing is lost, the caret is always drawn
}

// WriteText writes every diagnostic as
//
//	path:line:column: error: message [code]
//	  41 | the line it is about
//	     |     ^^^^
//	     = hint: what to do about it
//	     : path:line:column: why this place belongs to it
//	  12 | the line of that place
//	     | ^^^
//
// with a blank line between two of them. What the user wrote is shown with its control characters and
// invisible characters escaped, so that a file cannot send commands to the terminal it is shown on. It
// fails only where w does.
func (l List) WriteText(w io.Writer, o TextOptions) error {
	if o.Lang == "" {
		o.Lang = lang.SV
	}
	for i, d := range l {
		p := printer{lang: o.Lang, colour: o.Colour, gutter: gutter(d)}
		if i > 0 {
			p.WriteByte('\n')
		}
		p.diagnostic(d)
		if _, err := w.Write(p.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// Summary tells in l how many errors and warnings the list has: "2 errors, 1 warning".
func (l List) Summary(in lang.Lang) string {
	errors, warnings := l.Count(Error), l.Count(Warning)
	var parts []string
	if errors > 0 {
		parts = append(parts, Catalogue.Text(in, "word.errors", Args{"Count": errors}))
	}
	if warnings > 0 {
		parts = append(parts, Catalogue.Text(in, "word.warnings", Args{"Count": warnings}))
	}
	if len(parts) == 0 {
		return Catalogue.Text(in, "word.no-faults", nil)
	}
	return strings.Join(parts, ", ")
}

// The colours, as ANSI "select graphic rendition" codes.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "34"
	cyan   = "36"
)

// printer gathers the text of one diagnostic.
type printer struct {
	bytes.Buffer
	lang   lang.Lang
	colour bool
	gutter int // the width of the line numbers
}

// gutter returns the width of the largest line number that d shows.
func gutter(d *Diagnostic) int {
	last := 1
	see := func(s Span) {
		if hasExcerpt(s) {
			last = max(last, s.Source.Position(s.within().Start).Line)
		}
	}
	see(d.Span)
	for _, r := range d.Related {
		see(r.Span)
	}
	return len(strconv.Itoa(last))
}

// hasExcerpt tells whether there is anything to show of the span's source.
func hasExcerpt(s Span) bool { return s.Source != nil && s.Source.Text != "" }

func (p *printer) diagnostic(d *Diagnostic) {
	word, tint := p.word("word.error"), red
	if d.Severity == Warning {
		word, tint = p.word("word.warning"), yellow
	}
	p.place(d.Span)
	p.paint(tint, word+":")
	fmt.Fprintf(p, " %s ", visible(d.Message(p.lang), maxMessage))
	p.paint(blue, "["+visible(d.Code, maxMessage)+"]")
	p.WriteByte('\n')
	p.excerpt(d.Span, tint)
	if hint := d.HintText(p.lang); hint != "" {
		p.margin("=")
		p.paint(cyan, p.word("word.hint")+":")
		fmt.Fprintf(p, " %s\n", visible(hint, maxMessage))
	}
	for _, r := range d.Related {
		p.margin(":")
		p.place(r.Span)
		fmt.Fprintf(p, "%s\n", visible(Catalogue.Text(p.lang, r.Code, r.Args), maxMessage))
		p.excerpt(r.Span, blue)
	}
}

// maxMessage is how much of a message is shown, in columns: an argument of it may be a whole file.
const maxMessage = 2000

// place writes "path:line:column: ", without the column where the line alone is known, the path alone where the source has no
// text, or nothing.
func (p *printer) place(s Span) {
	if s.Source == nil {
		return
	}
	where := visible(s.Name(), maxMessage)
	switch at := s.Source.Position(s.Start); {
	case s.Source.alone:
		where = fmt.Sprintf("%s:%d", where, at.Line)
	case hasExcerpt(s):
		where = fmt.Sprintf("%s:%d:%d", where, at.Line, at.Column)
	}
	p.paint(bold, where+":")
	p.WriteByte(' ')
}

// excerpt writes the line on which the span starts, and a caret under each of its characters.
func (p *printer) excerpt(s Span, tint string) {
	if !hasExcerpt(s) {
		return
	}
	e := excerptOf(s)
	p.paint(blue, fmt.Sprintf("  %*d |", p.gutter, e.line))
	if e.text != "" {
		p.WriteByte(' ')
		p.WriteString(e.text)
	}
	p.WriteByte('\n')
	p.margin("|")
	p.WriteString(strings.Repeat(" ", e.column))
	p.paint(tint, strings.Repeat("^", e.width))
	if e.last > e.line {
		p.WriteByte(' ')
		p.WriteString(Catalogue.Text(p.lang, "word.continues", Args{"Line": e.last}))
	}
	p.WriteByte('\n')
}

// margin writes the gutter without a number, then mark.
func (p *printer) margin(mark string) {
	p.paint(blue, fmt.Sprintf("  %*s %s", p.gutter, "", mark))
	p.WriteByte(' ')
}

func (p *printer) word(id string) string { return Catalogue.Text(p.lang, id, nil) }

func (p *printer) paint(code, text string) {
	if !p.colour {
		p.WriteString(text)
		return
	}
	fmt.Fprintf(p, "\x1b[%sm%s\x1b[0m", code, text)
}
