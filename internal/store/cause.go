package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/stegvis/stegvis/internal/seal"
)

// Cause tells why the database failed, for a log: what kind of fault it is, and never a value, which the text of an error can hold.
func Cause(err error) string {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg):
		return "postgres " + pg.Code + " " + pg.Routine
	case errors.As(err, &lite):
		return fmt.Sprintf("sqlite %d %s", lite.Code(), sqlite.ErrorCodeString[lite.Code()])
	case errors.Is(err, seal.ErrOpen):
		return "what is sealed was changed, or belongs to another case"
	case errors.Is(err, seal.ErrNoMaster):
		return "a master key is missing"
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
