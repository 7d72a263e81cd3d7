package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"

	"github.com/stegvis/stegvis/internal/seal"
)

// What can stand in the way of a change. Everything else is an error of the database.
var (
	ErrNoCase   = errors.New("store: there is no such case")
	ErrKept     = errors.New("store: the case is not erased")
	ErrErased   = errors.New("store: the case is erased")
	ErrClosed   = errors.New("store: the case is closed")
	ErrOpen     = errors.New("store: the case is open")
	ErrStale    = errors.New("store: the case has another revision")
	ErrTaken    = errors.New("store: there is a case with this id")
	ErrNamed    = errors.New("store: there is a case with this reference")
	ErrNoEntry  = errors.New("store: the case has no such entry")
	ErrReused   = errors.New("store: the key of the request was used for another request")
	ErrBadCase  = errors.New("store: the id cannot be that of a case")
	ErrNothing  = errors.New("store: nothing is to be recorded")
	ErrTooOld   = errors.New("store: the database was made by a newer version")
	errNoValue  = errors.New("store: a value of a fact is no JSON")
	ErrForeign  = errors.New("store: the database has tables of something else")
	ErrWrongKey = errors.New("store: the database belongs to another master key")
	errAddress  = errors.New("store: the address must be sqlite:PATH or postgres://…")
)

// Config says where cases are kept.
type Config struct {
	// Address is sqlite:PATH or postgres://….
	Address string
	// Ring seals what is personal.
	Ring *seal.Ring
	// Masters reads the master keys anew, where something is wrapped under one that is not in the ring: they may be changed for others
	// while the store is open. nil: they are not.
	Masters func() (*seal.Ring, error)
	// Now is the clock; nil: the system's. Times are kept to the microsecond.
	Now func() time.Time
	// Connections is how many the store holds at the most; 0: 16.
	Connections int
}

// Store keeps cases. Any number of goroutines can use it at once, and of a PostgreSQL any number of processes.
type Store struct {
	*dialect
	write, read *sql.DB
	masters     masters
	index       *seal.Key
	now         func() time.Time
	form        int64 // of the tables

	reads, writes counter
}

// Open opens the store and brings the database up to this version's form, in one transaction for each step of the way.
func Open(ctx context.Context, c Config) (*Store, error) {
	readers := c.Connections
	if readers == 0 {
		readers = 16
	}
	readers = max(readers, 2) // Alone holds one while what it lets be done needs another
	d, write, read, err := open(c.Address, readers)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: d, write: write, read: read, now: c.Now}
	s.masters.again = c.Masters
	s.masters.ring.Store(c.Ring)
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// ours tells whether the database may be brought up to date: it has a store, or nothing.
func (s *Store) ours(ctx context.Context) error {
	var own, all int
	if err := s.write.QueryRowContext(ctx, s.hasStore).Scan(&own); err != nil || own > 0 {
		return err
	}
	if err := s.write.QueryRowContext(ctx, s.hasOthers).Scan(&all); err != nil || all == 0 {
		return err
	}
	// Another process may have begun the store between the two.
	if err := s.write.QueryRowContext(ctx, s.hasStore).Scan(&own); err != nil || own > 0 {
		return err
	}
	return ErrForeign
}

// prepare brings the database up to date and finds, or makes, the key of its index.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.ours(ctx); err != nil {
		return err
	}
	m, err := s.migrator()
	if err != nil {
		return err
	}
	is, knows, err := m.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("store: %w", err)
	case is > knows:
		return ErrTooOld
	}
	if _, err := m.Up(ctx); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.form = knows
	return s.ownKey(ctx)
}

// migrator brings the tables from one form to the next.
func (s *Store) migrator() (*goose.Provider, error) {
	options, err := s.options()
	if err != nil {
		return nil, err
	}
	m, err := goose.NewProvider(s.goose, s.write, s.migrations(), options...)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return m, nil
}

// ownKey finds, or makes, the key of the index.
func (s *Store) ownKey(ctx context.Context) error {
	return s.InTx(ctx, func(tx *Tx) error {
		key, made := s.masters.ring.Load().NewKey(indexLabel)
		added, err := tx.exec(`INSERT INTO store (one, epoch, index_master, index_key) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING`,
			uuid.NewString(), made.Master, made.Sealed)
		if err != nil || added == 1 {
			s.index = key
			return err
		}
		s.index, err = tx.indexKey()
		return err
	})
}

// indexKey opens the key of the index; ErrWrongKey where it is wrapped under another master key.
func (tx *Tx) indexKey() (*seal.Key, error) {
	var kept seal.Wrapped
	if err := tx.row(`SELECT index_master, index_key FROM store`).Scan(&kept.Master, &kept.Sealed); err != nil {
		return nil, err
	}
	key, err := tx.s.masters.unwrap(kept, indexLabel)
	if err != nil {
		return nil, ErrWrongKey
	}
	return key, nil
}

// Close closes the database.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// Kind names the kind of database: sqlite or postgres.
func (s *Store) Kind() string { return s.name }

// Form is the version of the database's tables.
func (s *Store) Form() int64 { return s.form }

// Writer is the database itself, for what else is kept in it.
func (s *Store) Writer() *sql.DB { return s.write }

// Alone does f while no other process that shares the database does f of its own.
func (s *Store) Alone(ctx context.Context, f func(context.Context) error) error {
	if s.dialect == onSQLite {
		return f(ctx) // one process has the file
	}
	c, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	const lock = 0x73746567 // any number that is nobody else's
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lock); err != nil {
		return err
	}
	defer func() {
		if _, err := c.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lock); err != nil {
			c.Raw(func(any) error { return driver.ErrBadConn }) // the lock goes with the connection, which is not to be used again
		}
	}()
	return f(ctx)
}

// Ping tells whether the database answers, and takes what is written: where a transaction has failed since the disk is full or fails, or
// nothing may be written, no other has for a while and a small one does not. On a full disk a small one now and then goes well.
func (s *Store) Ping(ctx context.Context) error {
	const quiet = 2 * time.Second
	var one int
	if err := s.read.QueryRowContext(ctx, `SELECT one FROM store`).Scan(&one); err != nil {
		return err
	}
	last := s.writes.hindrance.Load()
	switch {
	case last == nil:
		return nil
	case time.Since(last.at) < quiet:
		return last.err
	}
	err := s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE store SET epoch = epoch`)
		return err
	})
	if err == nil {
		s.writes.hindrance.CompareAndSwap(last, nil)
	}
	return err
}

// Tx is a transaction: all of what is done in it, or nothing.
type Tx struct {
	s    *Store
	ctx  context.Context
	sql  *sql.Tx
	at   time.Time
	then []func()
	own  map[any]any
}

// Keep keeps a value of another package's for as long as the transaction lasts, under a key of a type of its own; Kept returns it.
func (tx *Tx) Keep(key, value any) {
	if tx.own == nil {
		tx.own = map[any]any{}
	}
	tx.own[key] = value
}

// Kept returns what Keep kept; nil: nothing.
func (tx *Tx) Kept(key any) any { return tx.own[key] }

// SQL returns the transaction itself, for what other packages do in it.
func (tx *Tx) SQL() *sql.Tx { return tx.sql }

// Context is that of the transaction.
func (tx *Tx) Context() context.Context { return tx.ctx }

// ForUpdate ends a query for rows that are about to be changed, so that nobody else changes them first.
func (tx *Tx) ForUpdate() string { return tx.s.forUpdate }

// AnyFree ends a query for rows that are about to be changed of which any will do: those that somebody else holds are passed over.
func (tx *Tx) AnyFree() string { return tx.s.anyFree }

// ForShare ends a query for rows that nobody is to remove until the transaction ends.
func (tx *Tx) ForShare() string { return tx.s.forShare }

// SealOwn seals a text that belongs to the store and to no case; UnsealOwn opens it.
func (tx *Tx) SealOwn(text []byte, label string) []byte { return tx.s.index.Seal(text, label) }

// UnsealOwn opens what SealOwn sealed.
func (tx *Tx) UnsealOwn(sealed []byte, label string) ([]byte, error) {
	return tx.s.index.Open(sealed, label)
}

// NewSecret returns a new secret of 32 bytes as text, with the prefix.
func NewSecret(prefix string) string { return prefix + seal.NewMaster() }

// After is the condition of a query for rows with columns tx and seq that come after the place $1, $2, in that order. Of SQLite, where
// one transaction follows the other, tx is the same in all of them.
func (tx *Tx) After() string { return tx.s.after }

// Settled ends the condition of a query for rows with a column tx, so that it sees none that a transaction which began earlier can
// still put a row before.
func (tx *Tx) Settled() string { return tx.s.settled }

// Each calls f for every row of the answer to a query.
func (tx *Tx) Each(f func(*sql.Rows) error, query string, args ...any) error {
	return tx.each(f, query, args...)
}

// Seal seals a text under the key of a case, as what the label says; Unseal opens it.
func (tx *Tx) Seal(id string, text []byte, label string) ([]byte, error) {
	key, err := tx.key(id)
	if err != nil {
		return nil, err
	}
	return key.Seal(text, label), nil
}

// Unseal opens what was sealed under the key of a case; ErrErased where that is erased.
func (tx *Tx) Unseal(id string, sealed []byte, label string) ([]byte, error) {
	key, err := tx.key(id)
	if err != nil {
		return nil, err
	}
	return key.Open(sealed, label)
}

// Then has f done once the transaction is committed, for what must not be counted where it is not.
func (tx *Tx) Then(f func()) { tx.then = append(tx.then, f) }

// At is the moment of the transaction, to the microsecond.
func (tx *Tx) At() time.Time { return tx.at }

// InTx does all of f, or nothing of it where f fails.
func (s *Store) InTx(ctx context.Context, f func(*Tx) error) error {
	return s.transact(ctx, s.write, nil, f)
}

// View lets f read the store as it was at one moment.
func (s *Store) View(ctx context.Context, f func(*Tx) error) error {
	return s.transact(ctx, s.read, &sql.TxOptions{ReadOnly: true, Isolation: s.snapshot}, f)
}

func (s *Store) transact(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(*Tx) error) (err error) {
	count := &s.writes
	if o != nil {
		count = &s.reads
	}
	defer func(began time.Time) { count.add(began, err) }(time.Now())
	raw, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			raw.Rollback()
			panic(p)
		}
	}()
	tx := &Tx{s: s, ctx: ctx, sql: raw, at: s.now().UTC().Truncate(time.Microsecond)}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(raw.Rollback()))
	}
	if err := raw.Commit(); err != nil {
		return err
	}
	for _, then := range tx.then {
		then()
	}
	return nil
}

// ignoreDone drops the error of a transaction that is over already.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (tx *Tx) exec(query string, args ...any) (rows int64, err error) {
	r, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (tx *Tx) row(query string, args ...any) *sql.Row {
	return tx.sql.QueryRowContext(tx.ctx, query, args...)
}

// each calls f for every row of the answer.
func (tx *Tx) each(f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.sql.QueryContext(tx.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func micros(t time.Time) int64     { return t.UnixMicro() }
func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }
