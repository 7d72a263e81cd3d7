package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
)

//go:embed page
var pageFiles embed.FS

var (
	pageTemplate = template.Must(template.ParseFS(pageFiles, "page/page.html"))
	pageStyle    = pageFile("page/page.css")
	pageScript   = pageFile("page/page.js")
)

func pageFile(name string) string {
	text, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err) // it is built in
	}
	return string(text)
}

// policy lets the page use its own style and its own script, and nothing else: no address, no script or style that a text on the page
// could have brought in.
func policy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'", hash(pageStyle), hash(pageScript))
}

// document is the whole page, as the template wants it.
type document struct {
	Lang                     lang.Lang
	Title, Lead, Foot, Maker string
	Words                    struct{ Skip, Contents, OpenAll, CloseAll, Print, Paper string }
	Sections                 []section
}

func (document) Policy() string        { return policy() }
func (document) Style() template.HTML  { return template.HTML("<style>" + pageStyle + "</style>") }
func (document) Script() template.HTML { return template.HTML("<script>" + pageScript + "</script>") }

// write makes HTML of the page. It fails only where w does.
func (d *document) write(w io.Writer) error {
	var out bytes.Buffer // so that nothing is written of a page that cannot be made
	if err := pageTemplate.ExecuteTemplate(&out, "page", d); err != nil {
		panic(err) // the template and its values are ours, and a Buffer takes everything
	}
	_, err := out.WriteTo(w)
	return err
}

// A page holds files of at most maxFile bytes, and besides those that stand under a table only as long as it holds less than maxHeld
// in all. The others it only names, so that it stays small.
const (
	maxFile = 64 << 10
	maxHeld = 640 << 10
)

// fileOf holds a table as CSV, in an address that asks for nothing from elsewhere.
func fileOf(t *table.Table, l lang.Lang) *file {
	var text bytes.Buffer
	if err := t.Write(&text, table.CSV, l); err != nil {
		panic(err) // a Buffer takes everything
	}
	out := &file{Name: t.ID + ".csv"}
	if text.Len() <= maxFile {
		out.Data = template.URL("data:text/csv;charset=utf-8;base64," + base64.StdEncoding.EncodeToString(text.Bytes()))
	}
	return out
}
