package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Transactions are how many there were in this process, and how long they took together.
type Transactions struct {
	Done, Failed int64 // failed: by the database; what is refused for its own sake is done
	Took         time.Duration
}

// Stats are figures of this process's work with the database.
type Stats struct {
	Reads, Writes Transactions
	Idle, InUse   int           // connections
	Waited        time.Duration // for a connection to be free, all together
}

// counter counts transactions.
type counter struct {
	done, failed, took atomic.Int64
	hindrance          atomic.Pointer[hindrance] // nil: there is none
}

// hindrance is the last failure that is likely to meet every other: the disk is full or fails, or nothing may be written.
type hindrance struct {
	err error
	at  time.Time
}

func (c *counter) add(began time.Time, err error) {
	c.took.Add(int64(time.Since(began)))
	if o := ObstacleOf(err); o == NoRoom || o == NotAllowed {
		c.hindrance.Store(&hindrance{err, time.Now()})
	}
	if isOfDatabase(err) {
		c.failed.Add(1)
	} else {
		c.done.Add(1)
	}
}

func (c *counter) now() Transactions {
	return Transactions{c.done.Load(), c.failed.Load(), time.Duration(c.took.Load())}
}

// Stats returns the figures.
func (s *Store) Stats() Stats {
	out := Stats{Reads: s.reads.now(), Writes: s.writes.now()}
	add := func(p sql.DBStats) {
		out.Idle, out.InUse, out.Waited = out.Idle+p.Idle, out.InUse+p.InUse, out.Waited+p.WaitDuration
	}
	add(s.read.Stats())
	if s.read != s.write {
		add(s.write.Stats())
	}
	return out
}

// isOfDatabase tells whether it is the database that failed.
func isOfDatabase(err error) bool {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	return errors.As(err, &lite) || errors.As(err, &pg) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || ObstacleOf(err) == Unreachable
}
