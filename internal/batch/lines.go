package batch

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"github.com/stegvis/stegvis/internal/input"
	"github.com/stegvis/stegvis/interpreter"
)

// source cuts the input into blocks.
type source interface {
	// next fills a block with whole cases. It returns io.EOF where there are no more.
	next(b *block) error
	// row returns the last row before those that are left.
	row() int64
}

// lines cuts text into blocks of whole records: lines, or in CSV rows, which may have line breaks between quotation marks.
type lines struct {
	r      *input.Text
	quotes bool // it is CSV
	carry  []byte
	whole  int   // of CSV: where the records end that are known to be whole
	line   int64 // that the carry begins on
	skip   int64 // lines up to this one are not wanted
	ended  error // of r
}

// newLines returns a source of the text that r gives. Where that is compressed with gzip, its text is meant.
func newLines(r io.Reader, quotes bool, skip int64) (*lines, error) {
	text, err := input.Open(r)
	if err != nil {
		return nil, err
	}
	return &lines{r: text, quotes: quotes, line: 1, skip: skip}, nil
}

func (l *lines) row() int64 { return l.line - 1 }

func (l *lines) next(b *block) error {
	for {
		text, err := l.fill(b)
		if err != nil {
			return err
		}
		b.first, b.text, b.read = l.line, text, l.r.Bytes()
		l.line += int64(bytes.Count(text, []byte{'\n'}))
		b.last = l.line - 1
		if text[len(text)-1] != '\n' {
			b.last++
		}
		if b.last > l.skip {
			return nil
		}
	}
}

// fill returns whole records in the memory of the block: as many as make it full, or as there are when the input gives less
// than was asked for. More may be long in coming then, and what has come is answered.
func (l *lines) fill(b *block) ([]byte, error) {
	if b.text == nil {
		b.text = make([]byte, 0, bufferBytes)
	}
	buf := append(b.text[:0], l.carry...)
	l.carry, l.whole = l.carry[:0], 0
	for short := false; ; {
		if errors.Is(l.ended, io.EOF) && len(buf) > 0 {
			return buf, nil
		}
		if l.ended != nil || len(buf) >= blockBytes || short {
			if end := l.end(buf); end > 0 {
				l.carry = append(l.carry, buf[end:]...)
				return buf[:end], nil
			}
		}
		switch {
		case l.ended != nil:
			return nil, l.ended
		case len(buf) == cap(buf):
			return l.tooLong(buf), nil
		}
		var n int
		n, l.ended = l.r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		short = len(buf) < cap(buf)
	}
}

// end returns where the last whole record of the text ends, which begins as when it was last asked about.
func (l *lines) end(text []byte) int {
	if !l.quotes {
		return bytes.LastIndexByte(text, '\n') + 1
	}
	for {
		n, ok := recordEnd(text[l.whole:])
		if !ok {
			return l.whole
		}
		l.whole += n
	}
}

// recordEnd returns where the first record of CSV ends, after its line break. It reads the record as encoding/csv does, to
// which a record ends with its line when a quotation mark stands where it does not belong.
func recordEnd(text []byte) (end int, ok bool) {
	line := bytes.IndexByte(text, '\n') + 1
	if line == 0 || bytes.IndexByte(text[:line], '"') < 0 {
		return line, line > 0
	}
	lineEnd := func(from int) (int, bool) {
		n := bytes.IndexByte(text[from:], '\n') + 1
		return from + n, n > 0
	}
	for at := 0; ; at++ { // at each field
		if at == len(text) {
			return 0, false
		}
		if text[at] != '"' {
			n := bytes.IndexAny(text[at:], ",\"\n")
			if n < 0 || text[at+n] != ',' {
				return lineEnd(at)
			}
			at += n
			continue
		}
		for at++; ; at++ {
			n := bytes.IndexByte(text[at:], '"') + 1
			if at += n; n == 0 || at == len(text) {
				return 0, false
			}
			if text[at] != '"' {
				break
			}
		}
		if text[at] != ',' {
			return lineEnd(at)
		}
	}
}

// tooLong gives up on a record that does not end within far more than a case may be. Its first line goes alone, as far as
// it was read, to be told of. In CSV the lines after it may well be sound: a quotation mark too many ties lines together.
func (l *lines) tooLong(buf []byte) []byte {
	if end := bytes.IndexByte(buf, '\n') + 1; end > 0 {
		l.carry = append(l.carry, buf[end:]...)
		return buf[:end]
	}
	for {
		_, l.ended = l.r.ReadSlice('\n')
		if l.ended == nil {
			return append(buf[:interpreter.MaxCaseBytes+1], '\n')
		}
		if !errors.Is(l.ended, bufio.ErrBufferFull) {
			return buf[:interpreter.MaxCaseBytes+1]
		}
	}
}

// head reads the first record of CSV, the names of the columns. It is empty where there is none.
func (l *lines) head() ([]string, error) {
	var text []byte
	for {
		part, err := l.r.ReadSlice('\n')
		text = append(text, part...)
		_, whole := recordEnd(text)
		switch {
		case err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF):
			return nil, err
		case len(text) > bufferBytes:
			return nil, csv.ErrQuote
		case !whole && !errors.Is(err, io.EOF):
			continue
		}
		names, fault := csv.NewReader(bytes.NewReader(text)).Read()
		l.line += int64(bytes.Count(text, []byte{'\n'}))
		text = text[:0]
		switch {
		case !errors.Is(fault, io.EOF):
			return names, fault
		case errors.Is(err, io.EOF): // nothing but empty lines
			return nil, nil
		}
	}
}
