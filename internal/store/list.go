package store

import (
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// ErrPlace is returned for a place to go on from that no list gave.
var ErrPlace = errors.New("store: this is no place in the list")

// Filter picks cases. What is left empty picks all.
type Filter struct {
	Model, Version, Status, Outcome string
	State                           State
	Reference                       string // the name that the party which opened the case knows it by …
	Opener                          string // … and that party; "": none
	// Of one required step all of these:
	Actor, Step string               // it is theirs, or is this one
	DueBy       *calendar.Day        // it is due on the day or before it
	Time        interpreter.Lateness // as its due day stands today
	// Urgent lists what is due first first. Where anything is asked of a step that is always so, and the due day of a case that of its
	// most urgent such step; else cases are listed by id.
	Urgent bool
	After  string // the place after which to go on, as a list gave it; "": from the beginning
	Limit  int    // how many at the most; 0: 100
}

// ofStep tells whether anything is asked of a step.
func (f *Filter) ofStep() bool {
	return f.Actor != "" || f.Step != "" || f.DueBy != nil || f.Time != ""
}

// Listed is a case in a list.
type Listed struct {
	Case
	Standing *Standing // nil: never decided for
	place    string
}

const (
	fewCases    = 5000 // of a party: it is quicker to begin with those
	defaultPage = 100
)

// List lists cases within reach as they stand on the day. next is the place to go on from; "" after the last.
func (tx *Tx) List(r Reach, on calendar.Day, f Filter) (out []Listed, next string, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	q, err := tx.listQuery(r, on, f, limit+1)
	if err != nil {
		return nil, "", err
	}
	err = tx.each(func(rows *sql.Rows) error {
		x, err := scanListed(rows, f.ofStep() || f.Urgent)
		out = append(out, x)
		return err
	}, q.String(), q.args...)
	if err != nil {
		return nil, "", err
	}
	if len(out) > limit {
		out = out[:limit]
		next = out[limit-1].place
	}
	return out, next, tx.stepsOf(out)
}

// listQuery begins where fewest rows are looked at that are not listed: with the cases of a party that has few, else with the rows
// in the order of the list.
func (tx *Tx) listQuery(r Reach, on calendar.Day, f Filter, limit int) (*query, error) {
	q := &query{}
	few, err := tx.reachesFew(r)
	if err != nil {
		return nil, err
	}
	if few {
		q.text(`WITH mine AS MATERIALIZED (SELECT DISTINCT case_id FROM parties WHERE party = `)
		q.arg(tx.partyDigest(r.Party))
		q.is(`actor`, r.Actor)
		q.text(`) `)
		r = Everything
	}
	from := func(tables string) {
		if few {
			tables = `mine m CROSS JOIN ` + tables // the order of a cross join is the order of reading on SQLite
		}
		q.text(` FROM ` + tables)
	}
	const columns = `SELECT c.id, c.model, c.version, c.state, c.revision, c.opened_at, c.opened_by, c.changed_at, s.revision, s.at, s.version, s.hash, s.status, s.outcome, s.due, `
	var due, id string
	switch {
	case f.ofStep():
		due, id = `COALESCE(x.due, 2147483647)`, `x.case_id`
		q.text(columns + due)
		from(`standing_steps x CROSS JOIN cases c CROSS JOIN standings s WHERE c.id = x.case_id AND s.case_id = x.case_id`)
	case f.Urgent:
		due, id = `COALESCE(s.due, 2147483647)`, `s.case_id`
		q.text(columns + due)
		if from(`standings s CROSS JOIN cases c WHERE c.id = s.case_id`); f.State != StateClosed {
			q.text(` AND s.open = 1`) // the index has the open ones alone
		}
	default:
		id = `c.id`
		q.text(columns + `0`)
		from(`cases c LEFT JOIN standings s ON s.case_id = c.id WHERE 1 = 1`)
	}
	if few {
		q.text(` AND m.case_id = ` + id)
	}
	if err := q.after(f.After, due, id); err != nil {
		return nil, err
	}
	q.is(`c.model`, f.Model)
	q.is(`c.version`, f.Version)
	q.is(`c.state`, string(f.State))
	q.is(`s.status`, f.Status)
	q.is(`s.outcome`, f.Outcome)
	if f.Reference != "" {
		q.text(` AND c.reference = `)
		q.arg(tx.reference(f.Opener, f.Reference))
	}
	if f.ofStep() {
		q.ofStep(stepColumns{`x.actor`, `x.step`, due, `x.soon_from`}, on, &f)
		// A case stands in the list once, at the most urgent of its steps. The others are found by the case, and by nothing else that
		// there is an index of: each actor has as many steps as there are cases.
		y := stepColumns{`(y.actor || '')`, `(y.step || '')`, `(COALESCE(y.due, 2147483647) + 0)`, `y.soon_from`}
		q.text(` AND NOT EXISTS (SELECT 1 FROM standing_steps y WHERE y.case_id = x.case_id AND (` + y.due + `, y.place) < (` + due + `, x.place)`)
		q.ofStep(y, on, &f)
		q.text(`)`)
	}
	q.reaches(tx, r, id)
	q.text(` ORDER BY `)
	if due != "" {
		q.text(due + `, `)
	}
	q.text(id + ` LIMIT `)
	q.arg(limit)
	return q, nil
}

// stepColumns are what a filter asks of a step, as a query has it.
type stepColumns struct{ actor, step, due, soonFrom string }

// ofStep demands of a step what the filter asks of one.
func (q *query) ofStep(x stepColumns, on calendar.Day, f *Filter) {
	q.is(x.actor, f.Actor)
	q.is(x.step, f.Step)
	if f.DueBy != nil {
		q.text(` AND ` + x.due + ` <= `)
		q.arg(int64(*f.DueBy))
	}
	switch f.Time {
	case interpreter.Late:
		q.text(` AND ` + x.due + ` < `)
		q.arg(int64(on))
	case interpreter.Soon:
		q.text(` AND ` + x.due + ` >= `)
		q.arg(int64(on))
		q.text(` AND ` + x.soonFrom + ` <= `)
		q.arg(int64(on))
	case interpreter.OK:
		q.text(` AND ` + x.due + ` >= `)
		q.arg(int64(on))
		q.text(` AND COALESCE(` + x.soonFrom + `, 2147483647) > `)
		q.arg(int64(on))
	case "":
	default:
		q.text(` AND 1 = 0`)
	}
}

// after goes on after a place: an id, and in lists by due day that before it.
func (q *query) after(place, due, id string) error {
	if place == "" {
		return nil
	}
	if due == "" {
		q.text(` AND ` + id + ` > `)
		q.arg(place)
		return nil
	}
	day, last, ok := strings.Cut(place, ".")
	n, err := strconv.ParseInt(day, 10, 32)
	if err != nil || !ok {
		return ErrPlace
	}
	// The first condition says no more than the second; it is the one that the index is entered by.
	q.text(` AND ` + due + ` >= `)
	q.arg(n)
	q.text(` AND (` + due + `, ` + id + `) > (`)
	q.arg(n)
	q.text(`, `)
	q.arg(last)
	q.text(`)`)
	return nil
}

// reachesFew tells whether somebody is a party to a few cases alone.
func (tx *Tx) reachesFew(r Reach) (bool, error) {
	if r.All || r.none() {
		return false, nil
	}
	q := query{}
	q.text(`SELECT COUNT(*) FROM (SELECT 1 FROM parties WHERE party = `)
	q.arg(tx.partyDigest(r.Party))
	q.is(`actor`, r.Actor)
	q.text(` LIMIT `)
	q.arg(fewCases + 1)
	q.text(`) AS few`)
	var n int
	err := tx.row(q.String(), q.args...).Scan(&n)
	return n <= fewCases, err
}

func scanListed(rows *sql.Rows, byDue bool) (x Listed, err error) {
	var opened, changed int64
	var revision, at, due sql.NullInt64
	var version, hash, status, outcome sql.NullString
	var place int64
	err = rows.Scan(&x.ID, &x.Model, &x.Version, &x.State, &x.Revision, &opened, &x.OpenedBy, &changed, &revision, &at, &version, &hash, &status, &outcome, &due, &place)
	x.Opened, x.Changed = fromMicros(opened), fromMicros(changed)
	if at.Valid {
		x.Standing = &Standing{Case: x.ID, Revision: revision.Int64, At: calendar.Day(at.Int64), Version: version.String, Hash: hash.String,
			Status: status.String, Outcome: outcome.String, Due: dayOf(due)}
	}
	if x.place = x.ID; byDue {
		x.place = strconv.FormatInt(place, 10) + "." + x.ID
	}
	return x, err
}

// stepsOf reads what is required in the cases of a list.
func (tx *Tx) stepsOf(list []Listed) error {
	at := map[string]*Standing{}
	var ids []string
	for i := range list {
		if s := list[i].Standing; s != nil {
			at[s.Case] = s
			ids = append(ids, s.Case)
		}
	}
	for some := range slices.Chunk(ids, 1000) {
		q := query{}
		q.text(`SELECT case_id, step, actor, due, soon_from, time FROM standing_steps WHERE case_id`)
		q.in(some)
		q.text(` ORDER BY case_id, place`)
		if err := tx.each(func(rows *sql.Rows) error {
			var id string
			var x StandingStep
			var due, soon sql.NullInt64
			err := rows.Scan(&id, &x.Step, &x.Actor, &due, &soon, &x.Time)
			x.Due, x.SoonFrom = dayOf(due), dayOf(soon)
			at[id].Steps = append(at[id].Steps, x)
			return err
		}, q.String(), q.args...); err != nil {
			return err
		}
	}
	return nil
}

// Behind lists open cases, by id from one after the given to one before the end, "" for no end, that were last decided for on a day
// before the given one, or by a clock that was more than a day ahead of it, or with none of the hashes, or not since they were changed.
func (tx *Tx) Behind(on calendar.Day, hashes []string, after, end string, limit int) (ids []string, err error) {
	q := query{}
	q.text(`SELECT c.id FROM cases c LEFT JOIN standings s ON s.case_id = c.id WHERE c.state = 'open' AND c.id > `)
	q.arg(after)
	if end != "" {
		q.text(` AND c.id < `)
		q.arg(end)
	}
	q.text(` AND (s.case_id IS NULL OR s.revision <> c.revision OR s.at < `)
	q.arg(int64(on))
	q.text(` OR s.at > `)
	q.arg(int64(on) + 1)
	if len(hashes) > 0 {
		q.text(` OR s.hash NOT`)
		q.in(hashes)
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

// AnyBehind tells whether day or files have left any case behind. It looks at indexes alone, so that it can be asked often: a case
// that was changed and not decided for is not looked for.
func (tx *Tx) AnyBehind(on calendar.Day, hashes []string) (any bool, err error) {
	q := query{}
	q.text(`SELECT EXISTS (SELECT 1 FROM standings WHERE open = 1 AND at < `)
	q.arg(int64(on))
	q.text(`) OR EXISTS (SELECT 1 FROM standings WHERE open = 1 AND at > `)
	q.arg(int64(on) + 1)
	q.text(`) OR EXISTS (SELECT 1 FROM standings WHERE open = 1 AND hash IN (SELECT hash FROM file_sets`)
	if len(hashes) > 0 {
		q.text(` WHERE hash NOT`)
		q.in(hashes)
	}
	q.text(`))`)
	err = tx.row(q.String(), q.args...).Scan(&any)
	return any, err
}

// OfVersion lists open cases of a model, by id after the given one, for which the version from answers, "": any but to.
func (tx *Tx) OfVersion(model, from, to, after string, limit int) (ids []string, err error) {
	q := query{}
	q.text(`SELECT id FROM cases WHERE state = 'open' AND id > `)
	q.arg(after)
	q.text(` AND model = `)
	q.arg(model)
	q.text(` AND version <> `)
	q.arg(to)
	q.is(`version`, from)
	q.text(` ORDER BY id LIMIT `)
	q.arg(limit)
	err = tx.each(func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, q.String(), q.args...)
	return ids, err
}

// HasVersion tells whether a version of a model answers, or answered when it ended, for any case.
func (tx *Tx) HasVersion(model, version string) (has bool, err error) {
	err = tx.row(`SELECT EXISTS (SELECT 1 FROM cases WHERE model = $1 AND version = $2)`, model, version).Scan(&has)
	return has, err
}

// Count counts cases that are open or closed, by how they stand, and required steps, by how they stand on the day.
func (tx *Tx) Count(on calendar.Day) (cases []CasesLike, steps []StepsLike, err error) {
	err = tx.each(func(rows *sql.Rows) error {
		var x CasesLike
		err := rows.Scan(&x.Model, &x.Version, &x.State, &x.Status, &x.Outcome, &x.Cases)
		cases = append(cases, x)
		return err
	}, `SELECT c.model, c.version, c.state, COALESCE(s.status, ''), COALESCE(s.outcome, ''), COUNT(*) FROM cases c LEFT JOIN standings s ON s.case_id = c.id
		WHERE c.state <> 'erased' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`)
	if err != nil {
		return nil, nil, err
	}
	err = tx.each(func(rows *sql.Rows) error {
		var x StepsLike
		err := rows.Scan(&x.Model, &x.Version, &x.Step, &x.Actor, &x.Time, &x.Cases)
		steps = append(steps, x)
		return err
	}, `SELECT c.model, c.version, x.step, x.actor, CASE WHEN x.due < $1 THEN 'late' WHEN x.soon_from <= $1 THEN 'soon' ELSE 'ok' END, COUNT(*)
		FROM standing_steps x JOIN cases c ON c.id = x.case_id GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`, int64(on))
	return cases, steps, err
}

// CasesLike is how many cases stand so.
type CasesLike struct {
	Model, Version  string
	State           State
	Status, Outcome string
	Cases           int64
}

// StepsLike is in how many cases a step stands so.
type StepsLike struct {
	Model, Version string
	Step, Actor    string
	Time           interpreter.Lateness
	Cases          int64
}
