package export

import "strings"

// document is a page as blocks, free of the marks of any form.
type document []block

// block is a heading, paragraph, list, table, diagram or comment.
type block interface{ isBlock() }

// heading opens a section. Links lead to it by its key; "" for one that none does.
type heading struct {
	level int // 1 is the title of the page
	key   string
	text  inline
}

type paragraph struct{ text inline }

type list []item

// item is an entry of a list, with a list of its own below it or none.
type item struct {
	text  inline
	below list
}

// table has a row of heads. A cell has lines.
type table struct {
	heads []string
	rows  [][]cell
}

type cell []inline

// diagram is a text that a reader's program draws, in the language that it names.
type diagram struct{ language, text string }

// comment is for those who read the source of the page.
type comment string

func (heading) isBlock()   {}
func (paragraph) isBlock() {}
func (list) isBlock()      {}
func (table) isBlock()     {}
func (diagram) isBlock()   {}
func (comment) isBlock()   {}

// inline is running text.
type inline []span

type style uint8

const (
	plain style = iota
	strong
	emphasis
	code
)

// span is a piece of text in one style. to is what it leads to: "#" and the key of a heading, or an address; "" for
// nothing.
type span struct {
	text  string
	style style
	to    string
}

// say puts pieces together: strings, spans and what is put together already.
func say(pieces ...any) inline {
	var out inline
	for _, p := range pieces {
		switch p := p.(type) {
		case string:
			if p = flat(p); p != "" {
				out = append(out, span{text: p})
			}
		case span:
			out = append(out, p)
		case inline:
			out = append(out, p...)
		}
	}
	return out
}

func bold(s string) span      { return span{text: flat(s), style: strong} }
func slanted(s string) span   { return span{text: flat(s), style: emphasis} }
func id(s string) span        { return span{text: s, style: code} }
func link(key, s string) span { return span{text: flat(s), to: "#" + key} }

// joined puts something between pieces of running text.
func joined(parts []inline, between string) inline {
	var out inline
	for i, p := range parts {
		if i > 0 {
			out = append(out, span{text: between})
		}
		out = append(out, p...)
	}
	return out
}

// flat makes one line of a text that may have been written on several; a space at either end stays.
func flat(s string) string {
	if !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	out := strings.Join(strings.Fields(s), " ")
	if strings.HasPrefix(s, " ") {
		out = " " + out
	}
	if strings.HasSuffix(s, " ") {
		out += " "
	}
	return out
}
