package casework_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

// moves are moved cases as text.
func moves(list []casework.Moved, next string, err error) string {
	var out []string
	for _, x := range list {
		text := x.Case
		if x.Before != nil {
			text += fmt.Sprintf(" %s→%s", stood(x.Before), stood(x.After))
		}
		if len(x.Changed) > 0 {
			text += fmt.Sprint(" ", x.Changed)
		}
		for _, f := range x.Faults {
			text += fmt.Sprintf(" %s:%s", f.Fact, f.Code)
		}
		if !x.Moved {
			text += " stays: " + string(x.Left)
		}
		out = append(out, text)
	}
	if next != "" {
		out = append(out, "more after "+next)
	}
	if err != nil {
		out = append(out, err.Error())
	}
	return strings.Join(out, "; ")
}

func stood(s *casework.Stood) string {
	out := "v" + s.Version + " " + s.Status
	for _, x := range s.Steps {
		out += " " + x.Step
		if x.Due != nil {
			out += fmt.Sprintf(" by %s (%s)", x.Due, x.Time)
		}
	}
	return out
}

// TestCasesAreMovedToAnotherVersionAndNoneByItself is row 12 of the faults: it is shown first who would change and how, nothing is
// changed by that, and each that is moved says so in its history, its events and the log.
func TestCasesAreMovedToAnotherVersionAndNoneByItself(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		admin := asRole(access.Administrator)
		due := []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}
		for id, facts := range map[string][]casework.Fact{"a": due, "b": {fact("ja", "false")}, "c": due, "d": due, "e": nil} {
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: id, Model: "m", Facts: facts}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Close(ctx, officer, "", "c", 0, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Erase(ctx, officer, "d", 0, "x"); err != nil {
			t.Fatal(err)
		}
		b.reload(casetest.Models(t, vocabulary, model("1", "2020-01-01", 20), model("2", "2026-02-01", 9)))
		a := casework.Moving{Model: "m", From: "1", To: "2", DryRun: true, Why: "ny lag"}
		wouldBe := "a v1 open mote by 2026-03-12 (ok)→v2 open mote by 2026-03-01 (soon) [due]; b v1 closed→v2 closed; e v1 needs_facts→v2 needs_facts"
		same(t, moves(b.Move(ctx, admin, a)), wouldBe)
		a.Limit = 2
		same(t, moves(b.Move(ctx, admin, a)), wouldBe[:strings.LastIndex(wouldBe, "; ")]+"; more after b")
		a.After = "b"
		same(t, moves(b.Move(ctx, admin, a)), "e v1 needs_facts→v2 needs_facts")
		a.After, a.Limit, a.Cases = "", 0, []string{"x", "a", "d", "c", "a"}
		same(t, moves(b.Move(ctx, admin, a)), "a v1 open mote by 2026-03-12 (ok)→v2 open mote by 2026-03-01 (soon) [due]; c stays: closed; d stays: closed; x stays: unknown")
		same(t, b.became(t, "a"), "case.opened, step.required 2026-03-12")
		got, err := b.Next(ctx, officer, "a", casework.Ask{})
		same(t, told(got, err), "r1 open m@1 on 2026-03-01: open Möte 20 by 2026-03-12 (ok)")

		a.DryRun = false
		same(t, moves(b.Move(ctx, admin, a)), "a v1 open mote by 2026-03-12 (ok)→v2 open mote by 2026-03-01 (soon) [due]; c stays: closed; d stays: closed; x stays: unknown")
		same(t, moves(b.Move(ctx, admin, a)), "a stays: other; c stays: closed; d stays: closed; x stays: unknown")
		got, err = b.Next(ctx, officer, "a", casework.Ask{})
		same(t, told(got, err), "r2 open m@2 on 2026-03-01: open Möte 9 by 2026-03-01 (soon)")
		same(t, b.became(t, "a"), "case.opened, step.required 2026-03-12, step.moved 2026-03-01, step.soon 2026-03-01")
		same(t, b.timeline(t, officer, "a"), `1 opening by fk-7; 2 recording start="2026-02-20" by fk-7; 3 recording ja=true by fk-7; 4 moving by administrator (ny lag)`)
		if rows := b.logged(t, audit.Filter{Case: "a", Subject: "administrator"}); len(rows) != 5 {
			t.Errorf("%d rows", len(rows)) // four times it was looked at, once it was moved
		}
		// All that are left.
		a.Cases, a.Limit = nil, 1
		same(t, moves(b.Move(ctx, admin, a)), "b v1 closed→v2 closed; more after b")
		a.Limit = 0
		same(t, moves(b.Move(ctx, admin, a)), "e v1 needs_facts→v2 needs_facts")
		same(t, moves(b.Move(ctx, admin, a)), "")

		for name, err := range map[string]error{
			"a version that there is none of": second3(b.Move(ctx, admin, casework.Moving{Model: "m", To: "7"})),
			"a model that there is none of":   second3(b.Move(ctx, admin, casework.Moving{Model: "n", To: "2"})),
		} {
			if f := (*casework.Faulty)(nil); !errors.As(err, &f) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := b.Move(ctx, asService("k", ""), a); !errors.Is(err, access.ErrForbidden) {
			t.Error(err)
		}
	})
}

// TestWhatIsMovedIsTold stops moving at every place: each case that was moved is in what is told.
func TestWhatIsMovedIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		admin := asRole(access.Administrator)
		const many = 4
		for i := range many {
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: fmt.Sprint("c", i), Model: "m"}); err != nil {
				t.Fatal(err)
			}
		}
		b.reload(casetest.Models(t, vocabulary, model("1", "2020-01-01", 20), model("2", "2026-02-01", 9)))
		there := casework.Moving{Model: "m", From: "1", To: "2"}
		for stop := 1; ; stop++ {
			if _, _, err := b.Move(ctx, admin, casework.Moving{Model: "m", From: "2", To: "1"}); err != nil {
				t.Fatal(err)
			}
			until, cancel := context.WithCancel(ctx)
			looks := 0
			b.tick = func() {
				if looks++; looks == stop {
					cancel()
				}
			}
			list, next, err := b.Move(until, admin, there)
			b.tick = nil
			over := until.Err() == nil
			cancel()
			for i := range many {
				a, err := b.Next(ctx, officer, fmt.Sprint("c", i), casework.Ask{})
				if err != nil {
					t.Fatal(err)
				}
				if moved := a.Version == "2"; moved != (i < len(list)) {
					t.Fatalf("stopped at look %d: c%d moved: %t; told: %s", stop, i, moved, moves(list, next, err))
				}
			}
			n := len(list)
			switch {
			case over:
				if n != many || next != "" || err != nil || stop <= many {
					t.Fatalf("in one go, stop %d: %s", stop, moves(list, next, err))
				}
				return
			case n == 0 && err == nil, n > 0 && (err != nil || n < many && next != list[n-1].Case):
				t.Fatalf("stopped at look %d: %s", stop, moves(list, next, err))
			}
			rest := there
			rest.After = next
			if list, next, err = b.Move(ctx, admin, rest); len(list) != many-n || next != "" || err != nil {
				t.Fatalf("the rest after look %d: %s", stop, moves(list, next, err))
			}
		}
	})
}

func second3[A, B any](_ A, _ B, err error) error { return err }

func TestACaseWhoseFactsAVersionCannotTakeStaysUnlessToldTo(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		admin := asRole(access.Administrator)
		for id, value := range map[string]string{"a": "true", "b": "null"} {
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: id, Model: "m", Facts: []casework.Fact{fact("ja", value)}}); err != nil {
				t.Fatal(err)
			}
		}
		// Both versions were there for a while; then the vocabulary is another, which the old one is not loaded with any more.
		changed := strings.Replace(vocabulary, `type = "bool"`, `type = "enum"`+"\n"+`values = { nej = "Nej", jo = "Jo" }`, 1)
		next := strings.ReplaceAll(strings.ReplaceAll(model("2", "2026-02-01", 20), `"not ja"`, `"ja == 'nej'"`), `when = "ja"`, `when = "ja == 'jo'"`)
		b.reload(casetest.Models(t, changed, next))
		m := casework.Moving{Model: "m", To: "2", DryRun: true}
		same(t, moves(b.Move(ctx, admin, m)), "a v1 open mote→v2 faulty [status steps] ja:case-enum stays: faulty; b v1 stuck→v2 stuck")
		m.DryRun = false
		same(t, moves(b.Move(ctx, admin, m)), "a v1 open mote→v2 faulty [status steps] ja:case-enum stays: faulty; b v1 stuck→v2 stuck")
		got, err := b.Next(ctx, officer, "a", casework.Ask{})
		same(t, told(got, err), "r1 open m@1 on 2026-03-01: open Möte 20")
		m.Faulty = true
		same(t, moves(b.Move(ctx, admin, m)), "a v1 open mote→v2 faulty [status steps] ja:case-enum")
		got, err = b.Next(ctx, officer, "a", casework.Ask{})
		same(t, told(got, err), "r2 open m@2, no answer")
		same(t, b.became(t, "a"), "case.opened, step.required, case.faulty, step.passed")
		got, err = b.Record(ctx, officer, "", "a", 2, casework.Change{Correct: map[int64]casework.Fact{2: fact("", `"jo"`)}})
		same(t, told(got, err), "r3 open m@2 on 2026-03-01: open Möte 20")
		list, _, err := b.List(ctx, officer, store.Filter{Version: "2"})
		if err != nil || len(list) != 2 {
			t.Error(list, err)
		}
	})
}
