package events_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// oldLog fills a log with so many events, each with a delivery.
func (s *service) oldLog(t testing.TB, subscription string, many int) {
	t.Helper()
	storetest.In(t, s.Store, func(tx *store.Tx) error {
		_, err := tx.SQL().Exec(`INSERT INTO events (id, type, case_id, model, version, hash, step, actor, due, outcome, at)
			WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < ` + fmt.Sprint(many) + `)
			SELECT 'e' || ((i * 7919) % 1000003) || '-' || i, 'se.stegvis.step.late', 'c' || (i % 1000), 'm', '1', 'h', 's', 'af', NULL, '', i FROM g`)
		if err == nil {
			_, err = tx.SQL().Exec(`INSERT INTO deliveries (subscription, event, state, attempts, answer, changed_at) SELECT $1, id, CASE seq % 10 WHEN 0 THEN 'dead' ELSE 'delivered' END, 1, '200', at FROM events`, subscription)
		}
		return err
	})
	if s.Kind() == "postgres" {
		if _, err := s.Writer().Exec(`ANALYZE`); err != nil {
			t.Fatal(err)
		}
	}
}

// TestForgettingGoesByIndexes asks both databases how they would go on in a log that is long, to forget and to read: at the place itself, and
// never through all there is.
func TestForgettingGoesByIndexes(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		sub, _ := s.subscribe(t, events.Subscription{URL: "http://127.0.0.1:1/"})
		const many = 20_000
		s.oldLog(t, sub.ID, many)
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			var place int64 // of all: they were kept together
			if err := tx.SQL().QueryRow(`SELECT MIN(tx) FROM events`).Scan(&place); err != nil {
				return err
			}
			plan := func(query string, args ...any) string {
				explain := `EXPLAIN QUERY PLAN `
				if s.Kind() == "postgres" {
					explain = `EXPLAIN `
				}
				var lines []string
				if err := tx.Each(func(rows *sql.Rows) error {
					columns, err := rows.Columns()
					if err != nil {
						return err
					}
					into := make([]any, len(columns))
					for i := range into {
						into[i] = new(any)
					}
					err = rows.Scan(into...)
					lines = append(lines, fmt.Sprint(*into[len(into)-1].(*any)))
					return err
				}, explain+query, args...); err != nil {
					t.Fatal(err)
				}
				return strings.Join(lines, "\n")
			}
			for query, by := range map[string]string{
				events.OldestQuery(tx): "events_order", events.PageQuery(tx): "events_order",
				`DELETE FROM deliveries WHERE state <> 'waiting' AND event IN ('e1', 'e2', 'e3')`: "deliveries_event",
			} {
				args := []any{place, 5000, 200}[:strings.Count(query, "$")]
				p := plan(query, args...)
				for line := range strings.Lines(p) {
					if strings.Contains(line, "Seq Scan") || strings.Contains(line, "SCAN ") || strings.Contains(line, "Sort ") || strings.Contains(line, "TEMP B-TREE") {
						t.Errorf("%s: %s\n%s", query, line, p)
					}
				}
				where := map[string]string{"sqlite": "events_order (tx=? AND seq>?)", "postgres": "(ROW(tx, seq) > ROW("}[s.Kind()] // by the place, and not by a part of it
				if !strings.Contains(p, by) || by == "events_order" && !strings.Contains(p, where) || strings.Contains(query, "deliveries") && !strings.Contains(p, "deliveries_event") {
					t.Errorf("%s: not by %s\n%s", query, by, p)
				}
			}
			return nil
		})
	})
}
