package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func says(fact, value, held string) store.NewEntry {
	d, ok := calendar.Parse(held)
	if !ok {
		panic(held)
	}
	return store.NewEntry{Kind: store.Recording, Fact: fact, Value: json.RawMessage(value), Held: d}
}

func create(t testing.TB, s *store.Store, n store.NewCase) (c *store.Case) {
	t.Helper()
	storetest.In(t, s, func(tx *store.Tx) (err error) {
		c, err = tx.Create(n)
		return err
	})
	return c
}

// facts is a view of a case as text.
func facts(t testing.TB, s *store.Store, id, on string, known time.Time) (text string) {
	t.Helper()
	storetest.In(t, s, func(tx *store.Tx) error {
		v, err := tx.Facts(id, store.AsOf{Day: casetest.Day(t, on), Known: known})
		if err != nil {
			return err
		}
		b, err := json.Marshal(v.Case)
		text = fmt.Sprintf("%s %s@%s %s", v.State, v.Model, v.Version, b)
		return err
	})
	return text
}

func TestACaseIsWhatWasKnownAtTheTimeOfHowThingsWere(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		c := create(t, s, store.NewCase{Model: "faros", Version: "1", By: "fk-1", Entries: []store.NewEntry{says("samtycke", "true", "2026-01-10")}})
		record := func(e ...store.NewEntry) time.Time {
			storetest.In(t, s, func(tx *store.Tx) (err error) {
				c, err = tx.Record(c.ID, c.Revision, "af-2", e)
				return err
			})
			return c.Changed
		}
		opened := c.Changed
		hours := record(says("timmar_per_vecka", "10", "2026-02-01"), says("svårt", "null", "2026-02-01"))
		withdrawn := record(says("samtycke", "false", "2026-02-15"))
		// The third entry (the second of facts) was a mistake: it was 12 hours, and from another day on.
		corrected := record(store.NewEntry{Kind: store.Correction, Refers: 3, Fact: "timmar_per_vecka", Value: json.RawMessage("12"), Held: casetest.Day(t, "2026-02-03")})
		gone := record(store.NewEntry{Kind: store.Withdrawal, Refers: 5})
		id := fmt.Sprintf(`"id":%q,`, c.ID)
		for _, x := range []struct {
			on    string
			known time.Time
			want  string
		}{
			{"2026-01-09", time.Time{}, `{}`},
			{"2026-03-01", opened.Add(-time.Microsecond), ``},
			{"2026-03-01", opened, `{"samtycke":true}`},
			{"2026-03-01", hours, `{"samtycke":true,"timmar_per_vecka":10,"svårt":null}`},
			{"2026-01-31", hours, `{"samtycke":true}`},
			{"2026-03-01", withdrawn, `{"samtycke":false,"timmar_per_vecka":10,"svårt":null}`},
			{"2026-02-14", withdrawn, `{"samtycke":true,"timmar_per_vecka":10,"svårt":null}`},
			{"2026-02-02", corrected, `{"samtycke":true,"svårt":null}`},
			{"2026-03-01", corrected, `{"samtycke":false,"svårt":null,"timmar_per_vecka":12}`},
			{"2026-03-01", gone, `{"samtycke":true,"svårt":null,"timmar_per_vecka":12}`},
			{"2026-03-01", time.Time{}, `{"samtycke":true,"svårt":null,"timmar_per_vecka":12}`},
		} {
			want := "open faros@1 {" + id + `"facts":` + x.want + "}"
			if x.want == "" {
				want = "open @ {" + id + `"facts":{}}`
			}
			if got := facts(t, s, c.ID, x.on, x.known); !sameJSON(got, want) {
				t.Errorf("on %s, as known at %s:\n%s, want\n%s", x.on, x.known, got, want)
			}
		}
	})
}

// sameJSON compares views whatever the order of facts.
func sameJSON(a, b string) bool {
	sorted := func(s string) string {
		head, text, _ := cutAt(s)
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return s
		}
		out, _ := json.Marshal(v)
		return head + string(out)
	}
	return sorted(a) == sorted(b)
}

func cutAt(s string) (head, text string, ok bool) {
	for i := range s {
		if s[i] == '{' {
			return s[:i], s[i:], true
		}
	}
	return s, "", false
}

func TestWhatCannotBeIsRefusedAndChangesNothing(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		c := create(t, s, store.NewCase{ID: "a", Reference: "dnr 1", Model: "m", By: "x", Entries: []store.NewEntry{says("f", "1", "2026-01-01")}})
		other := create(t, s, store.NewCase{ID: "b", Model: "m", By: "x", Entries: []store.NewEntry{says("f", "1", "2026-01-01")}})
		one := []store.NewEntry{says("f", "2", "2026-01-02")}
		for name, x := range map[string]struct {
			want error
			do   func(tx *store.Tx) error
		}{
			"the same id":        {store.ErrTaken, func(tx *store.Tx) error { _, err := tx.Create(store.NewCase{ID: "a", Model: "m"}); return err }},
			"the same reference": {store.ErrNamed, func(tx *store.Tx) error { _, err := tx.Create(store.NewCase{Reference: "dnr 1"}); return err }},
			"a personal number":  {store.ErrBadCase, func(tx *store.Tx) error { _, err := tx.Create(store.NewCase{ID: "191212121212"}); return err }},
			"one with a sign":    {store.ErrBadCase, func(tx *store.Tx) error { _, err := tx.Create(store.NewCase{ID: "x-121212-1212"}); return err }},
			"an id with a slash": {store.ErrBadCase, func(tx *store.Tx) error { _, err := tx.Create(store.NewCase{ID: "a/b"}); return err }},
			"no such case":       {store.ErrNoCase, func(tx *store.Tx) error { _, err := tx.Record("c", 0, "x", one); return err }},
			"an old revision":    {store.ErrStale, func(tx *store.Tx) error { _, err := tx.Record("a", c.Revision+1, "x", one); return err }},
			"nothing":            {store.ErrNothing, func(tx *store.Tx) error { _, err := tx.Record("a", 0, "x", nil); return err }},
			"an entry of none":   {store.ErrNoEntry, func(tx *store.Tx) error { return withdraw(tx, "a", 9) }},
			"itself":             {store.ErrNoEntry, func(tx *store.Tx) error { return withdraw(tx, "a", 3) }},
			"the opening":        {store.ErrNoEntry, func(tx *store.Tx) error { return withdraw(tx, "a", 1) }},
			"a good one before a bad": {store.ErrNoEntry, func(tx *store.Tx) error {
				if _, err := tx.Record("a", 0, "x", one); err != nil {
					return err
				}
				return withdraw(tx, "b", 7)
			}},
		} {
			if err := s.InTx(t.Context(), x.do); !errors.Is(err, x.want) {
				t.Errorf("%s: %v, want %v", name, err, x.want)
			}
		}
		for _, was := range []*store.Case{c, other} {
			storetest.In(t, s, func(tx *store.Tx) error {
				is, err := tx.Case(was.ID)
				if err == nil && *is != *was {
					t.Errorf("%+v became %+v", was, is)
				}
				entries, err2 := tx.Entries(was.ID, 0)
				if len(entries) != 2 {
					t.Errorf("%s has %d entries", was.ID, len(entries))
				}
				return errors.Join(err, err2)
			})
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			found, err := tx.Find("", "dnr 1")
			if err == nil && found.ID != "a" {
				t.Errorf("found %s", found.ID)
			}
			if _, err := tx.Find("", "dnr 2"); !errors.Is(err, store.ErrNoCase) {
				t.Error(err)
			}
			return err
		})
	})
}

func withdraw(tx *store.Tx, id string, seq int64) error {
	_, err := tx.Record(id, 0, "x", []store.NewEntry{{Kind: store.Withdrawal, Refers: seq}})
	return err
}

// TestManyWritersOfOneCaseMakeOneHistory is row 49 of the faults: every write that was acknowledged is there, in a row without
// gaps, each made from the revision before it.
func TestManyWritersOfOneCaseMakeOneHistory(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		stores := []*store.Store{d.Open(t), d.Open(t)} // as two processes have
		c := create(t, stores[0], store.NewCase{Model: "m", By: "x"})
		const writers, each = 100, 3
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := map[int64]string{} // by revision
		for w := range writers {
			wg.Go(func() {
				s := stores[w%2]
				for n := range each {
					name := fmt.Sprintf("w%dn%d", w, n)
					for {
						var after *store.Case
						err := s.InTx(t.Context(), func(tx *store.Tx) error {
							is, err := tx.Case(c.ID)
							if err != nil {
								return err
							}
							after, err = tx.Record(c.ID, is.Revision, "x", []store.NewEntry{says(name, "true", "2026-01-01")})
							return err
						})
						if errors.Is(err, store.ErrStale) || store.ObstacleOf(err) == store.Locked { // on a slow disk an SQLite file can be the other's for long
							continue
						}
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						if was := made[after.Revision]; was != "" {
							t.Errorf("revision %d was made by %s and by %s", after.Revision, was, name)
						}
						made[after.Revision] = name
						mu.Unlock()
						break
					}
				}
			})
		}
		wg.Wait()
		storetest.In(t, stores[1], func(tx *store.Tx) error {
			entries, err := tx.Entries(c.ID, 1)
			if len(entries) != writers*each || len(made) != writers*each {
				t.Fatalf("%d entries and %d revisions, want %d", len(entries), len(made), writers*each)
			}
			for i, e := range entries {
				if e.Seq != int64(i+2) || made[int64(i+2)] != e.Fact {
					t.Fatalf("entry %d has number %d and says %s, and revision %d was made by %s", i, e.Seq, e.Fact, i+2, made[int64(i+2)])
				}
			}
			return err
		})
	})
}

// TestARequestThatComesAgainIsAnsweredAndNotDoneAgain is row 25 of the faults.
func TestARequestThatComesAgainIsAnsweredAndNotDoneAgain(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		once := func(key, asked string) (string, bool, error) {
			answer, again, err := s.Once(t.Context(), store.Request{Subject: "x", Key: key, Asked: []byte(asked)}, func(tx *store.Tx) (string, []byte, error) {
				c, err := tx.Create(store.NewCase{Model: "m", By: "x"})
				if err != nil {
					return "", nil, err
				}
				return c.ID, []byte(c.ID), nil
			}, nil)
			return string(answer), again, err
		}
		var wg sync.WaitGroup
		answers := make([]string, 30)
		done := make([]bool, len(answers))
		for i := range answers {
			wg.Go(func() {
				answer, again, err := once("k", "open one")
				if err != nil {
					t.Error(err)
				}
				answers[i], done[i] = answer, !again
			})
		}
		wg.Wait()
		for i := range answers {
			if answers[i] != answers[0] {
				t.Errorf("two answers: %s and %s", answers[0], answers[i])
			}
		}
		if n := len(slices.DeleteFunc(done, func(b bool) bool { return !b })); n != 1 {
			t.Errorf("done %d times", n)
		}
		if _, _, err := once("k", "open another"); !errors.Is(err, store.ErrReused) {
			t.Error(err)
		}
		second, again, err := once("l", "open one")
		if err != nil || again || second == answers[0] {
			t.Error(second, again, err)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			cases, next, err := tx.List(store.Everything, 0, store.Filter{})
			if len(cases) != 2 || next != "" {
				t.Errorf("%d cases", len(cases))
			}
			n, err2 := tx.ForgetRequests(tx.At(), 10)
			if n != 2 {
				t.Errorf("%d requests forgotten", n)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestARequestThatFailsIsNotRemembered(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		wrong := errors.New("wrong")
		r := store.Request{Subject: "x", Key: "k", Asked: []byte("a")}
		if _, _, err := s.Once(t.Context(), r, func(tx *store.Tx) (string, []byte, error) {
			_, err := tx.Create(store.NewCase{ID: "a"})
			return "a", nil, errors.Join(err, wrong)
		}, nil); !errors.Is(err, wrong) {
			t.Fatal(err)
		}
		answer, again, err := s.Once(t.Context(), r, func(tx *store.Tx) (string, []byte, error) {
			_, err := tx.Create(store.NewCase{ID: "a"})
			return "a", []byte("done"), err
		}, nil)
		if string(answer) != "done" || again || err != nil {
			t.Error(string(answer), again, err)
		}
	})
}

func TestAnErasedCaseIsGoneAndItsProofHolds(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		c := create(t, s, store.NewCase{ID: "a", Reference: "dnr 1", Model: "m", By: "x", Entries: []store.NewEntry{says("f", `"hemligt"`, "2026-01-01")}})
		stand(t, s, c, "2026-03-01", "h", "open", store.StandingStep{Step: "s", Actor: "af"})
		if _, _, err := s.Once(t.Context(), store.Request{Subject: "x", Key: "k"}, func(tx *store.Tx) (string, []byte, error) { return "a", []byte("svar"), nil }, nil); err != nil {
			t.Fatal(err)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			if _, _, err := tx.Erasure("a"); !errors.Is(err, store.ErrKept) {
				t.Error("a proof before the erasure:", err)
			}
			_, err := tx.Erase("a", c.Revision, "arkivarie", "beslut 7/2026")
			return err
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			proof, holds, err := tx.Erasure("a")
			if err != nil || !holds || proof.Entries != 2 || proof.By != "arkivarie" || proof.Decision != "beslut 7/2026" {
				t.Errorf("%+v, holds %t, %v", proof, holds, err)
			}
			is, err := tx.Case("a")
			if err != nil || is.State != store.StateErased {
				t.Errorf("%+v, %v", is, err)
			}
			for name, err := range map[string]error{
				"entries":  second(tx.Entries("a", 0)),
				"record":   second(tx.Record("a", 0, "x", []store.NewEntry{says("f", "1", "2026-01-01")})),
				"again":    second(tx.Erase("a", 0, "x", "y")),
				"standing": second(tx.Stand(&store.Standing{Case: "a"})),
			} {
				if !errors.Is(err, store.ErrErased) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if _, err := tx.Find("", "dnr 1"); !errors.Is(err, store.ErrNoCase) {
				t.Error("found by its reference:", err)
			}
			if _, err := tx.Standing("a"); !errors.Is(err, store.ErrNoCase) {
				t.Error("stands:", err)
			}
			return nil
		})
		// The proof does not hold where an entry is another than the one that was sealed.
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.SQL().Exec(`UPDATE entries SET recorded_by = 'y' WHERE case_id = 'a' AND seq = 2`)
			return err
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			if _, holds, err := tx.Erasure("a"); holds || err != nil {
				t.Error("the proof holds though an entry was changed", err)
			}
			return nil
		})
	})
}

func second[T any](_ T, err error) error { return err }

func stand(t testing.TB, s *store.Store, c *store.Case, at, hash, status string, steps ...store.StandingStep) (before *store.Standing) {
	t.Helper()
	x := &store.Standing{Case: c.ID, Revision: c.Revision, At: casetest.Day(t, at), Version: "1", Hash: hash, Status: status, Steps: steps}
	for _, step := range steps {
		if x.Due == nil || step.Due != nil && *step.Due < *x.Due {
			x.Due = step.Due
		}
	}
	storetest.In(t, s, func(tx *store.Tx) (err error) {
		before, err = tx.Stand(x)
		return err
	})
	return before
}

func TestCasesAreListedByHowTheyStand(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		due := func(text string) *calendar.Day {
			day := casetest.Day(t, text)
			return &day
		}
		a := create(t, s, store.NewCase{ID: "a", Model: "faros", By: "x"})
		b := create(t, s, store.NewCase{ID: "B", Model: "faros", By: "x"})
		c := create(t, s, store.NewCase{ID: "c", Model: "nu", By: "x"})
		create(t, s, store.NewCase{ID: "d", Model: "nu", By: "x"})
		stand(t, s, a, "2026-03-01", "h1", "open", store.StandingStep{Step: "mote", Actor: "af", Due: due("2026-03-10"), Time: "soon"}, store.StandingStep{Step: "plan", Actor: "fk", Due: due("2026-03-20"), Time: "ok"})
		stand(t, s, b, "2026-03-01", "h1", "open", store.StandingStep{Step: "mote", Actor: "fk", Time: "ok"})
		if before := stand(t, s, c, "2026-02-28", "h2", "waiting"); before != nil {
			t.Errorf("%+v", before)
		}
		for name, x := range map[string]struct {
			f    store.Filter
			want string
		}{
			"all":                {store.Filter{}, "[B a c d]"},
			"a model":            {store.Filter{Model: "nu"}, "[c d]"},
			"an actor":           {store.Filter{Actor: "fk"}, "[a B]"},
			"an actor's step":    {store.Filter{Actor: "fk", Step: "mote"}, "[B]"},
			"due":                {store.Filter{DueBy: due("2026-03-10")}, "[a]"},
			"due of an actor":    {store.Filter{Actor: "fk", DueBy: due("2026-03-10")}, "[]"},
			"a status":           {store.Filter{Status: "waiting"}, "[c]"},
			"the first two":      {store.Filter{Limit: 2}, "[B a]+"},
			"the next two":       {store.Filter{Limit: 2, After: "a"}, "[c d]"},
			"a state nobody has": {store.Filter{State: store.StateClosed}, "[]"},
		} {
			storetest.In(t, s, func(tx *store.Tx) error {
				cases, next, err := tx.List(store.Everything, casetest.Day(t, "2026-03-01"), x.f)
				ids := []string{}
				for _, c := range cases {
					ids = append(ids, c.ID)
				}
				got := fmt.Sprint(ids)
				if next != "" {
					got += "+"
				}
				if got != x.want {
					t.Errorf("%s: %s, want %s", name, got, x.want)
				}
				return err
			})
		}
		behind := func(on string, hashes ...string) (got string) {
			storetest.In(t, s, func(tx *store.Tx) error {
				ids, err := tx.Behind(casetest.Day(t, on), hashes, "", "", 10)
				got = fmt.Sprint(ids)
				return err
			})
			return got
		}
		for _, x := range []struct{ got, want string }{
			{behind("2026-02-28"), "[d]"},
			{behind("2026-03-01"), "[c d]"},
			{behind("2026-02-27"), "[B a d]"}, // a day may be begun by another's clock, and no more
			{behind("2026-02-28", "h1"), "[c d]"},
			{behind("2026-03-02", "h1", "h2"), "[B a c d]"},
		} {
			if x.got != x.want {
				t.Errorf("%s, want %s", x.got, x.want)
			}
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Record("a", 0, "x", []store.NewEntry{says("f", "1", "2026-01-01")})
			return err
		})
		if got := behind("2026-02-28"); got != "[a d]" {
			t.Errorf("after a change, %s", got)
		}
		// An answer that was made for what the case was before the change is no news of it any more.
		if err := s.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Stand(&store.Standing{Case: "a", Revision: a.Revision, At: casetest.Day(t, "2026-03-02")})
			return err
		}); !errors.Is(err, store.ErrStale) {
			t.Error(err)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			is, err := tx.Standing("B")
			if err == nil && (is.Status != "open" || len(is.Steps) != 1 || is.Steps[0] != store.StandingStep{Step: "mote", Actor: "fk", Time: "ok"}) {
				t.Errorf("%+v", is)
			}
			return err
		})
	})
}

func TestAStoreIsOpenedAgainWithItsKeyAndWithNoOther(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		create(t, s, store.NewCase{ID: "a", Reference: "dnr 1", Model: "m", By: "x", Entries: []store.NewEntry{says("f", "1", "2026-01-01")}})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := d.Open(t)
		if got := facts(t, again, "a", "2026-02-01", time.Time{}); got != `open m@ {"id":"a","facts":{"f":1}}` {
			t.Error(got)
		}
		storetest.In(t, again, func(tx *store.Tx) error { return second(tx.Find("", "dnr 1")) })
		if _, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: storetest.Ring(t)}); !errors.Is(err, store.ErrWrongKey) {
			t.Error(err)
		}
	})
}

func TestFilesThatAnsweredAreKept(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		files := []*diag.Source{diag.NewSource("workflows/å.toml", "x = 1\n"), diag.NewSource("b.toml", "")}
		for range 2 {
			storetest.In(t, s, func(tx *store.Tx) error { return tx.KeepFiles("h", files) })
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			got, err := tx.Files("h")
			if len(got) != 2 || got[0].Name != files[0].Name || got[0].Text != files[0].Text || got[1].Text != "" {
				t.Errorf("%+v", got)
			}
			none, err2 := tx.Files("i")
			if none != nil {
				t.Errorf("%+v", none)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestACaseCanBeClosedMovedAndReopened(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		c := create(t, s, store.NewCase{ID: "a", Model: "m", Version: "1", By: "x"})
		step := func(f func(tx *store.Tx) (*store.Case, error)) time.Time {
			storetest.In(t, s, func(tx *store.Tx) (err error) {
				c, err = f(tx)
				return err
			})
			return c.Changed
		}
		first := c.Changed
		moved := step(func(tx *store.Tx) (*store.Case, error) { return tx.Move("a", c.Revision, "x", "m", "2", "ny version") })
		closed := step(func(tx *store.Tx) (*store.Case, error) { return tx.Close("a", c.Revision, "x", "flyttad") })
		if err := s.InTx(t.Context(), func(tx *store.Tx) error {
			return second(tx.Record("a", 0, "x", []store.NewEntry{says("f", "1", "2026-01-01")}))
		}); !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
		revision := c.Revision
		step(func(tx *store.Tx) (*store.Case, error) { return tx.Close("a", 0, "x", "") })
		if c.Revision != revision {
			t.Error("to close what is closed was a change")
		}
		step(func(tx *store.Tx) (*store.Case, error) { return tx.Reopen("a", c.Revision, "x", "") })
		for _, x := range []struct {
			at   time.Time
			want string
		}{{first, "open m@1"}, {moved, "open m@2"}, {closed, "closed m@2"}, {time.Time{}, "open m@2"}} {
			if got := facts(t, s, "a", "2026-03-01", x.at); got != x.want+` {"id":"a","facts":{}}` {
				t.Errorf("%s, want %s", got, x.want)
			}
		}
	})
}
