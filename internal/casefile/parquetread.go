package casefile

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// errNotCases says that a file is no Parquet file, or one with columns that no fact can have.
var errNotCases = errors.New("it is not a Parquet file of cases")

// ParquetFile reads a table of cases by batches of its columns: such as Writer wrote, and such as have the same columns in
// another order, fewer of them, or other types that the facts can take.
type ParquetFile struct {
	names   []string
	columns []column
	rows    int64
	groups  []parquet.RowGroup               // that are left to read
	chunks  []parquet.ColumnChunkValueReader // of the group that is read; nil: of none
	left    int64                            // rows of that group that are left to read
	skip    int64                            // rows to pass over first
}

type column struct {
	list  bool
	none  int             // the definition level of a null, or of a list with nothing in it where the list itself cannot be null
	days  bool            // what it holds are days
	carry []parquet.Value // of a list: the beginning of the row after those that were read
	done  bool            // of a list: the group has no more values
}

// OpenParquet opens a file. The library panics on some files that are broken; that too is an error here.
func OpenParquet(f File) (p *ParquetFile, err error) {
	defer refuse(&err)
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(f, size)
	if err != nil {
		return nil, errNotCases
	}
	p = &ParquetFile{groups: file.RowGroups(), rows: file.NumRows()}
	for _, field := range file.Schema().Fields() {
		c := column{}
		if field.Leaf() {
			c.days = field.Type().String() == parquet.Date().Type().String()
		} else {
			inner := field.Fields()
			if len(inner) != 1 || !inner[0].Repeated() || len(inner[0].Fields()) != 1 {
				return nil, errNotCases
			}
			if item := inner[0].Fields()[0]; !item.Leaf() || item.Type().Kind() != parquet.ByteArray {
				return nil, errNotCases
			}
			c.list = true
			if field.Optional() {
				c.none = 1
			}
		}
		if field.Repeated() {
			return nil, errNotCases
		}
		p.names = append(p.names, field.Name())
		p.columns = append(p.columns, c)
	}
	return p, nil
}

// refuse turns a panic of the library into an error.
func refuse(err *error) {
	if recover() != nil {
		*err = errNotCases
	}
}

// Names returns the names of the columns.
func (p *ParquetFile) Names() []string { return p.names }

// Rows returns how many rows the file has.
func (p *ParquetFile) Rows() int64 { return p.rows }

// Skip passes over the first n rows. It is for use before the first Read.
func (p *ParquetFile) Skip(n int64) { p.skip = n }

// Batch is some rows of a ParquetFile. It keeps its memory when it is read into again.
type Batch struct {
	file  *ParquetFile
	rows  int
	cells []cells  // by column
	bytes []byte   // of texts
	items [][]byte // of one list
}

// cells are those of one column.
type cells struct {
	values []parquet.Value
	starts []int // of a column of lists: where the values of each row begin, and where the last ones end
}

// Rows returns how many rows there are.
func (b *Batch) Rows() int { return b.rows }

// Read reads up to n rows into b. After the last row it returns io.EOF.
func (p *ParquetFile) Read(b *Batch, n int) (err error) {
	defer refuse(&err)
	for p.left == 0 {
		if err := p.nextGroup(); err != nil {
			return err
		}
	}
	n = int(min(int64(n), p.left))
	p.left -= int64(n)
	b.file, b.rows, b.bytes = p, n, b.bytes[:0]
	if len(b.cells) != len(p.columns) {
		b.cells = make([]cells, len(p.columns))
	}
	for i := range p.columns {
		if p.columns[i].list {
			err = b.readLists(i, n)
		} else {
			err = b.readFlat(i, n)
		}
		if err != nil {
			return errNotCases
		}
	}
	return nil
}

// nextGroup goes on to the next row group, past rows to be skipped.
func (p *ParquetFile) nextGroup() error {
	for _, c := range p.chunks {
		if c.Close() != nil {
			return errNotCases
		}
	}
	p.chunks = nil
	for len(p.groups) > 0 && p.groups[0].NumRows() <= p.skip {
		p.skip -= p.groups[0].NumRows()
		p.groups = p.groups[1:]
	}
	if len(p.groups) == 0 {
		return io.EOF
	}
	group := p.groups[0]
	p.groups = p.groups[1:]
	chunks := group.ColumnChunks()
	if len(chunks) != len(p.columns) {
		return errNotCases
	}
	for i, c := range chunks {
		r := parquet.NewColumnChunkValueReader(c)
		p.chunks = append(p.chunks, r)
		if p.skip > 0 && r.SeekToRow(p.skip) != nil {
			return errNotCases
		}
		p.columns[i].carry, p.columns[i].done = p.columns[i].carry[:0], false
	}
	p.left, p.skip = group.NumRows()-p.skip, 0
	return nil
}

// room returns values with room for n more at the end, those as a slice of their own.
func room(values []parquet.Value, n int) (all, free []parquet.Value) {
	have := len(values)
	for cap(values) < have+n {
		values = append(values[:cap(values)], parquet.Value{})
	}
	values = values[:have+n]
	return values, values[have:]
}

// readFlat reads the cells of n rows of a column that has one value in each row.
func (b *Batch) readFlat(i, n int) error {
	values, free := room(b.cells[i].values[:0], n)
	b.cells[i].values = values
	for len(free) > 0 {
		got, err := b.file.chunks[i].ReadValues(free)
		b.keep(free[:got])
		free = free[got:]
		if got == 0 {
			return err
		}
	}
	return nil
}

// readLists reads the cells of n rows of a column of lists. Where a row ends is only known once the next one begins.
func (b *Batch) readLists(i, n int) error {
	c, k := &b.cells[i], &b.file.columns[i]
	c.values, c.starts = append(c.values[:0], k.carry...), c.starts[:0]
	k.carry = k.carry[:0]
	for seen := 0; ; {
		for ; seen < len(c.values); seen++ {
			if c.values[seen].RepetitionLevel() != 0 {
				continue
			}
			c.starts = append(c.starts, seen)
			if len(c.starts) > n {
				for _, v := range c.values[seen:] {
					k.carry = append(k.carry, v.Clone())
				}
				return nil
			}
		}
		if k.done {
			break
		}
		all, free := room(c.values, n)
		got, err := b.file.chunks[i].ReadValues(free)
		b.keep(free[:got])
		c.values = all[:len(all)-len(free)+got]
		if got == 0 {
			if !errors.Is(err, io.EOF) {
				return err
			}
			k.done = true
		}
	}
	if len(c.starts) != n {
		return errNotCases
	}
	c.starts = append(c.starts, len(c.values))
	return nil
}

// keep moves texts out of memory that the library uses again.
func (b *Batch) keep(values []parquet.Value) {
	for i := range values {
		v := &values[i]
		if v.Kind() != parquet.ByteArray {
			continue
		}
		from := len(b.bytes)
		b.bytes = append(b.bytes, v.ByteArray()...)
		*v = parquet.ByteArrayValue(b.bytes[from:]).Level(v.RepetitionLevel(), v.DefinitionLevel(), v.Column())
	}
}

// Cells takes the typed cells of a row; interpreter.Reader does. The methods return false where a cell is at fault.
type Cells interface {
	Kind(col int) rule.Kind
	CellBool(col int, v bool) bool
	CellInt(col int, v int64) bool
	CellFloat(col int, v float64) bool
	CellDay(col int, d calendar.Day) bool
	CellString(col int, s []byte) bool
	CellList(col int, items [][]byte) bool
}

// Row gives all cells of a row to to, until one is at fault, and tells whether none is.
func (b *Batch) Row(row int, to Cells) bool {
	for i := range b.cells {
		if b.file.columns[i].list {
			if items, ok := b.list(i, row); ok && !to.CellList(i, items) {
				return false
			}
			continue
		}
		ok := false
		switch v := &b.cells[i].values[row]; v.Kind() {
		case parquet.Boolean:
			ok = to.CellBool(i, v.Boolean())
		case parquet.Int32:
			if b.days(i, to.Kind(i)) {
				ok = to.CellDay(i, calendar.Day(v.Int32()))
			} else {
				ok = to.CellInt(i, int64(v.Int32()))
			}
		case parquet.Int64:
			ok = to.CellInt(i, v.Int64())
		case parquet.Double:
			ok = to.CellFloat(i, v.Double())
		case parquet.ByteArray:
			ok = to.CellString(i, v.ByteArray())
		default:
			ok = v.IsNull() // which says nothing
		}
		if !ok {
			return false
		}
	}
	return true
}

// days tells whether 32-bit integers in the column are days. Some programs write days without saying so.
func (b *Batch) days(i int, kind rule.Kind) bool {
	return b.file.columns[i].days || kind == rule.Date || kind == rule.Event || b.file.names[i] == interpreter.ColumnAt
}

// list returns the texts of a list, until the next call; ok is false where there is no list.
func (b *Batch) list(i, row int) (items [][]byte, ok bool) {
	c := &b.cells[i]
	values := c.values[c.starts[row]:c.starts[row+1]]
	none := b.file.columns[i].none
	b.items = b.items[:0]
	if values[0].DefinitionLevel() > none {
		for j := range values {
			b.items = append(b.items, values[j].ByteArray())
		}
	}
	return b.items, values[0].DefinitionLevel() >= none
}

// Case returns a row as a case. A cell that no fact can have is for Bind to refuse.
func (b *Batch) Case(row int, cells *interpreter.Reader, faults *diag.List) *interpreter.Case {
	c := interpreter.NewCase("")
	for i := range b.cells {
		cells.Put(c, i, b.value(i, row, cells.Kind(i)), faults)
	}
	return c
}

// value returns a cell in a type that Case.Set takes; nil where there is none.
func (b *Batch) value(i, row int, kind rule.Kind) any {
	if b.file.columns[i].list {
		items, ok := b.list(i, row)
		if !ok {
			return nil
		}
		texts := make([]string, len(items))
		for j, item := range items {
			texts[j] = string(item)
		}
		return texts
	}
	switch v := b.cells[i].values[row]; v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32:
		if b.days(i, kind) {
			return calendar.Day(v.Int32())
		}
		return int64(v.Int32())
	case parquet.Int64:
		return v.Int64()
	case parquet.Double:
		return v.Double()
	case parquet.ByteArray:
		return string(v.ByteArray())
	default:
		if v.IsNull() {
			return nil
		}
		return struct{}{} // no fact can be this
	}
}

// parquetReader reads row by row.
type parquetReader struct {
	file  *ParquetFile
	cells *interpreter.Reader
	batch Batch
	read  int // rows of the batch that have been given out
}

func newParquetReader(f File, set *interpreter.Set) (*parquetReader, error) {
	file, err := OpenParquet(f)
	if err != nil {
		return nil, err
	}
	var faults diag.List
	p := &parquetReader{file: file, cells: cellsOf(set, file.Names(), &faults)}
	if p.cells == nil {
		return nil, errTwice
	}
	return p, nil
}

// Read reads a row.
func (p *parquetReader) Read(faults *diag.List) (*interpreter.Case, error) {
	if p.read == p.batch.rows {
		p.read, p.batch.rows = 0, 0
		if err := p.file.Read(&p.batch, casesAtATime); err != nil {
			return nil, err
		}
	}
	p.read++
	return p.batch.Case(p.read-1, p.cells, faults), nil
}
