package casework_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

// In a case that somebody has closed nothing is to be done, whoever asks and in whichever way: it stands as it did then, whatever the
// time and the files do after it. What the model would say on a day is told to those who name one.
func TestACaseThatIsClosedHasNothingToBeDone(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		_, err := b.Open(ctx, officer, "", casework.Opening{ID: "a", Model: "m", Facts: []casework.Fact{fact("ja", "true"), fact("start", `"2026-02-20"`)}})
		if err != nil {
			t.Fatal(err)
		}
		b.on(t, "2026-03-13") // nobody has looked at the case since
		const closed = "r2 closed m@1 on 2026-03-13: open"
		a, err := b.Close(ctx, officer, "", "a", 1, "flyttat")
		same(t, told(a, err), closed)
		at := b.clock()
		same(t, b.became(t, "a"), "case.opened, step.required 2026-03-12, step.late 2026-03-12, step.passed 2026-03-12")

		b.on(t, "2026-06-01")
		b.reload(casetest.Models(t, vocabulary, model("1", "2020-01-01", 60)))
		day := casetest.Day(t, "2026-06-01")
		for name, x := range map[string]struct {
			ask  casework.Ask
			want string
		}{
			"now":                   {casework.Ask{}, closed},
			"with reasons":          {casework.Ask{Explain: true}, closed},
			"as was known":          {casework.Ask{Known: &at}, closed},
			"on a day":              {casework.Ask{Day: &day}, "r2 closed m@1 on 2026-06-01: open Möte 60 by 2026-04-21 (late)"},
			"on a day, with it all": {casework.Ask{Day: &day, Known: &at}, "r2 closed m@1 on 2026-06-01: open Möte 20 by 2026-03-12 (late)"},
		} {
			a, err := b.Next(ctx, officer, "a", x.ask)
			if got := told(a, err); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
		list, _, err := b.List(ctx, officer, store.Filter{State: store.StateClosed})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		s := list[0].Standing
		same(t, fmt.Sprint(s.Status, " ", s.At, " ", len(s.Steps), " ", s.Due), "open 2026-03-13 0 <nil>")

		a, err = b.Reopen(ctx, officer, "", "a", 2, "tillbaka")
		same(t, told(a, err), "r3 open m@1 on 2026-06-01: open Möte 60 by 2026-04-21 (late)")
		later := b.clock().Add(time.Minute)
		a, err = b.Next(ctx, officer, "a", casework.Ask{Known: &at})
		same(t, told(a, err), "r3 closed m@1 on 2026-03-13: open")
		a, err = b.Next(ctx, officer, "a", casework.Ask{Known: &later})
		same(t, told(a, err), "r3 open m@1 on 2026-06-01: open Möte 60 by 2026-04-21 (late)")
	})
}

// A reason is kept or refused, and what was done already can be asked for again.
func TestNoReasonIsDropped(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		if _, err := b.Open(ctx, officer, "", casework.Opening{ID: "a", Model: "m"}); err != nil {
			t.Fatal(err)
		}
		for i, x := range []struct {
			open bool
			why  string
			want error
		}{
			{true, "", nil}, {true, "öppna", store.ErrOpen}, {false, "flyttat", nil}, {false, "flyttat", nil}, {false, "", nil}, {false, "avlidit", store.ErrClosed},
			{true, "tillbaka", nil}, {true, "tillbaka", nil}, {true, "flyttat", store.ErrOpen}, {false, "", nil}, {false, "flyttat", store.ErrClosed},
		} {
			turn := b.Close
			if x.open {
				turn = b.Reopen
			}
			if _, err := turn(ctx, officer, "", "a", 0, x.why); !errors.Is(err, x.want) {
				t.Errorf("%d: %v, want %v", i, err, x.want)
			}
		}
		entries, err := b.Timeline(ctx, officer, "a")
		var got []string
		for _, e := range entries {
			got = append(got, fmt.Sprint(e.Kind, " ", e.Note))
		}
		same(t, fmt.Sprintf("%q %v", got, err), `["opening " "closing flyttat" "reopening tillbaka" "closing "] <nil>`)
	})
}
