// Package input begins to read the files of many cases or events that people give: whether they are compressed with gzip and
// begin with a byte order mark or not, their text is meant, and how far one has come in the file can be asked meanwhile.
package input

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"sync/atomic"
)

// size is how much is read at a time.
const size = 64 << 10

var (
	gzipMark      = []byte{0x1f, 0x8b}
	byteOrderMark = []byte("\ufeff")
)

// Text is the text of a file.
type Text struct {
	*bufio.Reader
	read atomic.Int64
	file io.Reader
}

// Open begins to read the text of a file. It fails where what looks like gzip is none.
func Open(file io.Reader) (*Text, error) {
	t := &Text{file: file}
	t.Reader = bufio.NewReaderSize(counter{t}, size)
	if mark, _ := t.Peek(len(gzipMark)); bytes.Equal(mark, gzipMark) {
		text, err := gzip.NewReader(t.Reader)
		if err != nil {
			return t, err
		}
		t.Reader = bufio.NewReaderSize(text, size)
	}
	if mark, _ := t.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
		t.Discard(len(byteOrderMark))
	}
	return t, nil
}

// Bytes is how many bytes of the file, compressed or not, have been read. Any goroutine can ask.
func (t *Text) Bytes() int64 { return t.read.Load() }

// counter counts what is read of the file.
type counter struct{ t *Text }

func (c counter) Read(p []byte) (int, error) {
	n, err := c.t.file.Read(p)
	c.t.read.Add(int64(n))
	return n, err
}
