package casefile

import (
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// Column is a column of a table.
type Column struct {
	ID       string
	Kind     rule.Kind // an Enum and a Text hold texts, a Set a list of them, a Date and an Event days
	Required bool      // it has a value in every row; of a Set: a list, if an empty one
}

// Columns are the columns of facts of a table that can hold any case of a set.
type Columns struct {
	List  []Column
	index map[string]int
}

// ColumnsOf returns a column for every fact that any version of any model of the set declares: first the facts of
// vocabularies, then those of each model, the models by id, the facts in file order.
func ColumnsOf(set *interpreter.Set) *Columns {
	c := &Columns{index: map[string]int{}}
	programs := set.Programs()
	for _, shared := range [...]bool{true, false} {
		for _, p := range programs {
			for _, f := range p.Model().Facts {
				if _, seen := c.index[f.ID]; seen || f.Shared != shared {
					continue
				}
				c.index[f.ID] = len(c.List)
				c.List = append(c.List, Column{ID: f.ID, Kind: f.Type.Kind})
			}
		}
	}
	return c
}

// Index returns the place of a fact's column.
func (c *Columns) Index(id string) (int, bool) {
	i, ok := c.index[id]
	return i, ok
}
