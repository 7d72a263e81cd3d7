package casework

import (
	"context"
	"time"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
)

// Audit gives the rows of the log of who did what that the filter picks to f, without what was answered. That it is read is logged
// before the first row is given.
func (d *Desk) Audit(ctx context.Context, who Who, x audit.Filter, f func(*audit.Row) error) error {
	action, id := AskedOfLog("audit", x)
	if err := d.inspect(ctx, &who, action, id); err != nil {
		return err
	}
	return audit.Rows(ctx, d.store, x, f)
}

// AskedOfLog is what the log says when rows of it are read that the filter picks, and about which case: the action with what was asked
// for, and nothing that could be a person's. A row is never taken away.
func AskedOfLog(action string, x audit.Filter) (said, id string) {
	id, other := x.Case, ""
	if !store.CaseID(id) { // whatever that is that was taken for the id of a case
		id, other = "", x.Case
	}
	return asked(action, "case", other, "subject", x.Subject, "since", moment(x.Since), "until", moment(x.Until)), id
}

// AuditHead tells where every chain of the log ends, to be kept elsewhere (audit.Head).
func (d *Desk) AuditHead(ctx context.Context, who Who) (string, error) {
	if err := d.inspect(ctx, &who, "audit-head", ""); err != nil {
		return "", err
	}
	return audit.Head(ctx, d.store)
}

func (d *Desk) inspect(ctx context.Context, who *Who, action, id string) error {
	if err := who.let(access.Audit); err != nil {
		return err
	}
	return d.store.InTx(ctx, func(tx *store.Tx) error { return who.did(tx, action, id) })
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
