package syntax

import (
	"fmt"

	"github.com/stegvis/stegvis/dsl/diag"
)

type args = diag.Args

// slip is a fault of a text, at the bytes [start, end).
type slip struct {
	start, end  int
	code        string
	args        args
	hint        string // as of diag.Diagnostic
	related     diag.Span
	relatedCode string
}

// reader reads one file.
type reader struct {
	src    *diag.Source
	decode decoder
	plain  bool // values that can be read in one way only are taken as they stand, and only the others decoded
	found  diag.List
	full   bool // so many faults were found that the rest is not told
}

// maxRefusals is how many times a text is tried without what the decoder has refused in it.
const maxRefusals = 3

// Read reads a TOML text. It always returns a file, with as much in it as could be read; what is wrong is added to
// faults, every fault of the text and not only the first.
//
// A text over a limit (see MaxBytes and the others) is not read at all: its file is empty and Broken.
func Read(src *diag.Source, faults *diag.List) *File {
	r := &reader{src: src, decode: decode, plain: true}
	file := r.read()
	*faults = append(*faults, r.found...)
	return file
}

func (r *reader) read() *File {
	empty := &File{Source: r.src, Root: &Table{Header: r.src.At(0, 0)}, Broken: true}
	empty.Root.Broken = true
	text, from, ok := r.clean()
	if !ok {
		return empty
	}
	pieces, passed := split(text, from)
	if passed != nil {
		r.report(*passed)
		return empty
	}
	before, full := len(r.found), r.full
	refused := map[int]bool{}
	for range maxRefusals + 1 {
		r.found, r.full = r.found[:before], full
		b := newBuilder(r.src, text, from, r.report)
		r.build(b, pieces, refused)
		if r.plain && len(r.found) == 0 && !b.broken && !b.oddKeys && decodeAlone(text, b.odd) == nil {
			return &File{Source: r.src, Root: b.root}
		}
		at, err := r.decode(b.whole, from, b.root)
		if err == nil {
			return &File{Source: r.src, Root: b.root, Broken: b.broken || before > 0}
		}
		n := pieceAt(pieces, at)
		if at < 0 || n < 0 || refused[n] {
			break
		}
		refused[n] = true
	}
	r.report(slip{start: from, end: from, code: "toml-unreadable"})
	return empty
}

// build reads the pieces into b's tree. After one that is faulty it goes on at the next that is surely a line of its
// own, so that the rest of what went wrong is not told as faults too.
func (r *reader) build(b *builder, pieces []piece, refused map[int]bool) {
	var faulty *piece
	for i := range pieces {
		p := &pieces[i]
		if r.full {
			b.lose(*p)
			continue
		}
		if faulty != nil && !p.sure && (faulty.open || !p.likely) {
			blankOut(b.whole, p.start, p.end)
			continue
		}
		faulty = nil
		if refused[i] {
			r.report(slip{start: p.start, end: lineEnd(b.text, p.start), code: "toml-syntax"})
			b.lose(*p)
		} else if !b.line(p) {
			faulty = p
		}
	}
}

// pieceAt returns the index of the piece that the offset at lies in, or of the last one before it; -1 where there is
// none.
func pieceAt(pieces []piece, at int) int {
	n := -1
	for i, p := range pieces {
		if p.start <= at {
			n = i
		}
	}
	return n
}

// report adds s to what was found.
func (r *reader) report(s slip) {
	if r.full {
		return
	}
	if len(r.found) >= MaxFaults {
		r.full = true
		r.found.Error(r.src.At(s.start, s.end), "toml-more-faults", args{"Limit": MaxFaults})
		return
	}
	d := r.found.Error(r.src.At(s.start, s.end), s.code, s.args)
	d.Hint = s.hint
	if !s.related.IsZero() {
		d.With(s.related, s.relatedCode, nil)
	}
}

// codePoint writes a character that cannot be shown.
func codePoint(c rune) string { return fmt.Sprintf("U+%04X", c) }
