package store

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// AtFault is the status of a case whose facts its model cannot take any more, because the model was changed. The others are the
// interpreter's.
const AtFault = "faulty"

// Standing is how a case stood when it was last decided for.
type Standing struct {
	Case     string
	Revision int64        // of the case that was decided for
	At       calendar.Day // the day that was asked about
	Version  string       // that answered
	Hash     string       //
	Status   string
	Outcome  string // "": none
	Due      *calendar.Day
	Steps    []StandingStep // what is required, the primary one first
}

// StandingStep is a step that was required.
type StandingStep struct {
	Step, Actor string
	Due         *calendar.Day
	Time        string // how the due day stands: ok, soon, late
}

// Stand keeps how a case stands now; before is how it stood, nil where it was never decided for. Where the case has been changed
// since the revision that was decided for, nothing is kept and ErrStale returned.
func (tx *Tx) Stand(s *Standing) (before *Standing, err error) {
	if _, err := tx.hold(s.Case, s.Revision); err != nil {
		return nil, err
	}
	before, err = tx.Standing(s.Case)
	if err != nil && !errors.Is(err, ErrNoCase) {
		return nil, err
	}
	if before != nil && before.At > s.At { // asked about an earlier day: history, and no news
		return before, nil
	}
	if err := tx.fall(s.Case); err != nil {
		return before, err
	}
	if _, err := tx.exec(`INSERT INTO standings (case_id, revision, at, version, hash, status, outcome, due)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.Case, s.Revision, int64(s.At), s.Version, s.Hash, s.Status, s.Outcome, day(s.Due)); err != nil {
		return before, err
	}
	for i, x := range s.Steps {
		if _, err := tx.exec(`INSERT INTO standing_steps (case_id, place, step, actor, due, time) VALUES ($1, $2, $3, $4, $5, $6)`,
			s.Case, i, x.Step, x.Actor, day(x.Due), x.Time); err != nil {
			return before, err
		}
	}
	return before, nil
}

// fall forgets how a case stands.
func (tx *Tx) fall(id string) error {
	_, err := tx.exec(`DELETE FROM standing_steps WHERE case_id = $1`, id)
	if err == nil {
		_, err = tx.exec(`DELETE FROM standings WHERE case_id = $1`, id)
	}
	return err
}

const standingColumns = `s.case_id, s.revision, s.at, s.version, s.hash, s.status, s.outcome, s.due`

func scanStanding(row interface{ Scan(...any) error }, more ...any) (*Standing, error) {
	var s Standing
	var at int64
	var due sql.NullInt64
	err := row.Scan(append([]any{&s.Case, &s.Revision, &at, &s.Version, &s.Hash, &s.Status, &s.Outcome, &due}, more...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoCase
	}
	s.At, s.Due = calendar.Day(at), dayOf(due)
	return &s, err
}

func dayOf(n sql.NullInt64) *calendar.Day {
	if !n.Valid {
		return nil
	}
	d := calendar.Day(n.Int64)
	return &d
}

// Standing returns how a case stood when it was last decided for; ErrNoCase where it never was.
func (tx *Tx) Standing(id string) (*Standing, error) {
	s, err := scanStanding(tx.row(`SELECT `+standingColumns+` FROM standings s WHERE s.case_id = $1`, id))
	if err != nil {
		return nil, err
	}
	return s, tx.steps(s)
}

func (tx *Tx) steps(s *Standing) error {
	return tx.each(func(rows *sql.Rows) error {
		var x StandingStep
		var due sql.NullInt64
		err := rows.Scan(&x.Step, &x.Actor, &due, &x.Time)
		x.Due = dayOf(due)
		s.Steps = append(s.Steps, x)
		return err
	}, `SELECT step, actor, due, time FROM standing_steps WHERE case_id = $1 ORDER BY place`, s.Case)
}

// Filter picks cases. What is left empty picks all.
type Filter struct {
	Model, Version, Status, Outcome string
	State                           State
	Actor, Step                     string        // a required step is theirs, or is this one; of one step both
	DueBy                           *calendar.Day // that step is due on the day or before it; without Actor and Step, any
	After                           string        // the id after which to go on; "": from the beginning
	Limit                           int           // how many at the most; 0: 100
}

// Listed is a case in a list.
type Listed struct {
	Case
	Standing *Standing // nil: never decided for
}

// List returns cases by id. more tells whether there are others after the last.
func (tx *Tx) List(f Filter) (out []Listed, more bool, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	q := query{}
	q.text(`SELECT c.id, c.model, c.version, c.state, c.revision, c.opened_at, c.opened_by, c.changed_at FROM cases c LEFT JOIN standings s ON s.case_id = c.id WHERE c.id > `)
	q.arg(f.After)
	q.is(`c.model`, f.Model)
	q.is(`c.version`, f.Version)
	q.is(`c.state`, string(f.State))
	q.is(`s.status`, f.Status)
	q.is(`s.outcome`, f.Outcome)
	if f.Actor != "" || f.Step != "" || f.DueBy != nil {
		q.text(` AND EXISTS (SELECT 1 FROM standing_steps x WHERE x.case_id = c.id`)
		q.is(`x.actor`, f.Actor)
		q.is(`x.step`, f.Step)
		if f.DueBy != nil {
			q.text(` AND x.due <= `)
			q.arg(int64(*f.DueBy))
		}
		q.text(`)`)
	}
	q.text(` ORDER BY c.id LIMIT `)
	q.arg(limit + 1)
	err = tx.each(func(rows *sql.Rows) error {
		c, err := scanCase(rows)
		if err == nil {
			out = append(out, Listed{Case: *c})
		}
		return err
	}, q.String(), q.args...)
	if err != nil {
		return nil, false, err
	}
	if len(out) > limit {
		out, more = out[:limit], true
	}
	for i := range out {
		out[i].Standing, err = tx.Standing(out[i].ID)
		if errors.Is(err, ErrNoCase) {
			err = nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return out, more, nil
}

// Behind lists open cases, by id after the given one, that were last decided for on a day before the given one, or with none of
// the hashes, or not since they were changed.
func (tx *Tx) Behind(on calendar.Day, hashes []string, after string, limit int) (ids []string, err error) {
	q := query{}
	q.text(`SELECT c.id FROM cases c LEFT JOIN standings s ON s.case_id = c.id WHERE c.state = 'open' AND c.id > `)
	q.arg(after)
	q.text(` AND (s.case_id IS NULL OR s.revision <> c.revision OR s.at < `)
	q.arg(int64(on))
	if len(hashes) > 0 {
		q.text(` OR s.hash NOT IN (`)
		for i, h := range hashes {
			if i > 0 {
				q.text(`, `)
			}
			q.arg(h)
		}
		q.text(`)`)
	}
	q.text(`) ORDER BY c.id LIMIT `)
	q.arg(limit)
	err = tx.each(func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, q.String(), q.args...)
	return ids, err
}

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
