package store

import (
	"database/sql"
	"errors"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
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
	SoonFrom    *calendar.Day // the first day on which it is soon
	Time        string        // how the due day stood: ok, soon, late
}

// On tells how the due day stands on a day.
func (x *StandingStep) On(day calendar.Day) interpreter.Lateness {
	switch {
	case x.Due != nil && *x.Due < day:
		return interpreter.Late
	case x.SoonFrom != nil && *x.SoonFrom <= day:
		return interpreter.Soon
	}
	return interpreter.OK
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
	if err := tx.fall(s.Case); err != nil {
		return before, err
	}
	if _, err := tx.exec(`INSERT INTO standings (case_id, revision, at, version, hash, status, outcome, due)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.Case, s.Revision, int64(s.At), s.Version, s.Hash, s.Status, s.Outcome, day(s.Due)); err != nil {
		return before, err
	}
	for i, x := range s.Steps {
		if _, err := tx.exec(`INSERT INTO standing_steps (case_id, place, step, actor, due, soon_from, time) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			s.Case, i, x.Step, x.Actor, day(x.Due), day(x.SoonFrom), x.Time); err != nil {
			return before, err
		}
	}
	return before, nil
}

// rest keeps of a case that is closed how it stood, and not that anything is to be done; one that is open again is to be decided for.
func (tx *Tx) rest(id string, to State) error {
	if to == StateOpen {
		_, err := tx.exec(`UPDATE standings SET open = 1, revision = 0 WHERE case_id = $1`, id)
		return err
	}
	_, err := tx.exec(`DELETE FROM standing_steps WHERE case_id = $1`, id)
	if err == nil {
		_, err = tx.exec(`UPDATE standings SET open = 0, due = NULL WHERE case_id = $1`, id)
	}
	return err
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
		var due, soon sql.NullInt64
		err := rows.Scan(&x.Step, &x.Actor, &due, &soon, &x.Time)
		x.Due, x.SoonFrom = dayOf(due), dayOf(soon)
		s.Steps = append(s.Steps, x)
		return err
	}, `SELECT step, actor, due, soon_from, time FROM standing_steps WHERE case_id = $1 ORDER BY place`, s.Case)
}
