package syntax

import (
	"errors"
	"fmt"
	"time"

	"github.com/BurntSushi/toml"
)

// errDiffers tells that the decoder found another tree than ours, which must not happen.
var errDiffers = errors.New("the decoder and the tree differ")

// decoder fills in the values of the tree under root from text, which begins at from. Where it refuses the text, at is
// the offset of what it refuses, or -1 where it does not say.
type decoder func(text []byte, from int, root *Table) (at int, err error)

// decode is the decoder of BurntSushi/toml.
func decode(text []byte, from int, root *Table) (at int, err error) {
	at = -1
	defer func() {
		if p := recover(); p != nil { // the decoder panics where its own parts disagree
			err = fmt.Errorf("decoder: %v", p)
		}
	}()
	var values map[string]any
	if _, err := toml.Decode(string(text[from:]), &values); err != nil {
		var fault toml.ParseError
		if errors.As(err, &fault) {
			at = from + fault.Position.Start
		}
		return at, err
	}
	if !fillTable(root, values) {
		return at, errDiffers
	}
	return at, nil
}

// decodeAlone fills in the values, each from its own text and as if it stood alone in a file.
func decodeAlone(text []byte, values []*Value) error {
	for _, v := range values {
		alone := append([]byte("v = "), text[v.Span.Start:v.Span.End]...)
		if _, err := decode(alone, 0, &Table{Entries: []*Entry{{Name: "v", raw: "v", Value: v}}}); err != nil {
			return err
		}
	}
	return nil
}

func fillTable(t *Table, values map[string]any) bool {
	if len(t.Entries) != len(values) {
		return false
	}
	for _, e := range t.Entries {
		value, ok := values[e.raw]
		if !ok || !e.Value.fill(value) {
			return false
		}
	}
	return true
}

// fill takes the value from what was decoded, and reports whether the two are of a kind.
func (v *Value) fill(value any) bool {
	ok := false
	switch v.Kind {
	case String:
		v.String, ok = value.(string)
		ok = ok && (v.starts == nil || len(v.starts) == len(v.String)+1)
	case Int:
		v.Int, ok = value.(int64)
	case Float:
		v.Float, ok = value.(float64)
	case Bool:
		v.Bool, ok = value.(bool)
	case Date:
		var day time.Time
		if day, ok = value.(time.Time); ok {
			year, month, date := day.Date()
			v.Date = [3]int{year, int(month), date}
		}
	case DateTime:
		_, ok = value.(time.Time)
	case Array:
		switch items := value.(type) {
		case []any:
			return fillItems(v, items)
		case []map[string]any:
			return fillItems(v, items)
		}
	case TableKind:
		var table map[string]any
		table, ok = value.(map[string]any)
		ok = ok && fillTable(v.Table, table)
	}
	return ok
}

func fillItems[T any](v *Value, items []T) bool {
	if len(items) != len(v.Items) {
		return false
	}
	for i, item := range items {
		if !v.Items[i].fill(item) {
			return false
		}
	}
	return true
}
