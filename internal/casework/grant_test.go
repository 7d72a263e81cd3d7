package casework_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// An actor that sees whether the person consents does not thereby say so: what it may see would be for itself to decide.
func TestNoActorGivesItselfTheConsentOfThePerson(t *testing.T) {
	seen := strings.Replace(closed, `seen_by = ["individ"]`, `seen_by = ["individ", "af"]`, 1)
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		b := newBench(t, d, casetest.Models(t, seen))
		ctx := t.Context()
		af, person := asActor("af", "af-1"), asActor("individ", "p-1")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1"), party("individ", "p-1")},
			Facts: []casework.Fact{fact("diagnos", `"M54"`), fact("samtycke", "true"), fact("plan", "null")}})
		if err != nil {
			t.Fatal(err)
		}
		// Consent is given as entry 3, and what stood in place of it is taken for a mistake: it was about the plan.
		if _, err := b.Record(ctx, officer, "", a.ID, 0, casework.Change{Correct: map[int64]casework.Fact{3: fact("plan", "null")}}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Record(ctx, person, "", a.ID, 0, casework.Change{Facts: []casework.Fact{fact("samtycke", "false")}}); err != nil {
			t.Fatal(err)
		}
		for name, x := range map[string]casework.Change{
			"records it":                                {Facts: []casework.Fact{fact("samtycke", "true")}},
			"says that nobody knows":                    {Facts: []casework.Fact{fact("samtycke", "null")}},
			"corrects it":                               {Correct: map[int64]casework.Fact{6: fact("", "true")}},
			"has it be about another fact":              {Correct: map[int64]casework.Fact{6: fact("plan", "null")}},
			"has another be about it":                   {Correct: map[int64]casework.Fact{4: fact("samtycke", "true")}},
			"takes a no back":                           {Withdraw: []int64{6}},
			"takes back what was put in place of a yes": {Withdraw: []int64{5}},
		} {
			var faulty *casework.Faulty
			if _, err := b.Record(ctx, af, "", a.ID, 0, x); !errors.As(err, &faulty) && !errors.Is(err, access.ErrForbidden) {
				t.Errorf("an actor that sees consent %s: %v", name, err)
			}
			if text := b.timeline(t, af, a.ID); strings.Contains(text, "M54") {
				t.Fatalf("an actor that sees consent %s, and then sees %s", name, text)
			}
		}
		if _, err := b.Record(ctx, person, "", a.ID, 0, casework.Change{Withdraw: []int64{6}}); err != nil {
			t.Errorf("the person takes it back: %v", err)
		}
	})
}

// What an entry says that is not seen is not to be found out by taking it back.
func TestAnEntryThatIsNotSeenIsNoneToCorrect(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		af := asActor("af", "af-1")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1")}, Facts: []casework.Fact{fact("diagnos", `"M54"`)}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Record(ctx, officer, "", a.ID, 0, casework.Change{Correct: map[int64]casework.Fact{2: fact("plan", "null")}}); err != nil {
			t.Fatal(err)
		}
		same(t, b.timeline(t, af, a.ID), "1 opening by fk-7 af:af-1; 2 recording; 3 correction")
		for _, x := range []casework.Change{{Withdraw: []int64{3}}, {Correct: map[int64]casework.Fact{3: fact("plan", `"2026-02-01"`)}}} {
			if _, err := b.Record(ctx, af, "", a.ID, 0, x); !errors.Is(err, store.ErrNoEntry) {
				t.Errorf("%+v: %v", x, err)
			}
		}
	})
}

// Row 36 of the faults: an answer that was given while the person consented is not given again after.
func TestWhatIsAnsweredAgainIsWhatMayBeSeenNow_FAULTS36(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		af, person := asActor("af", "af-1"), asActor("individ", "p-1")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1"), party("individ", "p-1")},
			Facts: []casework.Fact{fact("diagnos", `"M54"`), fact("samtycke", "true")}})
		if err != nil {
			t.Fatal(err)
		}
		ask := func() string {
			t.Helper()
			x, err := b.Record(ctx, af, "k", a.ID, 0, casework.Change{Facts: []casework.Fact{fact("plan", "null")}})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(x)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		open := ask()
		same(t, ask(), open)
		if !strings.Contains(open, `"svar"`) || !strings.Contains(open, "Vad svarade") {
			t.Fatalf("with consent it is not told what is missing: %s", open)
		}
		consent := func(value string) {
			t.Helper()
			if _, err := b.Record(ctx, person, "", a.ID, 0, casework.Change{Facts: []casework.Fact{fact("samtycke", value)}}); err != nil {
				t.Fatal(err)
			}
		}
		consent("false")
		now, err := b.Next(ctx, af, a.ID, casework.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(now.Decision)
		if again := ask(); again == open || !strings.Contains(again, string(text)) {
			t.Errorf("without consent it is answered again\n%s, not\n%s", again, text)
		}
		consent("true")
		same(t, ask(), open)
	})
}

// Row 40 of the faults: what is looked for in the log is not a case for being looked for.
func TestAPersonalNumberThatIsLookedForInTheLogIsNotPutThere_FAULTS40(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		auditor := asRole(access.Auditor)
		for _, id := range []string{"19121212-1212", "a sentence", "c-1"} {
			if err := b.Audit(t.Context(), auditor, audit.Filter{Case: id}, func(*audit.Row) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		var told []string
		for _, r := range b.logged(t, audit.Filter{Subject: "auditor"}) {
			told = append(told, r.Action+" "+r.Case)
		}
		same(t, strings.Join(told, "; "), "audit?case=%3F ; audit?case=%3F ; audit c-1")
	})
}
