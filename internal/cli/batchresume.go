package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/stegvis/stegvis/internal/casefile"
)

// errNotAnswers says that a file does not hold what batch has written.
var errNotAnswers = errors.New("the file does not hold answers of batch")

// tailBytes is how much of the end of a file is looked at: far more than the answers of all models for one case.
const tailBytes = 16 << 20

// resume opens a file of answers to go on with it. What stands after the last whole case is cut off; skip is the last row
// that the file answers. continued tells whether there is anything in it, such as the head of a table; a file that does not
// exist is made.
func resume(path string, form casefile.Format, models int) (f *os.File, skip int64, continued bool, err error) {
	if f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644); err != nil {
		return nil, 0, false, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, false, err
	}
	tail := make([]byte, min(size, tailBytes))
	from := size - int64(len(tail))
	if _, err = f.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, false, err
	}
	keep, skip, ok := lastWhole(tail, form, models, from == 0)
	if !ok {
		return nil, 0, false, errNotAnswers
	}
	end := from + int64(keep)
	if err = f.Truncate(end); err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	return f, skip, end > 0, err
}

// lastWhole returns where the last case ends of which all models' answers stand in the text, and its row. whole tells that
// the text is the file from its beginning.
func lastWhole(text []byte, form casefile.Format, models int, whole bool) (end int, row int64, ok bool) {
	end = bytes.LastIndexByte(text, '\n') + 1
	begin, answers := end, 0 // of the last row
	for begin > 0 {
		from := bytes.LastIndexByte(text[:begin-1], '\n') + 1
		n, isRow := rowOf(text[from:begin], form)
		if answers > 0 && n != row {
			break
		}
		if !isRow { // but for the head of a table, it is not what batch writes
			return begin, 0, whole && from == 0 && form == casefile.CSV && bytes.HasPrefix(text, []byte("row,"))
		}
		row, answers, begin = n, answers+1, from
	}
	switch {
	case answers == 0:
		return 0, 0, whole
	case answers < models:
		return begin, row - 1, whole || begin > 0
	}
	return end, row, answers == models
}

// rowOf returns the row that a line of answers is about.
func rowOf(line []byte, form casefile.Format) (int64, bool) {
	if form == casefile.NDJSON {
		rest, ok := bytes.CutPrefix(line, []byte(`{"row":`))
		if !ok {
			return 0, false
		}
		line = rest
	}
	digits, _, ok := bytes.Cut(line, []byte{','})
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return n, ok && err == nil && n > 0
}
