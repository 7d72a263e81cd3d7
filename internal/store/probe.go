package store

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Obstacle is why a store cannot be opened or worked with, as far as somebody can do something about it.
type Obstacle string

// The obstacles.
const (
	NoObstacle   Obstacle = ""
	BadAddress   Obstacle = "address"     // it names no database
	Unreachable  Obstacle = "unreachable" // nobody answers there, yet
	Refused      Obstacle = "refused"     // the user or the password is not taken
	NoDatabase   Obstacle = "database"    // the server has no such database
	NotAllowed   Obstacle = "permission"  // the file, or the tables, may not be written
	NoFolder     Obstacle = "folder"      // the file cannot be made where it is to lie
	NotADatabase Obstacle = "foreign"     // the file is something else
	Damaged      Obstacle = "damaged"     // the file is not as it was written
	NoRoom       Obstacle = "room"        // the disk is full, or fails
	Locked       Obstacle = "locked"      // another process has the file
	Others       Obstacle = "others"      // the database is something else's
	TooNew       Obstacle = "newer"       // it was made by a newer version
	WrongKey     Obstacle = "key"         // it belongs to another master key
	Unexplained  Obstacle = "unexplained"
)

// ObstacleOf tells what stands in the way.
func ObstacleOf(err error) Obstacle {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var parse *pgconn.ParseConfigError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil:
		return NoObstacle
	case errors.Is(err, ErrTooOld):
		return TooNew
	case errors.Is(err, ErrForeign):
		return Others
	case errors.Is(err, ErrWrongKey):
		return WrongKey
	case errors.Is(err, errAddress), errors.As(err, &parse):
		return BadAddress
	case errors.As(err, &lite):
		return ofSQLite(lite.Code() & 0xff)
	case errors.As(err, &pg):
		return ofPostgres(pg.Code)
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return Unreachable
	case errors.Is(err, os.ErrPermission):
		return NotAllowed
	}
	return Unexplained
}

// Slow tells whether the database was asked and had not answered when the time for it was over. One that no connection was made to, or
// that broke one off, is not slow.
func Slow(err error) bool {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &connect):
		return false
	case errors.As(err, &lite):
		return lite.Code()&0xff == sqlite3.SQLITE_INTERRUPT
	case errors.As(err, &pg):
		return pg.Code == "57014" // a query that was cancelled
	}
	return errors.Is(err, context.DeadlineExceeded)
}

func ofSQLite(code int) Obstacle {
	switch code {
	case sqlite3.SQLITE_CANTOPEN:
		return NoFolder
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return NotAllowed
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return NoRoom
	case sqlite3.SQLITE_NOTADB:
		return NotADatabase
	case sqlite3.SQLITE_CORRUPT:
		return Damaged
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return Locked
	}
	return Unexplained
}

func ofPostgres(code string) Obstacle {
	switch code {
	case "3D000":
		return NoDatabase
	case "42501", "25006":
		return NotAllowed
	case "57P03", "53300": // it starts, or has no connection left
		return Unreachable
	}
	switch code[:min(2, len(code))] {
	case "28":
		return Refused
	case "53", "58":
		return NoRoom
	case "57":
		return Unreachable
	}
	return Unexplained
}

// Probe tells whether the database can be reached, and whether a store was begun in it. It makes nothing.
func Probe(ctx context.Context, address string) (begun bool, err error) {
	d, write, read, err := open(address, 1)
	if err != nil {
		return false, err
	}
	if read != write {
		defer write.Close()
	}
	defer read.Close()
	if path, ok := FileOf(address); ok {
		// A file that is not there would be made by being opened.
		if info, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
			return false, nil
		}
	}
	var n int
	if err := read.QueryRowContext(ctx, d.hasStore).Scan(&n); err != nil || n == 0 {
		return false, err
	}
	err = read.QueryRowContext(ctx, `SELECT COUNT(*) FROM store`).Scan(&n)
	return n > 0, err
}

// FileOf returns the path of the file that an address names, if it is of SQLite.
func FileOf(address string) (path string, ok bool) { return strings.CutPrefix(address, "sqlite:") }
