package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// does logs that something was done, each in a transaction.
func does(t testing.TB, s *store.Store, actions ...string) {
	t.Helper()
	for _, action := range actions {
		storetest.In(t, s, func(tx *store.Tx) error {
			return audit.Append(tx, audit.Record{Subject: "x", Action: action, Case: "a<&>å"})
		})
	}
}

func exported(t testing.TB, s *store.Store, x audit.Filter) (lines []string) {
	t.Helper()
	if err := audit.Rows(t.Context(), s, x, func(r *audit.Row) error {
		line, err := json.Marshal(r.Exported())
		lines = append(lines, string(line))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return lines
}

// heldTo holds an export to the store: what goes on, and what is wrong.
func heldTo(t testing.TB, s *store.Store, lines []string, heads ...string) (on []string, wrong string) {
	t.Helper()
	var told []string
	storetest.In(t, s, func(tx *store.Tx) error {
		flaws, err := audit.GoesOn(tx, strings.NewReader(strings.Join(lines, "\n")+"\n"), heads, func(r *audit.Row) { on = append(on, r.Action) })
		for _, f := range flaws {
			told = append(told, fmt.Sprintf("line %d, %d.%d-%d %s", f.Line, f.Lane, f.From, f.To, f.What))
		}
		return err
	})
	slices.Sort(on)
	return on, strings.Join(told, "; ")
}

// copied is another store with all that there is in the first, as it is now.
func copied(t testing.TB, from *store.Store, to *store.Store) *store.Store {
	t.Helper()
	var backup bytes.Buffer
	if err := from.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	if err := to.Restore(t.Context(), bytes.NewReader(backup.Bytes()), int64(backup.Len()), nil); err != nil {
		t.Fatal(err)
	}
	return to
}

// withSpare runs the test on a database of every kind, and another, empty one of the kind.
func withSpare(t *testing.T, test func(t *testing.T, live, spare *storetest.Database)) {
	for _, kind := range storetest.Kinds {
		t.Run(kind, func(t *testing.T) {
			live, spare := storetest.Fresh(t, kind), storetest.Fresh(t, kind)
			spare.Ring = live.Ring
			test(t, live, spare)
		})
	}
}

// TestALogGoesOnFromABackup has logs as an operator may have them, and as somebody may have made them.
func TestALogGoesOnFromABackup(t *testing.T) {
	withSpare(t, func(t *testing.T, d, spare *storetest.Database) {
		live := d.Open(t)
		does(t, live, "one", "two", "three")
		s := copied(t, live, spare.Open(t))
		does(t, live, "four")
		early := exported(t, live, audit.Filter{})
		does(t, live, "five", "six")
		head, err := audit.Head(t.Context(), live)
		if err != nil {
			t.Fatal(err)
		}
		all := exported(t, live, audit.Filter{})
		with := func(n int, from, to string) []string {
			out := slices.Clone(all)
			out[n] = strings.Replace(out[n], from, to, 1)
			if out[n] == all[n] {
				t.Fatalf("%s has no %s", all[n], from)
			}
			return out
		}
		late := "; line 0, 2.1-1 late" // with many lanes, others may have had rows between
		if live.Kind() == "sqlite" {
			late = ""
			if on, wrong := heldTo(t, s, all[3:], head); wrong != "" || len(on) != 3 {
				t.Errorf("what joins: %q, goes on with %v", wrong, on)
			}
		}
		for name, c := range map[string]struct {
			lines []string
			head  string
			want  string // what goes on, or what is wrong
		}{
			"all":                   {all, head, "[five four six]"},
			"from before the end":   {all[1:], head, "[five four six]"},
			"from the end":          {all[2:], head, "[five four six]"},
			"one after another":     {slices.Concat(early, all[2:]), head, "[five four six]"},
			"a gap in what it has":  {slices.Delete(slices.Clone(all), 1, 2), head, "[five four six]"},
			"nothing":               {nil, "", "line 1, 0.0-0 alien; line 0, 0.0-0 empty"},
			"from before alone":     {all[:2], "", "line 0, 1.3-3 missing"},
			"from after a gap":      {all[4:], "", "line 1, 1.4-4 missing" + late},
			"a row is left out":     {slices.Delete(slices.Clone(all), 4, 5), "", "line 5, 1.5-5 missing"},
			"another case":          {with(3, `"case":"a`, `"case":"b`), "", "line 4, 1.4-4 changed"},
			"another, by its name":  {with(3, `"digest":`, `"CASE":"b","digest":`), "", "line 4, 1.4-4 changed"},
			"changed before":        {with(0, `"case":"a`, `"case":"b`), "", "line 1, 1.1-1 changed"},
			"another order":         {slices.Concat(all[:4], all[5:], all[4:5]), "", "line 5, 1.5-5 missing"},
			"another number":        {with(5, `"seq":6`, `"seq":9000000000000000000`), "", "line 6, 1.9000000000000000000-9000000000000000000 changed; line 6, 1.6-8999999999999999999 missing"},
			"cut off":               {all[:5], head, "line 0, 1.6-6 missing"},
			"cut off, and not told": {all[:5], "", "[five four]"}, // which nothing in it can show
			"no log":                {append(slices.Clone(all), `{"nothing":1}`), "", "line 7, 0.0-0 alien"},
			"an empty line":         {append(slices.Clone(all), ``), "", "line 7, 0.0-0 alien"},
		} {
			var heads []string
			if c.head != "" {
				heads = append(heads, c.head)
			}
			on, wrong := heldTo(t, s, c.lines, heads...)
			if got := wrong; got != c.want && (got != "" || fmt.Sprint(on) != c.want) {
				t.Errorf("%s: %q, goes on with %v; want %s", name, got, on, c.want)
			}
		}
		// Another store's log, which is whole in itself.
		does(t, s, "other")
		other := exported(t, s, audit.Filter{})
		if _, wrong := heldTo(t, s, all); wrong != "line 4, 1.4-4 replaced" && wrong != "line 4, 1.4-4 replaced; line 5, 1.5-5 unlinked" {
			t.Errorf("after another row: %q", wrong)
		}
		if _, wrong := heldTo(t, live, other, head); wrong != "line 4, 1.4-4 missing" && !strings.Contains(wrong, "missing") {
			t.Errorf("short of where it is: %q", wrong)
		}
	})
}

// TestAnExportOfManyLanesGoesOn has rows in lanes that come and go, and takes any part of them.
func TestAnExportOfManyLanesGoesOn(t *testing.T) {
	withSpare(t, func(t *testing.T, d, spare *storetest.Database) {
		live, s := d.Open(t), spare.Open(t)
		storetest.In(t, live, func(tx *store.Tx) error {
			for lane := 2; lane <= 4; lane++ {
				if _, err := tx.SQL().Exec(`INSERT INTO audit_heads (lane, seq, digest) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING`, lane, make([]byte, 32)); err != nil {
					return err
				}
			}
			return nil
		})
		in := func(lane int, actions ...string) {
			for _, action := range actions {
				storetest.In(t, live, func(tx *store.Tx) error { return audit.AppendTo(tx, lane, audit.Record{Subject: "x", Action: action}) })
			}
		}
		in(2, "a")
		in(1, "b")
		mid := d.Clock()
		in(3, "c")
		in(1, "d")
		copied(t, live, s)
		end := d.Clock()
		in(1, "E")
		in(4, "F")
		after := d.Clock()
		in(3, "G")
		in(1, "H")

		for name, c := range map[string]struct {
			lines []string
			want  string
		}{
			"all":                   {exported(t, live, audit.Filter{}), "[E F G H]"},
			"since before it":       {exported(t, live, audit.Filter{Since: mid}), "[E F G H]"}, // with nothing of lane 2
			"since it":              {exported(t, live, audit.Filter{Since: end}), "line 0, 2.2-2 late"},
			"since after it":        {exported(t, live, audit.Filter{Since: after}), "line 1, 1.3-3 missing; line 0, 2.2-2 late"},
			"until it":              {exported(t, live, audit.Filter{Until: mid}), "line 0, 1.2-2 missing; line 0, 3.1-1 missing"},
			"without the last ones": {exported(t, live, audit.Filter{})[:4], "line 0, 3.1-1 missing"},
		} {
			on, wrong := heldTo(t, s, c.lines)
			if wrong != c.want && (wrong != "" || fmt.Sprint(on) != c.want) {
				t.Errorf("%s: %q, goes on with %v; want %s", name, wrong, on, c.want)
			}
		}
	})
}

// TestNoChangedExportGoesOn changes any byte of an export: it is told, or what goes on is the same.
func TestNoChangedExportGoesOn(t *testing.T) {
	d, spare := storetest.Fresh(t, "sqlite"), storetest.Fresh(t, "sqlite")
	spare.Ring = d.Ring
	live := d.Open(t)
	does(t, live, "one", "two")
	s := copied(t, live, spare.Open(t))
	does(t, live, "three", "four")
	all := strings.Join(exported(t, live, audit.Filter{}), "\n")
	on, _ := heldTo(t, s, []string{all})
	rapid.Check(t, func(r *rapid.T) {
		text := []byte(all)
		n := rapid.IntRange(0, len(text)-1).Draw(r, "byte")
		text[n] ^= 1 << rapid.IntRange(0, 6).Draw(r, "bit")
		if got, wrong := heldTo(t, s, []string{string(text)}); wrong == "" && !slices.Equal(got, on) {
			r.Fatalf("%q goes on with %v", text, got)
		}
	})
}
