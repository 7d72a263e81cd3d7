package syntax

import (
	"bytes"
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"
	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// builder makes the tree of a text from its pieces.
type builder struct {
	src     *diag.Source
	text    []byte // the text that is read
	whole   []byte // the same without what is faulty, for the decoder
	parser  unstable.Parser
	report  func(slip)
	root    *Table
	current *Table
	lost    bool     // the header in force could not be read: its keys are looked at, but belong nowhere
	beneath []string // the name of the last lost header; nil where not even that could be read
	orphans bool     // headers beneath it are lost too
	broken  bool
	odd     []*Value // those that are not plain (plain.go)
	oddKeys bool     // some key is written otherwise than it is
	names   []part   // of the line at hand
	store   store
}

func newBuilder(src *diag.Source, text []byte, from int, report func(slip)) *builder {
	root := &Table{Header: src.At(from, from)}
	return &builder{src: src, text: text, whole: bytes.Clone(text), report: report, root: root, current: root}
}

// line reads one piece into the tree. It reports whether the piece could be parsed: what then is wrong with it, if
// anything, is not wrong with how it is written, and it ends where it seems to.
func (b *builder) line(p *piece) bool {
	b.names = b.names[:0]
	b.parser.Reset(b.text[p.start:p.end:p.end])
	if !b.parser.NextExpression() {
		at := p.start
		var refusal *unstable.ParserError
		if errors.As(b.parser.Error(), &refusal) {
			at += int(b.parser.Range(refusal.Highlight).Offset)
		}
		fault := explain(b.text[:p.end], *p, at)
		p.open = p.open || fault.code == "toml-value-missing" // it may stand on the next line
		b.report(fault)
		b.lose(*p)
		return false
	}
	node := b.parser.Expression()
	parts := b.parts(node.Key(), p.start)
	ok := false
	if p.header {
		ok = b.header(parts, node.Kind == unstable.ArrayTable, *p)
	} else {
		ok = b.keyValue(parts, node, *p)
	}
	if !ok {
		b.lose(*p)
	}
	return true
}

// parts returns the names that make up a key. A name that is not in NFC is written so for the decoder, with spaces in
// place of what that saves, or the decoder would see two tables where we see one. Where it saves nothing, as in some
// scripts, the name stays as it is.
func (b *builder) parts(it unstable.Iterator, base int) []part {
	first := len(b.names)
	for it.Next() {
		n := it.Node()
		start := base + int(n.Raw.Offset)
		p := part{span: b.src.At(start, start+int(n.Raw.Length))}
		if bare(b.text[p.span.Start:p.span.End]) {
			p.raw = b.src.Text[p.span.Start:p.span.End]
			p.name = p.raw
			b.names = append(b.names, p)
			continue
		}
		b.oddKeys = true
		p.raw = string(n.Data)
		p.name = norm.NFC.String(p.raw)
		if p.name != p.raw {
			if quoted := Quote(p.name); len(quoted) <= int(n.Raw.Length) {
				blankOut(b.whole, p.span.Start, p.span.End)
				copy(b.whole[start:], quoted)
				p.raw = p.name
			}
		}
		b.names = append(b.names, p)
	}
	return b.names[first:]
}

func (b *builder) header(parts []part, array bool, p piece) bool {
	if b.orphan(parts) { // its own keys belong nowhere either, but nothing is wrong with it
		b.detach(p)
		return true
	}
	b.orphans, b.lost = false, false
	inner := b.src.At(parts[0].span.Start, parts[len(parts)-1].span.End)
	end := inner.End + bytes.IndexByte(b.text[inner.End:p.end], ']') + 1
	if array {
		end++
	}
	return b.openHeader(parts, array, b.src.At(p.start, end), inner)
}

// orphan tells whether a header is beneath one that was lost, so that its place in the tree is lost too. Nothing is
// said of it: it is as right as can be.
func (b *builder) orphan(parts []part) bool {
	if !b.orphans {
		return false
	}
	if b.beneath == nil {
		return len(parts) > 1
	}
	if len(parts) <= len(b.beneath) {
		return false
	}
	for i, name := range b.beneath {
		if parts[i].name != name {
			return false
		}
	}
	return true
}

func (b *builder) keyValue(parts []part, node *unstable.Node, p piece) bool {
	at := afterEquals(b.text, parts[len(parts)-1].span.End)
	v, end := b.value(node.Value(), at, p.start)
	if v == nil {
		return false
	}
	// The parser and the splitter must agree on where the line ends.
	if rest := lineEnd(b.text, end); rest+1 < p.end {
		b.report(slip{start: end, end: rest, code: "toml-syntax"})
		return false
	}
	if b.lost {
		blankOut(b.whole, p.start, p.end)
		return true
	}
	return b.put(b.current, parts, v)
}

// lose takes the piece p out of what is decoded.
func (b *builder) lose(p piece) {
	if line := b.text[p.start:p.end]; p.header || slippedHeader().Match(line) {
		b.beneath = guessHeader(line)
		b.detach(p)
		return
	}
	b.broken, b.current.Broken = true, true
	blankOut(b.whole, p.start, p.end)
}

// detach lets what follows the header p belong nowhere.
func (b *builder) detach(p piece) {
	b.broken, b.orphans, b.lost = true, true, true
	b.current = &Table{}
	blankOut(b.whole, p.start, p.end)
}

// guessHeader returns the names that a header with a fault seems to have.
func guessHeader(line []byte) []string {
	if n := bytes.LastIndexByte(line, '['); n > 0 {
		line = line[n:]
	}
	line = bytes.TrimLeft(line, "[ \t")
	if end := bytes.IndexAny(line, "] \t\r\n#"); end >= 0 {
		line = line[:end]
	}
	var names []string
	for _, name := range bytes.Split(line, []byte(".")) {
		if name = bytes.Trim(name, `"'`); len(name) == 0 {
			return nil
		}
		names = append(names, norm.NFC.String(string(name)))
	}
	return names
}

// blankOut writes spaces over the bytes [start, end), and keeps the line breaks.
func blankOut(text []byte, start, end int) {
	for i := start; i < end; i++ {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
}

// afterEquals returns where the value begins after the key that ends at i.
func afterEquals(text []byte, i int) int { return blank(text, blank(text, i)+1) }
