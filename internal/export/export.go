// Package export writes a model out in other forms than its file, for people and for other tools. A form is
// a Format, found by its name: the page about a model (md), a drawing (svg), charts for other programs (dot, mermaid), a
// diagram for tools of processes (bpmn), decision tables (csv) and a schema of its cases (jsonschema). Draw makes drawings
// that stand on a page with others (drawing.go).
//
// The drawing is made in two passes. layout.go, boxes.go and arrows.go find the place of everything, as a value without
// the marks of any form; svg.go writes it. The diagram is laid out by the same passes, with other measures (measures.go,
// bpmnparts.go) and a fragment of elements in each box (bpmnfill.go, bpmnsettle.go), and bpmn.go writes it. A decision
// table takes rules apart into branches (branches.go), and csv.go writes these.
//
// The page too is made in two passes, so that a further form of it needs only a second one. The first (page.go and the
// files named after its sections) reads the model and says in a reader's language what is on the page, as blocks
// of text without any marks (blocks.go). The second (markdown.go) writes the blocks as Markdown, and alone knows what
// must be escaped. Everything is read from the model itself and from dsl.Model.Judge; the words of rules are those of
// the explanations of a case (interpreter.Wording).
//
// What is written depends on nothing but the model, its other versions and the language: the same input gives the same
// bytes.
package export

import (
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// Request says what is written.
type Request struct {
	Model    *interpreter.Program
	Versions []*interpreter.Program // every version of the model, in the order they come into force
	Lang     lang.Lang
	Width    int // what a drawing fits in, as Drawing.Width; other forms have none
}

// Format is a form that a model can be written in.
type Format struct {
	Name  string                             // as the command line names it
	Write func(w io.Writer, r Request) error // fails only where w does
}

// Title says in l what the form is.
func (f Format) Title(l lang.Lang) string { return catalogue.Text(l, "format."+f.Name, nil) }

// formats are all there are, in the order they are offered.
var formats = []Format{
	{Name: "md", Write: writeMarkdown},
	{Name: "svg", Write: writeSVG},
	{Name: "dot", Write: writeDOT},
	{Name: "mermaid", Write: writeMermaid},
	{Name: "bpmn", Write: writeBPMN},
	{Name: "csv", Write: writeCSV},
	{Name: "jsonschema", Write: writeSchema},
}

// Formats lists the forms that a model can be written in.
func Formats() []Format { return formats }

// UnknownFormat is the error for a form that does not exist. Known names those that do.
type UnknownFormat struct {
	Name  string
	Near  string // the one that may have been meant; "" for none
	Known []string
}

// Error names the forms that there are.
func (e UnknownFormat) Error() string {
	return fmt.Sprintf("no format is called %q; there are: %s", e.Name, strings.Join(e.Known, ", "))
}

// Find returns the form with the name, or an UnknownFormat.
func Find(name string) (Format, error) {
	var known []string
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
		known = append(known, f.Name)
	}
	return Format{}, UnknownFormat{Name: name, Near: diag.Suggest(name, known), Known: known}
}
