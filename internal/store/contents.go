package store

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// Contents is what a backup holds.
type Contents struct {
	At   time.Time        // the moment that it shows
	Rows map[string]int64 // of each table
}

// ReadContents reads a backup from end to end and tells what is in it; ErrNoBackup where it is not whole, ErrForm where another
// version made it. It opens nothing that is sealed.
func ReadContents(r io.ReaderAt, size int64) (*Contents, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	var m manifest
	if err := readManifest(z, &m); err != nil {
		return nil, err
	}
	if m.Form != backupForm {
		return nil, ErrForm
	}
	at, err := time.Parse(time.RFC3339Nano, m.At)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	for _, name := range tables {
		n, err := countLines(z, name+".ndjson")
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
		case n != m.Rows[name]:
			return nil, fmt.Errorf("%w: table %s has %d rows, not %d", ErrNoBackup, name, n, m.Rows[name])
		}
	}
	return &Contents{At: at, Rows: m.Rows}, nil
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
