package casefile

import (
	"bufio"
	"bytes"
	"errors"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

type ndjsonWriter struct{ w *bufio.Writer }

func (w *ndjsonWriter) Write(c *interpreter.Case) error {
	line, err := c.MarshalJSON()
	if err != nil {
		return err
	}
	w.w.Write(line)
	return w.w.WriteByte('\n')
}

func (w *ndjsonWriter) Close() error { return w.w.Flush() }

type ndjsonReader struct {
	name string
	line int
	r    *bufio.Reader
}

// Read reads a line. Empty lines are passed over. Diagnostics name the line after the file.
func (r *ndjsonReader) Read(faults *diag.List) (*interpreter.Case, error) {
	for {
		text, err := r.next()
		if len(bytes.TrimSpace(text)) > 0 {
			return interpreter.ReadCase(diag.NewSourceAt(r.name, string(text), r.line), faults), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// next returns a line without its end. Of one that is longer than a case may be it returns the beginning, which is still
// too long, so that ReadCase refuses it.
func (r *ndjsonReader) next() ([]byte, error) {
	r.line++
	var text []byte
	for {
		part, err := r.r.ReadSlice('\n')
		if room := interpreter.MaxCaseBytes + 2 - len(text); room > 0 {
			text = append(text, part[:min(len(part), room)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
			return text, err
		}
	}
}
