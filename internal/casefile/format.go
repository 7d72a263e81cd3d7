package casefile

import (
	"bufio"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// Format is a way to write cases down.
type Format string

// The formats. Each of them holds the same facts: docs/cohort.md says how.
const (
	NDJSON  Format = "ndjson"  // a case file on every line
	CSV     Format = "csv"     // a row for each case, a column for each fact
	Parquet Format = "parquet" // likewise, with types
)

// Formats lists the formats.
var Formats = []Format{NDJSON, CSV, Parquet}

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, bool) {
	f := Format(name)
	return f, slices.Contains(Formats, f)
}

// FormatOf returns the format that a file's name ends in.
func FormatOf(file string) (Format, bool) {
	return ParseFormat(strings.ToLower(strings.TrimPrefix(filepath.Ext(file), ".")))
}

// Writer writes cases one after another.
type Writer interface {
	// Write writes one more case. Its facts must be valid for every model that the columns were made of.
	Write(*interpreter.Case) error
	// Close writes what is left. It does not close what it writes to.
	Close() error
}

// NewWriter returns a writer of the format. A table has the columns, and its head, if it has any, is written with the
// first case or when the writer is closed.
func NewWriter(f Format, w io.Writer, columns *Columns) Writer {
	switch f {
	case CSV:
		return newCSVWriter(w, columns)
	case Parquet:
		return newParquetWriter(w, columns)
	}
	return &ndjsonWriter{bufio.NewWriterSize(w, 1<<16)}
}

// Reader reads cases one after another.
type Reader interface {
	// Read returns the next case. What is wrong with the case itself is told in faults, and the next can be read all the
	// same. It returns io.EOF after the last case, and any other error where the file cannot be read on.
	Read(faults *diag.List) (*interpreter.Case, error)
}

// File is what cases are read from: an open file, or bytes in memory.
type File interface {
	io.ReadSeeker
	io.ReaderAt
}

// NewReader returns a reader of the format; name is what diagnostics call the file. What a cell of a table means depends
// on the facts that the models of the set declare.
func NewReader(f Format, name string, r File, set *interpreter.Set) (Reader, error) {
	switch f {
	case CSV:
		return newCSVReader(r, set)
	case Parquet:
		return newParquetReader(r, set)
	}
	return &ndjsonReader{name: name, r: bufio.NewReaderSize(r, 1<<16)}, nil
}

// typed returns a value as Case.Get gives it in the type that the fact has. A case that was read from a file has its
// days as texts, and a whole number where a number is wanted.
func typed(kind rule.Kind, v any) any {
	switch v := v.(type) {
	case string:
		if kind == rule.Date || kind == rule.Event {
			if day, ok := calendar.Parse(v); ok {
				return day
			}
		}
	case int64:
		if kind == rule.Number {
			return float64(v)
		}
	}
	return v
}
