package casework

import (
	"context"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Answered is an answer of which nothing is kept.
type Answered struct {
	Action string // what was asked for: "next", "explain", "compare"
	By     []*interpreter.Program
	Hash   string // of the files that answered
	Asked  []byte // the case
	Given  []byte // the answer
}

// Answered logs answers that are about to be given, all of them or none: which files answered, which are kept, and a digest under the
// store's own key of what was asked and given, so that it can be shown later that this and nothing else was said. Nothing of it can be
// read there.
func (d *Desk) Answered(ctx context.Context, who Who, answers []Answered) error {
	if err := who.let(access.Decide); err != nil {
		return err
	}
	rows := make([]audit.Record, len(answers))
	for i, a := range answers {
		rows[i] = who.record(a.Action, "")
		rows[i].Hash, rows[i].Told = a.Hash, audit.Told(d.store, a.Asked, a.Given)
	}
	return d.store.InTx(ctx, func(tx *store.Tx) error {
		kept := ""
		for _, a := range answers {
			if a.Hash == kept {
				continue // of a stream they are by the same files
			}
			if err := d.programs.keepAll(tx, a.Hash, a.By); err != nil {
				return err
			}
			kept = a.Hash
		}
		return audit.Append(tx, rows...)
	})
}
