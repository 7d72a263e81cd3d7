package report

import "html/template"

// section is a part of the page with a heading and a place in its contents.
type section struct {
	ID     string
	Title  string
	Blocks []block
}

// block is a piece of a page, written by the part of the template that Form names.
type block interface{ Form() string }

// prose is a paragraph.
type prose struct {
	Text string
	Mark string // what it is beside plain text: "", "lead", "note"
}

// heading is a heading within a section.
type heading struct {
	ID   string // "": none
	Text string
}

// list is entries, one below the other.
type list struct {
	Items   []item
	Ordered bool
}

// item is an entry of a list: its text, and what belongs to it.
type item struct {
	Lead   string // said before the text, in bold; "": nothing
	Text   string
	To     string // an address that the lead leads to, or the text where there is none; "": none
	Blocks []block
}

// terms is names, each with what is said of it.
type terms struct{ Entries []entry }

// entry is a name and what is said of it.
type entry struct {
	Name  string
	Lines []item
	To    string // an address that the name leads to; "": none
}

// grid is a table.
type grid struct {
	ID      string
	Caption string
	Help    string // what it tells, under the caption
	Heads   []head
	Rows    []row
	Shaded  bool // cells have shades, and a legend of them stands below
	Plain   bool // has no order of its own that a reader could want another of
	File    *file
}

// head is the head of a column.
type head struct {
	Text   string
	Help   string // the definition; "": none
	Number bool
}

// row is cells; the first names the row.
type row struct {
	Help  *terms // how the figures of the row are defined; nil: not said
	Group bool   // the first cell is a heading over the rows below
	Cells []cell
}

// cell is what stands in a table at one place.
type cell struct {
	Text   string
	Lines  []string // further lines
	Number bool
	Lacks  bool   // says why there is no value
	Long   bool   // one word that is wider than a column should be
	Shade  int    // 1 to shades: how much of the whole; 0: not shaded
	Sort   string // what the row is sorted by in this column, where the text does not do; "": the text
}

// file is a table for programs, held by the page.
type file struct {
	Name string
	Data template.URL // "": it is too long for a page
}

// files is a list of tables for programs.
type files struct{ Tables []named }

// named is a table with what it tells.
type named struct {
	File  *file
	Above bool // the page has it further up
	Text  string
}

// figure is a chart or a drawing, with what stands below it.
type figure struct {
	ID      string
	Caption string
	SVG     template.HTML
	Narrow  template.HTML   // the same for a phone; "": SVG does for both
	Sheets  []template.HTML // the same in parts for paper; nil: it is printed as it is
	Wide    bool            // wider than the page: it scrolls in its box
	Blocks  []block
}

// beside is figures side by side where there is room.
type beside struct {
	Figures []figure
	Lanes   bool // they are wide, and shown on the screen alone
}

// fold is blocks that are shown on demand, and printed.
type fold struct {
	ID      string
	Summary string
	Note    string // said after the summary, in small
	Pair    string // the two models that it is about, as choice has them; "": none in particular
	Open    bool
	Blocks  []block
}

// detail is what a fold holds beside what it tells. On paper it stands only where the reader has opened the fold.
type detail struct{ Blocks []block }

// choice lets the reader choose which two models the folds with a Pair are about. Without scripts all are shown.
type choice struct {
	Label   string
	All     string
	Options []option
}

type option struct{ Value, Text string }

func (prose) Form() string   { return "prose" }
func (heading) Form() string { return "heading" }
func (list) Form() string    { return "list" }
func (terms) Form() string   { return "terms" }
func (grid) Form() string    { return "grid" }
func (figure) Form() string  { return "figure" }
func (files) Form() string   { return "files" }
func (beside) Form() string  { return "beside" }
func (fold) Form() string    { return "fold" }
func (detail) Form() string  { return "detail" }
func (choice) Form() string  { return "choice" }
