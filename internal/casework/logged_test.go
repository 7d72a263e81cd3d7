package casework_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestWhateverIsDoneWithACaseLeavesItsRow is row 41 of the faults: each act leaves one row, which says who, what and why, and one that
// could not be done leaves none.
func TestWhateverIsDoneWithACaseLeavesItsRow(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		service, admin, analyst := asService("k", ""), asRole(access.Administrator), asRole(access.Analyst)
		const id = "a"
		day := casetest.Day(t, "2026-02-01")
		start := []casework.Fact{fact("start", `"2026-02-20"`)}
		covered := map[access.Act]bool{}
		for _, x := range []struct {
			act  access.Act
			who  casework.Who
			do   func() error
			rows string
		}{
			{access.Open, service, func() error { return second(b.Open(ctx, service, "", casework.Opening{ID: id, Model: "m"})) }, "open a casework"},
			{access.Open, service, func() error { return second(b.Open(ctx, service, "k", casework.Opening{ID: "b", Model: "m"})) }, "open b casework"},
			{access.Open, service, func() error { return second(b.Open(ctx, service, "k", casework.Opening{ID: "b", Model: "m"})) }, "again b casework"},
			{access.Record, service, func() error { return second(b.Record(ctx, service, "", id, 0, casework.Change{Facts: start})) }, "record a casework"},
			{access.Next, service, func() error { return second(b.Next(ctx, service, id, casework.Ask{})) }, "next a casework"},
			{access.Next, service, func() error { return second(b.Next(ctx, service, id, casework.Ask{Day: &day, Explain: true})) }, "next a casework"},
			{access.Timeline, service, func() error { return second(b.Timeline(ctx, service, id)) }, "timeline a casework"},
			{access.Invite, service, func() error {
				return second(b.Invite(ctx, service, "", id, 0, []casework.Party{party("af", "x")}, nil))
			}, "invite a casework"},
			{access.Next, asActor("af", "x"), func() error {
				who := asActor("af", "x")
				who.Purpose = access.Insight
				return second(b.Next(ctx, who, id, casework.Ask{}))
			}, "next a insight"},
			{access.List, service, func() error { _, _, err := b.List(ctx, service, store.Filter{}); return err }, "list  casework"},
			{access.List, admin, func() error { _, _, err := b.List(ctx, admin, store.Filter{}); return err }, "list  maintenance"},
			{access.Close, service, func() error { return second(b.Close(ctx, service, "", id, 0, "x")) }, "close a casework"},
			{access.Close, service, func() error { return second(b.Reopen(ctx, service, "", id, 0, "x")) }, "reopen a casework"},
			{access.Move, admin, func() error {
				b.reload(casetest.Models(t, vocabulary, model("1", "2020-01-01", 20), model("2", "2026-02-01", 60)))
				_, _, err := b.Move(ctx, admin, casework.Moving{Model: "m", From: "1", To: "2", DryRun: true})
				return err
			}, "preview a maintenance, preview b maintenance"},
			{access.Move, admin, func() error {
				_, _, err := b.Move(ctx, admin, casework.Moving{Model: "m", From: "1", To: "2", Cases: []string{"a"}})
				return err
			}, "move a maintenance"},
			{access.Figures, analyst, func() error { return second(b.Figures(ctx, analyst)) }, "figures  statistics"},
			{access.Decide, service, func() error {
				return b.Answered(ctx, service, []casework.Answered{{Action: "next", Hash: "h", Asked: []byte("?"), Given: []byte("!")}, {Action: "next", Hash: "h"}})
			}, "next  casework, next  casework"},
			{access.Erase, admin, func() error { return second(b.Erase(ctx, admin, id, 0, "x")) }, "erase a maintenance"},
			{access.Erase, admin, func() error { _, _, err := b.Erasure(ctx, admin, id); return err }, "erasure a maintenance"},
			// What cannot be done.
			{access.Open, service, func() error { return refused(b.Open(ctx, service, "", casework.Opening{ID: "b", Model: "m"})) }, ""},
			{access.Open, admin, func() error { return refused(b.Open(ctx, admin, "", casework.Opening{Model: "m"})) }, ""},
			{access.Record, service, func() error { return refused(b.Record(ctx, service, "", "b", 7, casework.Change{Facts: start})) }, ""},
			{access.Record, service, func() error {
				return refused(b.Record(ctx, service, "", "b", 0, casework.Change{Facts: []casework.Fact{fact("ja", "7")}}))
			}, ""},
			{access.Next, service, func() error { return refused(b.Next(ctx, service, id, casework.Ask{})) }, ""},
			{access.Next, service, func() error { return refused(b.Next(ctx, service, "c", casework.Ask{})) }, ""},
			{access.Next, asActor("af", "y"), func() error { return refused(b.Next(ctx, asActor("af", "y"), "b", casework.Ask{})) }, ""},
			{access.Timeline, analyst, func() error { return refused(b.Timeline(ctx, analyst, "b")) }, ""},
		} {
			before := len(b.logged(t, audit.Filter{}))
			if err := x.do(); err != nil {
				t.Fatalf("%s: %v", x.act, err)
			}
			covered[x.act] = true
			rows := b.logged(t, audit.Filter{})
			if len(rows) < before {
				t.Fatal("rows are gone")
			}
			slices.SortFunc(rows, func(x, y audit.Row) int { return x.At.Compare(y.At)*100 + strings.Compare(x.Case, y.Case) })
			var got []string
			for _, r := range rows[before:] {
				got = append(got, fmt.Sprintf("%s %s %s", r.Action, r.Case, r.Purpose))
				if r.Subject != x.who.Subject {
					t.Errorf("%s: by %s", r.Action, r.Subject)
				}
			}
			if text := strings.Join(got, ", "); text != x.rows {
				t.Errorf("%s leaves %q, want %q", x.act, text, x.rows)
			}
		}
		for _, act := range access.Acts {
			elsewhere := []access.Act{access.Follow, access.Subscribe, access.Audit, access.Keys}
			if !covered[act] && !slices.Contains(elsewhere, act) {
				t.Errorf("nothing shows that %s leaves a row", act)
			}
		}
		if r, err := audit.Verify(ctx, b.store); err != nil || len(r.Faults) > 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func second[A any](_ A, err error) error { return err }

// refused is nil for what failed.
func refused[A any](_ A, err error) error {
	if err == nil {
		return fmt.Errorf("it was done")
	}
	return nil
}

func TestAnAnswerOfWhichNothingIsKeptCanBeShownToHaveBeenGiven(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		asked, given := []byte(`{"facts":{"ja":true}}`), []byte(`{"status":"open"}`)
		if err := b.Answered(t.Context(), asService("k", ""), []casework.Answered{{Action: "next", Hash: "sha256:1", Asked: asked, Given: given}}); err != nil {
			t.Fatal(err)
		}
		rows := b.logged(t, audit.Filter{})
		if len(rows) != 1 || rows[0].Hash != "sha256:1" || rows[0].Case != "" {
			t.Fatalf("%+v", rows)
		}
		told := func(asked, given []byte) string { return hex.EncodeToString(audit.Told(b.store, asked, given)) }
		is := hex.EncodeToString(rows[0].Sealed)
		same(t, is, told(asked, given))
		for _, other := range []string{told(given, asked), told(append(asked, given...), nil), told(asked, append(given, ' ')), fmt.Sprintf("%x", sha256.Sum256(append(asked, given...)))} {
			if is == other {
				t.Error("another question or answer has the same digest")
			}
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			text, err := rows[0].Open(tx)
			if text != nil {
				t.Errorf("%q can be read", text)
			}
			return err
		})
		text, _ := json.Marshal(rows[0].Exported())
		if strings.Contains(string(text), is) {
			t.Error("the digest under the store's key is exported")
		}
	})
}

// TestAnAnswerThatCannotBeLoggedIsNotGiven breaks the log and asks for everything.
func TestAnAnswerThatCannotBeLoggedIsNotGiven(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := context.WithoutCancel(t.Context())
		service := asService("k", "")
		if _, err := b.Open(ctx, service, "k", casework.Opening{ID: "a", Model: "m"}); err != nil {
			t.Fatal(err)
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(ctx, `ALTER TABLE audit RENAME TO gone`)
			return err
		})
		for act, err := range b.acts(t, service, "a") {
			if err == nil {
				t.Errorf("%s is answered", act)
			}
		}
		if a, err := b.Open(ctx, service, "k", casework.Opening{ID: "a", Model: "m"}); err == nil || a != nil {
			t.Error("a request is answered again")
		}
		if list, _, err := b.List(ctx, service, store.Filter{}); err == nil || list != nil {
			t.Error("a list is given")
		}
		if x, err := b.Figures(ctx, asRole(access.Analyst)); err == nil || x != nil {
			t.Error("figures are given")
		}
		if err := b.Answered(ctx, service, []casework.Answered{{Action: "next"}}); err == nil {
			t.Error("an answer of which nothing is kept is given")
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			c, err := tx.Case("a")
			if err == nil && c.Revision != 1 {
				t.Errorf("the case has revision %d", c.Revision)
			}
			return err
		})
	})
}
