package eventlog

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
)

// How much is sorted in memory at once, in bytes of cells and what holding them takes, and how many sorted runs are merged at once.
var (
	sortBytes = 32 << 20
	sortRuns  = 100
)

// sorter gives rows by case, those of a case in the order of the file. What does not fit in memory lies in temporary files, which
// only the user can read and which are gone when the sorter is closed.
type sorter struct {
	o     Options
	runs  []*run
	heads runHeap
}

// run is rows in order, in memory or in a file.
type run struct {
	number int
	rows   []*row
	file   *os.File
	r      *bufio.Reader
	head   *row
}

func rowOrder(a, b *row) int {
	if c := strings.Compare(a.cells[rowCase], b.cells[rowCase]); c != 0 {
		return c
	}
	return a.line - b.line
}

type runHeap []*run

func (h runHeap) Len() int           { return len(h) }
func (h runHeap) Less(i, j int) bool { return rowOrder(h[i].head, h[j].head) < 0 }
func (h runHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push and Pop are those of container/heap.
func (h *runHeap) Push(x any) { *h = append(*h, x.(*run)) }

// Pop takes the last run off.
func (h *runHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// sortRows reads the whole file. Rows that cannot be read are told of, and left out: nobody knows of which case they are.
func sortRows(c *csvLog, faults *diag.List) (*sorter, error) {
	s := &sorter{o: c.o}
	var rows []*row
	size := 0
	for {
		r, err := c.read(faults)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.close()
			return nil, err
		}
		if r == nil {
			continue
		}
		rows = append(rows, r)
		for _, cell := range r.cells {
			size += len(cell) + 16
		}
		if size += 64; size >= sortBytes {
			if err := s.spill(rows); err != nil {
				return nil, s.failed(faults)
			}
			rows, size = nil, 0
		}
	}
	slices.SortFunc(rows, rowOrder)
	s.runs = append(s.runs, &run{rows: rows})
	if err := s.begin(); err != nil {
		return nil, s.failed(faults)
	}
	return s, nil
}

func (s *sorter) failed(faults *diag.List) error {
	s.close()
	faults.Error(diag.LineOf(s.o.Name, 1), "log-sort-failed", nil)
	return ErrBroken
}

// spill sorts the rows and writes them into a file. Where there are many files already, they become one.
func (s *sorter) spill(rows []*row) error {
	slices.SortFunc(rows, rowOrder)
	if len(s.runs) >= sortRuns {
		if err := s.begin(); err != nil {
			return err
		}
		merged, err := s.write(func() (*row, error) { return s.pop() })
		if err != nil {
			return err
		}
		s.close()
		s.runs = []*run{merged}
	}
	i := 0
	r, err := s.write(func() (*row, error) {
		if i == len(rows) {
			return nil, io.EOF
		}
		i++
		return rows[i-1], nil
	})
	if err == nil {
		s.runs = append(s.runs, r)
	}
	return err
}

// write writes rows into a temporary file.
func (s *sorter) write(next func() (*row, error)) (*run, error) {
	f, err := os.CreateTemp(s.o.TempDir, "stegvis-log-*")
	if err != nil {
		return nil, err
	}
	out := &run{file: f}
	w := bufio.NewWriterSize(f, 256<<10)
	var buf []byte
	for {
		r, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			out.close()
			return nil, err
		}
		buf = binary.AppendUvarint(buf[:0], uint64(r.line))
		buf = binary.AppendUvarint(buf, uint64(len(r.cells)))
		for _, cell := range r.cells {
			buf = append(binary.AppendUvarint(buf, uint64(len(cell))), cell...)
		}
		if _, err := w.Write(buf); err != nil {
			out.close()
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// begin reads the first row of every run.
func (s *sorter) begin() error {
	s.heads = nil
	for _, r := range s.runs {
		if r.file != nil {
			if _, err := r.file.Seek(0, io.SeekStart); err != nil {
				return err
			}
			r.r = bufio.NewReaderSize(r.file, 64<<10)
		}
		switch err := r.next(); {
		case err == nil:
			s.heads = append(s.heads, r)
		case !errors.Is(err, io.EOF):
			return err
		}
	}
	heap.Init(&s.heads)
	return nil
}

// pop returns the next row of all runs.
func (s *sorter) pop() (*row, error) {
	if len(s.heads) == 0 {
		return nil, io.EOF
	}
	first := s.heads[0]
	out := first.head
	switch err := first.next(); {
	case err == nil:
		heap.Fix(&s.heads, 0)
	case errors.Is(err, io.EOF):
		heap.Pop(&s.heads)
	default:
		return nil, err
	}
	return out, nil
}

// next returns the next row.
func (s *sorter) next(faults *diag.List) (*row, error) {
	r, err := s.pop()
	if err != nil && !errors.Is(err, io.EOF) {
		faults.Error(diag.LineOf(s.o.Name, 1), "log-sort-failed", nil)
		return nil, ErrBroken
	}
	return r, err
}

func (s *sorter) close() {
	for _, r := range s.runs {
		r.close()
	}
	s.runs = nil
}

// next makes the next row the head.
func (r *run) next() error {
	if r.file == nil {
		if r.number == len(r.rows) {
			return io.EOF
		}
		r.head, r.number = r.rows[r.number], r.number+1
		return nil
	}
	line, err := binary.ReadUvarint(r.r)
	if err != nil {
		return err
	}
	n, err := binary.ReadUvarint(r.r)
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	out := &row{line: int(line), cells: make([]string, n)}
	for i := range out.cells {
		size, err := binary.ReadUvarint(r.r)
		if err != nil {
			return io.ErrUnexpectedEOF
		}
		cell := make([]byte, size)
		if _, err := io.ReadFull(r.r, cell); err != nil {
			return io.ErrUnexpectedEOF
		}
		out.cells[i] = string(cell)
	}
	r.head = out
	return nil
}

func (r *run) close() {
	if r.file != nil {
		r.file.Close()
		os.Remove(r.file.Name())
	}
}
