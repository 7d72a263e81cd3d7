package store

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Contents is what a backup holds.
type Contents struct {
	At      time.Time        // the moment that it shows
	Program string           // the version that made it; "": it does not say
	Schema  int64            // the form of its tables, which is NewestForm or older
	Rows    map[string]int64 // of each table
}

// ReadContents reads a backup from end to end and tells what is in it; ErrNoBackup where it is not whole, *FormError where a
// newer version made it. It opens nothing that is sealed.
func ReadContents(r io.ReaderAt, size int64) (*Contents, error) {
	m, err := readArchive(r, size)
	if err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, m.At)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	for _, name := range tablesOf(m.Schema) {
		n, err := countLines(m.Reader, name+".ndjson")
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
		case n != m.Rows[name]:
			return nil, fmt.Errorf("%w: table %s has %d rows, not %d", ErrNoBackup, name, n, m.Rows[name])
		}
	}
	return &Contents{At: at, Program: m.Program, Schema: m.Schema, Rows: m.Rows}, nil
}

// opened opens the archive that a backup is. There must be nothing before it or after it: an archive is otherwise found between anything.
func opened(r io.ReaderAt, size int64) (*zip.Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	const endSize, large = 22, 1<<32 - 1 // of the record at the end, without a comment; where a size stands elsewhere
	end := make([]byte, endSize)
	if _, err := r.ReadAt(end, size-endSize); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	listed, at := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	whole := bytes.HasPrefix(end, []byte("PK\x05\x06")) && bytes.HasSuffix(end, []byte{0, 0})
	if !whole || at != large && listed != large && at+listed+endSize != size {
		return nil, fmt.Errorf("%w: there is something before it or after it", ErrNoBackup)
	}
	return z, nil
}

// countLines reads a part of the archive, whose sum of bits is looked at on the way.
func countLines(z *zip.Reader, name string) (n int64, err error) {
	f, err := z.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		switch _, err := r.ReadSlice('\n'); {
		case err == nil:
			n++
		case errors.Is(err, bufio.ErrBufferFull): // a long line goes on
		case errors.Is(err, io.EOF):
			return n, nil
		default:
			return n, err
		}
	}
}
