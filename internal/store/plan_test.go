package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestListsAreReadInTheOrderOfAnIndex asks both databases how they would read each kind of list: never a whole table, and nothing is
// sorted, but for the cases of a party that has few.
func TestListsAreReadInTheOrderOfAnIndex(t *testing.T) {
	const day = calendar.Day(20500)
	due := day + 10
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		const many = 5100
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.SQL().Exec(`INSERT INTO cases (id, model, version, state, revision, opened_at, opened_by, changed_at)
				WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < ` + fmt.Sprint(many) + `) SELECT 'c' || i, 'm', '1', 'open', 1, 0, 'x', 0 FROM g`)
			for _, party := range []string{"many", "few"} {
				if err == nil {
					_, err = tx.SQL().Exec(`INSERT INTO parties (case_id, actor, party) SELECT id, 'af', $1 FROM cases`, s.Digest("party", party))
				}
				if err == nil && party == "few" {
					_, err = tx.SQL().Exec(`DELETE FROM parties WHERE party = $1 AND case_id > 'c2'`, s.Digest("party", party))
				}
			}
			return err
		})
		for _, r := range []store.Reach{store.Everything, {Party: "many"}, {Party: "many", Actor: "af"}, {Party: "few", Actor: "af"}} {
			for _, f := range []store.Filter{
				{}, {After: "c5"}, {Model: "m"}, {Urgent: true}, {Urgent: true, After: "20900.c5"}, {Actor: "af"}, {Actor: "af", After: "20900.c5"},
				{Actor: "af", Step: "s", Time: "late"}, {Step: "s", Time: "soon"}, {Time: "late"}, {Time: "ok"}, {DueBy: &due}, {Reference: "x"},
			} {
				f.State = store.StateOpen
				var plan []string
				storetest.In(t, s, func(tx *store.Tx) error {
					text, args, err := tx.ListQuery(r, day, f, 101)
					if err != nil {
						return err
					}
					explain := `EXPLAIN QUERY PLAN `
					if s.Kind() == "postgres" { // there is little in the tables: what it could do with more is asked
						explain = `EXPLAIN `
						for _, no := range []string{"seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"} {
							if _, err := tx.SQL().Exec(`SET LOCAL enable_` + no + ` = off`); err != nil {
								return err
							}
						}
					}
					return tx.Each(func(rows *sql.Rows) error {
						columns, err := rows.Columns()
						if err != nil {
							return err
						}
						into := make([]any, len(columns))
						for i := range into {
							into[i] = new(any)
						}
						err = rows.Scan(into...)
						plan = append(plan, fmt.Sprint(*into[len(into)-1].(*any)))
						return err
					}, explain+text, args...)
				})
				for _, line := range plan {
					sorts := strings.Contains(line, "TEMP B-TREE FOR ORDER BY") || strings.Contains(line, "Sort ") && f.Reference == ""
					reads := strings.Contains(line, "Seq Scan") || strings.Contains(line, "SCAN ") && !strings.Contains(line, "USING") && !strings.Contains(line, "SCAN m")
					if (sorts || reads) && r.Party != "few" {
						t.Errorf("%+v as %+v: %s\n%s", f, r, line, strings.Join(plan, "\n"))
					}
					// The other steps of a case are few; those of its actor, or due on its day, are as many as there are cases.
					others := strings.Contains(line, " y ") && !strings.Contains(line, "standing_steps_pkey") && !strings.Contains(line, "sqlite_autoindex_standing_steps_1")
					if others {
						t.Errorf("%+v as %+v: the other steps of each case are not found by the case: %s", f, r, line)
					}
				}
				by := "cases_open"
				switch {
				case f.Actor != "" && f.Step == "":
					by = "standing_steps_actor"
				case f.Step != "":
					by = "standing_steps_" // either
				case f.Time != "" || f.DueBy != nil:
					by = "standing_steps_due"
				case f.Urgent:
					by = "standings_due"
				case f.Model != "" || f.Reference != "":
					by = "cases_" // any
				}
				if r.Party != "few" && !strings.Contains(strings.Join(plan, " "), by) {
					t.Errorf("%+v as %+v: not by %s\n%s", f, r, by, strings.Join(plan, "\n"))
				}
			}
		}
	})
}
