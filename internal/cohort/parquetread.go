package cohort

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

// parquetReader reads files that parquetWriter wrote, and such as have the same columns in another order or fewer of them.
type parquetReader struct {
	groups  []parquet.RowGroup // that are left to read
	from    parquet.Rows       // of the group that is read; nil: of none
	columns []column
	rows    []parquet.Row
	read    int // of rows: how many have been given out
	have    int // of rows: how many there are
}

type column struct {
	name string
	kind rule.Kind
	list bool
	none int // the definition level of a null, or of a list with nothing in it where the list itself cannot be null
}

// newParquetReader opens a file. The library panics on some files that are broken; that too is an error here.
func newParquetReader(f File, s *Space) (p *parquetReader, err error) {
	defer func() {
		if recover() != nil {
			p, err = nil, errNotCases
		}
	}()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(f, size)
	if err != nil {
		return nil, errNotCases
	}
	p = &parquetReader{groups: file.RowGroups(), rows: make([]parquet.Row, batch)}
	for _, field := range file.Schema().Fields() {
		c := column{name: field.Name(), kind: kindOfColumn(field.Name(), s)}
		if !field.Leaf() {
			inner := field.Fields()
			if len(inner) != 1 || !inner[0].Repeated() || len(inner[0].Fields()) != 1 || !inner[0].Fields()[0].Leaf() {
				return nil, errNotCases
			}
			c.list = true
			if field.Optional() {
				c.none = 1
			}
		}
		p.columns = append(p.columns, c)
	}
	return p, nil
}

func kindOfColumn(name string, s *Space) rule.Kind {
	if i, ok := s.Index(name); ok {
		return s.Facts[i].Kind
	}
	switch name {
	case atColumn:
		return rule.Date
	case unobtainableColumn:
		return rule.Set
	}
	return rule.Text
}

// Read reads a row.
func (p *parquetReader) Read(*diag.List) (c *interpreter.Case, err error) {
	defer func() {
		if recover() != nil {
			c, err = nil, errNotCases
		}
	}()
	if p.read == p.have {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	row := p.rows[p.read]
	p.read++
	c = interpreter.NewCase("")
	row.Range(func(i int, values []parquet.Value) bool {
		p.columns[i].put(c, values)
		return true
	})
	return c, nil
}

// next reads some more rows.
func (p *parquetReader) next() error {
	for {
		if p.from == nil {
			if len(p.groups) == 0 {
				return io.EOF
			}
			p.from, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.from.ReadRows(p.rows)
		p.read, p.have = 0, n
		switch {
		case n > 0:
			return nil
		case err == nil || !errors.Is(err, io.EOF):
			return errNotCases
		}
		if p.from.Close() != nil {
			return errNotCases
		}
		p.from = nil
	}
}

// put makes the case say what a column says.
func (k column) put(c *interpreter.Case, values []parquet.Value) {
	first := values[0]
	switch {
	case k.list:
		list := []string{}
		if first.DefinitionLevel() > k.none {
			for _, v := range values {
				list = append(list, string(v.ByteArray()))
			}
		}
		switch {
		case k.name == unobtainableColumn:
			for _, fact := range list {
				c.Set(fact, nil)
			}
		case first.DefinitionLevel() >= k.none:
			c.Set(k.name, list)
		}
	case first.IsNull():
	case k.name == idColumn:
		c.ID = string(first.ByteArray())
	case k.name == atColumn:
		if day, ok := k.value(first).(calendar.Day); ok {
			c.At = &day
		}
	default:
		c.Set(k.name, k.value(first))
	}
}

// value returns a value in a type that Case.Set takes. One that does not fit the fact is for Bind to refuse.
func (k column) value(v parquet.Value) any {
	switch v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32:
		if k.kind == rule.Date || k.kind == rule.Event {
			return calendar.Day(v.Int32())
		}
		return int64(v.Int32())
	case parquet.Int64:
		return v.Int64()
	case parquet.Double:
		return v.Double()
	case parquet.ByteArray:
		return string(v.ByteArray())
	}
	return struct{}{} // no fact can be this
}
