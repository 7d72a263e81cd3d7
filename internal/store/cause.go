package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

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
	var name *net.DNSError
	var system syscall.Errno
	switch {
	case errors.As(err, &name):
		return "no address of this name"
	case errors.As(err, &system):
		return system.Error() // one of the system's own sentences, such as: connection refused
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	for inner := err; inner != nil; {
		err = inner
		if several, ok := inner.(interface{ Unwrap() []error }); ok && len(several.Unwrap()) > 0 {
			inner = several.Unwrap()[0]
		} else {
			inner = errors.Unwrap(inner)
		}
	}
	return fmt.Sprintf("%T", err)
}
