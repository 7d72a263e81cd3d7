package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// onEach runs the test on a new store of every kind.
func onEach(t *testing.T, test func(*testing.T, *store.Store)) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) { test(t, d.Open(t)) })
}

func found(t interface {
	rapid.TB
	Context() context.Context
}, s *store.Store, heads ...string) string {
	t.Helper()
	r, err := audit.Verify(t.Context(), s, heads...)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range r.Faults {
		out = append(out, fmt.Sprintf("%d.%d %s", f.Lane, f.Seq, f.What))
	}
	return strings.Join(out, ", ")
}

// logged writes n rows into one lane, as one writer does.
func logged(t testing.TB, s *store.Store, n int) {
	t.Helper()
	storetest.In(t, s, func(tx *store.Tx) error {
		if _, err := tx.Create(store.NewCase{ID: "a", Model: "m", By: "x"}); err != nil {
			return err
		}
		for i := range n {
			if err := audit.Append(tx, audit.Record{Subject: "x", Action: "read", Case: "a", Purpose: "ö", Hash: "h", Answer: []byte(fmt.Sprintf(`{"n":%d}`, i))}); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestTamperingNamesTheRow is row 31 of the faults.
func TestTamperingNamesTheRow(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		logged(t, s, 6)
		head, err := audit.Head(t.Context(), s)
		if err != nil || found(t, s, head) != "" {
			t.Fatal(head, err, found(t, s, head))
		}
		for name, x := range map[string]struct{ how, want, wantKept string }{
			"a name":          {`UPDATE audit SET subject = 'y' WHERE seq = 3`, "1.3 changed", "1.3 changed"},
			"a time":          {`UPDATE audit SET at = at + 1 WHERE seq = 1`, "1.1 changed", "1.1 changed"},
			"an answer":       {`UPDATE audit SET sealed = before WHERE seq = 3`, "1.3 changed", "1.3 changed"},
			"no answer":       {`UPDATE audit SET sealed = NULL WHERE seq = 3`, "1.3 changed", "1.3 changed"},
			"a link":          {`UPDATE audit SET before = digest WHERE seq = 3`, "1.3 unlinked, 1.3 changed", "1.3 unlinked, 1.3 changed"},
			"a digest":        {`UPDATE audit SET digest = before WHERE seq = 3`, "1.3 changed, 1.4 unlinked", "1.3 changed, 1.4 unlinked"},
			"the last digest": {`UPDATE audit SET digest = before WHERE seq = 6`, "1.6 changed", "1.6 changed, 1.6 replaced"},
			"a row deleted":   {`DELETE FROM audit WHERE seq = 3`, "1.3 missing", "1.3 missing"},
			"two rows":        {`DELETE FROM audit WHERE seq IN (2, 3)`, "1.2 missing, 1.3 missing", "1.2 missing, 1.3 missing"},
			"the tail":        {`DELETE FROM audit WHERE seq >= 5`, "1.5 missing", "1.5 missing"},
			"all":             {`DELETE FROM audit`, "1.1 missing", "1.1 missing"},
			"the head":        {`UPDATE audit_heads SET seq = 4, digest = (SELECT digest FROM audit WHERE seq = 4) WHERE lane = 1`, "1.5 headless", "1.5 headless"},
			"tail and head": {`DELETE FROM audit WHERE seq >= 5; UPDATE audit_heads SET seq = 4, digest = (SELECT digest FROM audit WHERE seq = 4) WHERE lane = 1`,
				"", "1.5 missing"}, // which nothing in the database itself can show
		} {
			rollback := fmt.Errorf("%s: undone", name)
			var got, gotKept string
			// Each is tried on a copy that is put back.
			storetest.In(t, s, func(tx *store.Tx) error {
				for _, q := range []string{`CREATE TABLE kept AS SELECT * FROM audit`, `CREATE TABLE kept_heads AS SELECT * FROM audit_heads`} {
					if _, err := tx.SQL().Exec(q); err != nil {
						return err
					}
				}
				for _, q := range strings.Split(x.how, ";") {
					if _, err := tx.SQL().Exec(q); err != nil {
						return fmt.Errorf("%w: %w", rollback, err)
					}
				}
				return nil
			})
			got, gotKept = found(t, s), found(t, s, head)
			storetest.In(t, s, func(tx *store.Tx) error {
				for _, q := range []string{
					`DELETE FROM audit`, `INSERT INTO audit SELECT * FROM kept`, `DROP TABLE kept`,
					`DELETE FROM audit_heads`, `INSERT INTO audit_heads SELECT * FROM kept_heads`, `DROP TABLE kept_heads`,
				} {
					if _, err := tx.SQL().Exec(q); err != nil {
						return err
					}
				}
				return nil
			})
			if got != x.want || gotKept != x.wantKept {
				t.Errorf("%s: found %q, and with the head that was kept %q; want %q and %q", name, got, gotKept, x.want, x.wantKept)
			}
		}
		if got := found(t, s, head); got != "" {
			t.Errorf("put back: %s", got)
		}
	})
}

// TestAnyChangeOfTheLogShows changes any byte of any cell.
func TestAnyChangeOfTheLogShows(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		logged(t, s, 5)
		columns := []string{"at", "subject", "action", "case_id", "purpose", "hash", "sealed", "before", "digest", "seq"}
		rapid.Check(t, func(r *rapid.T) {
			column, seq := rapid.SampledFrom(columns).Draw(r, "column"), rapid.Int64Range(1, 5).Draw(r, "row")
			bit := byte(1) << rapid.IntRange(0, 7).Draw(r, "bit")
			var was, is any
			if err := s.View(t.Context(), func(tx *store.Tx) error {
				return tx.SQL().QueryRow(`SELECT `+column+` FROM audit WHERE seq = $1`, seq).Scan(&was)
			}); err != nil {
				r.Fatal(err)
			}
			switch v := was.(type) {
			case int64:
				is = v ^ int64(bit)<<8
			case string:
				is = v + "x"
			case []byte:
				b := append([]byte{}, v...)
				b[rapid.IntRange(0, len(b)-1).Draw(r, "byte")] ^= bit
				is = b
			}
			set := func(to any, at int64) {
				if err := s.InTx(t.Context(), func(tx *store.Tx) error {
					_, err := tx.SQL().Exec(`UPDATE audit SET `+column+` = $1 WHERE seq = $2`, to, at)
					return err
				}); err != nil {
					r.Fatal(err)
				}
			}
			set(is, seq)
			got := found(r, s)
			if column == "seq" {
				set(was, is.(int64))
			} else {
				set(was, seq)
			}
			if got == "" {
				r.Fatalf("%s of row %d was changed from %v to %v, and nothing shows", column, seq, was, is)
			}
		})
	})
}

func TestAnErasedCaseKeepsItsRowsAndNotWhatTheySay(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		logged(t, s, 2)
		read := func() (answers []string) {
			storetest.In(t, s, func(tx *store.Tx) error {
				var rows []*audit.Row
				if err := audit.Each(tx, audit.Filter{Case: "a"}, func(r *audit.Row) error {
					rows = append(rows, r)
					return nil
				}); err != nil {
					return err
				}
				for _, r := range rows {
					text, err := r.Open(tx)
					if err != nil {
						text = []byte(err.Error())
					}
					answers = append(answers, string(text))
				}
				return nil
			})
			return answers
		}
		if got := fmt.Sprint(read()); got != `[{"n":0} {"n":1}]` {
			t.Error(got)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Erase("a", 0, "x", "y")
			return err
		})
		if got := fmt.Sprint(read()); got != fmt.Sprint([]error{store.ErrErased, store.ErrErased}) {
			t.Error(got)
		}
		if got := found(t, s); got != "" {
			t.Error(got)
		}
	})
}

func TestManyWritersKeepEveryChainWhole(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		const writers, each = 40, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					if err := s.InTx(t.Context(), func(tx *store.Tx) error {
						return audit.Append(tx, audit.Record{Subject: fmt.Sprint(w), Action: "read", Purpose: fmt.Sprint(n)})
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		r, err := audit.Verify(t.Context(), s)
		if err != nil || r.Rows != writers*each || len(r.Faults) > 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestAnExportIsVerifiedWithoutTheStore makes the digests anew from nothing but what is exported.
func TestAnExportIsVerifiedWithoutTheStore(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		logged(t, s, 3)
		storetest.In(t, s, func(tx *store.Tx) error {
			before := strings.Repeat("0", 64)
			return audit.Each(tx, audit.Filter{Subject: "x", Since: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, func(r *audit.Row) error {
				text, err := json.Marshal(r.Exported())
				if err != nil {
					return err
				}
				var row map[string]any
				if err := json.Unmarshal(text, &row); err != nil {
					return err
				}
				if row["before"] != before || strings.Contains(string(text), `"n"`) {
					t.Errorf("%s after %s", text, before)
				}
				digest := row["digest"].(string)
				delete(row, "digest")
				if got := sumOf(t, row); got != digest {
					t.Errorf("the digest of %s is %s, not %s", text, got, digest)
				}
				before = digest
				return nil
			})
		})
	})
}
