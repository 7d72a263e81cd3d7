package store

import (
	"strconv"
	"strings"
)

// query is a query with its arguments.
type query struct {
	strings.Builder
	args []any
}

func (q *query) text(s string) { q.WriteString(s) }

func (q *query) arg(v any) {
	q.args = append(q.args, v)
	q.WriteString("$" + strconv.Itoa(len(q.args)))
}

// is demands a value, unless it is empty.
func (q *query) is(column, value string) {
	if value != "" {
		q.text(` AND ` + column + ` = `)
		q.arg(value)
	}
}

// in demands one of the values.
func (q *query) in(values []string) {
	q.text(` IN (`)
	for i, v := range values {
		if i > 0 {
			q.text(`, `)
		}
		q.arg(v)
	}
	q.text(`)`)
}
