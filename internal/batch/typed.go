package batch

import (
	"io"

	"github.com/stegvis/stegvis/internal/casefile"
)

// typed cuts Parquet into blocks of rows.
type typed struct {
	file  *casefile.ParquetFile
	size  int64
	taken int64 // rows
}

func newTyped(in io.Reader, skip int64) (*typed, error) {
	f, ok := in.(casefile.File)
	if !ok {
		return nil, errNoFile
	}
	file, err := casefile.OpenParquet(f)
	if err != nil {
		return nil, err
	}
	file.Skip(skip)
	size, err := f.Seek(0, io.SeekEnd)
	return &typed{file: file, size: size, taken: min(skip, file.Rows())}, err
}

func (t *typed) row() int64 { return t.taken }

func (t *typed) next(b *block) error {
	if err := t.file.Read(&b.typed, blockRows); err != nil {
		return err
	}
	b.first = t.taken + 1
	t.taken += int64(b.typed.Rows())
	b.last = t.taken
	b.read = int64(float64(t.size) * (float64(t.taken) / float64(max(1, t.file.Rows()))))
	return nil
}
