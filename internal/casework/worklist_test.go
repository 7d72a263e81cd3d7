package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

// listed is a list as text.
func (b *bench) listed(t *testing.T, f store.Filter) string {
	t.Helper()
	list, next, err := b.List(t.Context(), officer, f)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, x := range list {
		text := x.ID
		for _, s := range x.Standing.Steps {
			text += " " + s.Time
		}
		out = append(out, text)
	}
	if next != "" {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

// TestAWorklistIsRightTodayBeforeAnybodyHasLooked lets the day change, and nothing else happen.
func TestAWorklistIsRightTodayBeforeAnybodyHasLooked(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		open := func(id, start string) {
			t.Helper()
			facts := []casework.Fact{fact("ja", "true")}
			if start != "" {
				facts = append(facts, fact("start", `"`+start+`"`))
			}
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: id, Reference: "dnr " + id, Model: "m", Facts: facts}); err != nil {
				t.Fatal(err)
			}
		}
		open("d", "2026-02-20") // due on 12 March, soon from the 8th on
		open("c", "2026-02-26") // due on 18 March, soon from the 14th on
		open("b", "")           // not due
		open("a", "2026-02-10") // due on 2 March
		open("e", "2026-02-20")
		open("f", "2026-01-01")
		if _, err := b.Close(ctx, officer, "", "f", 0, ""); err != nil {
			t.Fatal(err)
		}
		af := store.Filter{Actor: "af"}
		same(t, b.listed(t, af), "a soon, d ok, e ok, c ok, b ok")
		b.on(t, "2026-03-07")
		same(t, b.listed(t, af), "a late, d ok, e ok, c ok, b ok")
		b.on(t, "2026-03-08")
		same(t, b.listed(t, af), "a late, d soon, e soon, c ok, b ok")
		b.on(t, "2026-03-13")
		same(t, b.listed(t, af), "a late, d late, e late, c ok, b ok")
		b.on(t, "2026-03-14")
		day := casetest.Day(t, "2026-03-12")
		for name, x := range map[string]struct {
			f    store.Filter
			want string
		}{
			"late":               {store.Filter{Time: interpreter.Late}, "a late, d late, e late"},
			"soon":               {store.Filter{Time: interpreter.Soon}, "c soon"},
			"in time":            {store.Filter{Time: interpreter.OK}, "b ok"},
			"no such time":       {store.Filter{Time: "tomorrow"}, ""},
			"late of a step":     {store.Filter{Step: "mote", Time: interpreter.Late, Limit: 2}, "a late, d late, …"},
			"due by":             {store.Filter{DueBy: &day}, "a late, d late, e late"},
			"by id":              {store.Filter{}, "a late, b ok, c soon, d late, e late"},
			"urgent":             {store.Filter{Urgent: true, Limit: 4}, "a late, d late, e late, c soon, …"},
			"by another's name":  {store.Filter{Reference: "dnr c"}, "c soon"},
			"by no name":         {store.Filter{Reference: "c"}, ""},
			"closed":             {store.Filter{State: store.StateClosed}, "f"},
			"closed, of a model": {store.Filter{State: store.StateClosed, Model: "m", Status: "open"}, "f"},
			"erased":             {store.Filter{State: store.StateErased}, ""},
			"another actor":      {store.Filter{Actor: "fk"}, ""},
			"a bad place":        {store.Filter{Actor: "af", After: "x"}, store.ErrPlace.Error()},
		} {
			if got := b.listed(t, x.f); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
	})
}

// TestAListIsWholeHoweverItIsPaged lists random cases by random pages, as each of several parties.
func TestAListIsWholeHoweverItIsPaged(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		b := newBench(t, d, casetest.Models(t, vocabulary, model("1", "2020-01-01", 20)))
		today := casetest.Day(t, "2026-03-01")
		type kept struct {
			id      string
			parties []store.Party
			steps   []store.StandingStep
			open    bool
		}
		var all []kept
		rapid.Check(t, func(rt *rapid.T) {
			// More and more cases, so that there are ties, and few databases.
			for range rapid.IntRange(0, 3).Draw(rt, "new") {
				k := kept{id: fmt.Sprintf("c%d-%d", rapid.IntRange(0, 9).Draw(rt, "id"), len(all)), open: rapid.IntRange(0, 4).Draw(rt, "closed") > 0}
				for _, p := range []store.Party{{Actor: "", Party: "o"}, {Actor: "af", Party: "x"}, {Actor: "fk", Party: "x"}, {Actor: "af", Party: "y"}} {
					if rapid.Bool().Draw(rt, "party") {
						k.parties = append(k.parties, p)
					}
				}
				for i := range rapid.IntRange(0, 3).Draw(rt, "steps") {
					x := store.StandingStep{Step: fmt.Sprint("s", i), Actor: rapid.SampledFrom([]string{"af", "fk"}).Draw(rt, "actor"), Time: "ok"}
					if rapid.Bool().Draw(rt, "due") {
						due := today + calendar.Day(rapid.IntRange(-3, 6).Draw(rt, "day"))
						soon := due - 2
						x.Due, x.SoonFrom = &due, &soon
					}
					k.steps = append(k.steps, x)
				}
				storetest.In(t, b.store, func(tx *store.Tx) error {
					c, err := tx.Create(store.NewCase{ID: k.id, Model: "m", Version: "1", Parties: k.parties})
					if err != nil {
						return err
					}
					s := &store.Standing{Case: k.id, Revision: 1, At: today, Status: "open", Steps: k.steps}
					for _, x := range k.steps {
						if x.Due != nil && (s.Due == nil || *x.Due < *s.Due) {
							s.Due = x.Due
						}
					}
					if _, err := tx.Stand(s); err != nil || k.open {
						return err
					}
					_, err = tx.Close(c.ID, 0, "x", "")
					return err
				})
				all = append(all, k)
			}
			r := rapid.SampledFrom([]store.Reach{store.Everything, {}, {Party: "o"}, {Party: "x"}, {Party: "x", Actor: "af"}, {Party: "z"}}).Draw(rt, "reach")
			f := store.Filter{
				Actor: rapid.SampledFrom([]string{"", "af", "fk"}).Draw(rt, "of"), Step: rapid.SampledFrom([]string{"", "s0", "s1"}).Draw(rt, "step"),
				Time:   interpreter.Lateness(rapid.SampledFrom([]string{"", "ok", "soon", "late"}).Draw(rt, "time")),
				Urgent: rapid.Bool().Draw(rt, "urgent"), State: store.StateOpen, Limit: rapid.IntRange(1, 7).Draw(rt, "limit"),
			}
			// What should be listed, by the words of the filter.
			const never = 1 << 30
			type line struct {
				due calendar.Day
				id  string
			}
			var want []line
			ofStep := f.Actor != "" || f.Step != "" || f.Time != ""
			for _, k := range all {
				reached := r.All || slices.ContainsFunc(k.parties, func(p store.Party) bool {
					return p.Party == r.Party && (r.Actor == "" || p.Actor == r.Actor) && r.Party != ""
				})
				if !reached || !k.open {
					continue
				}
				due, has := calendar.Day(never), false
				for _, x := range k.steps {
					if f.Actor != "" && x.Actor != f.Actor || f.Step != "" && x.Step != f.Step || f.Time != "" && x.On(today) != f.Time {
						continue
					}
					if has = true; x.Due != nil {
						due = min(due, *x.Due)
					}
				}
				if has || !ofStep {
					want = append(want, line{due, k.id})
				}
			}
			slices.SortFunc(want, func(a, b line) int {
				if (ofStep || f.Urgent) && a.due != b.due {
					return int(a.due) - int(b.due)
				}
				return strings.Compare(a.id, b.id)
			})
			var got []string
			for {
				var list []store.Listed
				if err := b.store.View(t.Context(), func(tx *store.Tx) (err error) {
					list, f.After, err = tx.List(r, today, f)
					return err
				}); err != nil {
					rt.Fatal(err)
				}
				for _, x := range list {
					got = append(got, x.ID)
				}
				if f.After == "" {
					break
				}
				if len(list) != f.Limit {
					rt.Fatalf("a page of %d, and more", len(list))
				}
			}
			var ids []string
			for _, l := range want {
				ids = append(ids, l.id)
			}
			if !slices.Equal(got, ids) {
				rt.Fatalf("%+v of %+v\ngot  %v\nwant %v", f, r, got, ids)
			}
		})
	})
}

// TestNoNumberThatIsWithheldCanBeReckoned looks for every way in which the cases could be counted so that the same is told.
func TestNoNumberThatIsWithheldCanBeReckoned(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		small := rapid.OneOf(rapid.Int64Range(1, 7), rapid.Int64Range(1, 40))
		var cases []store.CasesLike
		for _, state := range []store.State{store.StateOpen, store.StateClosed} {
			for _, status := range []string{"waiting", "closed"} {
				for _, outcome := range []string{"a", "b"} {
					if (status == "closed" || outcome == "a") && rapid.Bool().Draw(rt, "there") {
						if status != "closed" {
							outcome = ""
						}
						cases = append(cases, store.CasesLike{Model: "m", Version: "1", State: state, Status: status, Outcome: outcome, Cases: small.Draw(rt, "n")})
					}
				}
			}
		}
		x := casework.FiguresOf(cases, nil)
		// The leaves, and every sum that is told of some of them.
		var leaves []*int64
		var truth []int64
		sums := map[*int64][]int{}
		for _, m := range x.Models {
			for _, v := range m.Versions {
				for _, s := range v.States {
					for _, u := range s.Statuses {
						from := len(leaves)
						for _, o := range u.Outcomes {
							leaves = append(leaves, o.Cases)
						}
						if len(u.Outcomes) == 0 {
							leaves = append(leaves, u.Cases)
						}
						for i := from; i < len(leaves); i++ {
							for _, sum := range []*int64{x.Cases, m.Cases, v.Cases, s.Cases, u.Cases} {
								if sum != nil {
									sums[sum] = append(sums[sum], i)
								}
							}
						}
					}
				}
			}
		}
		for _, c := range cases {
			truth = append(truth, c.Cases)
		}
		if len(leaves) != len(truth) {
			rt.Fatalf("%d leaves of %d", len(leaves), len(truth))
		}
		for i, n := range leaves {
			if n != nil && *n != truth[i] || n == nil && truth[i] >= casework.Least {
				rt.Fatalf("leaf %d: %v told of %d", i, n, truth[i])
			}
		}
		// Every withheld number is below Least, as everybody knows; and that must be all that is known.
		var hidden []int
		for i, n := range leaves {
			if n == nil {
				hidden = append(hidden, i)
			}
		}
		could := make([]map[int64]bool, len(hidden))
		for i := range could {
			could[i] = map[int64]bool{}
		}
		guess := make([]int64, len(leaves))
		var try func(at int)
		try = func(at int) {
			if at < len(hidden) {
				for guess[hidden[at]] = 1; guess[hidden[at]] < casework.Least; guess[hidden[at]]++ {
					try(at + 1)
				}
				return
			}
			for sum, of := range sums {
				n := int64(0)
				for _, i := range of {
					if n += guess[i]; leaves[i] != nil {
						n += *leaves[i]
					}
				}
				if n != *sum {
					return
				}
			}
			for k, i := range hidden {
				could[k][guess[i]] = true
			}
		}
		try(0)
		for k, i := range hidden {
			if len(could[k]) < casework.Least-1 {
				rt.Fatalf("leaf %d, which is %d, can be no more than %v: %+v", i, truth[i], could[k], cases)
			}
		}
	})
}

// TestNoStepThatIsWithheldCanBeReckoned reckons with what somebody can know: that in each open case one step is required.
func TestNoStepThatIsWithheldCanBeReckoned(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var steps []store.StepsLike
		var sum int64
		for _, step := range []string{"a", "b", "c"} {
			for _, time := range []interpreter.Lateness{"late", "ok", "soon"} {
				if rapid.Bool().Draw(rt, "there") {
					n := rapid.OneOf(rapid.Int64Range(1, 7), rapid.Int64Range(1, 40)).Draw(rt, "n")
					steps = append(steps, store.StepsLike{Model: "m", Version: "1", Step: step, Actor: "af", Time: time, Cases: n})
					sum += n
				}
			}
		}
		if len(steps) == 0 {
			return
		}
		x := casework.FiguresOf([]store.CasesLike{{Model: "m", Version: "1", State: store.StateOpen, Status: "open", Cases: sum}}, steps)
		v := x.Models[0].Versions[0]
		leaf := 0
		left, k := sum, int64(0) // in steps that are withheld
		for _, s := range v.Steps {
			of, n, whole := int64(0), int64(0), int64(0)
			for _, u := range s.Times {
				truth := steps[leaf].Cases
				leaf++
				whole += truth
				switch {
				case u.Cases == nil:
					of, n = of+truth, n+1
				case *u.Cases != truth || truth < casework.Least || s.Cases == nil:
					rt.Fatalf("%d of %d is told", *u.Cases, truth)
				}
			}
			if s.Cases == nil {
				k += n
				continue
			}
			left -= whole
			if *s.Cases != whole || n > 0 && (n < 2 || of-(n-1) < casework.Least) {
				rt.Fatalf("step %s of %d: %d in %d can be reckoned: %+v", s.Step, whole, of, n, steps)
			}
		}
		told := v.States[0].Statuses[0].Cases != nil
		if told && k > 0 && (k < 2 || left-(k-1) < casework.Least) {
			rt.Fatalf("%d in %d can be reckoned: %+v", left, k, steps)
		}
	})
}

func TestFiguresCountCasesAndTellNoFewOfThem(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for i := range 14 {
			facts := []casework.Fact{fact("ja", "true"), fact("start", `"2026-02-20"`)}
			switch {
			case i < 6:
				facts = []casework.Fact{fact("ja", "false")}
			case i < 8:
				facts = nil
			}
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: fmt.Sprintf("c%02d", i), Model: "m", Facts: facts}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Close(ctx, officer, "", "c00", 0, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Erase(ctx, officer, "c01", 0, "x"); err != nil {
			t.Fatal(err)
		}
		b.on(t, "2026-03-13")
		x, err := b.Figures(ctx, asRole(access.Analyst))
		if err != nil {
			t.Fatal(err)
		}
		n := func(n *int64) string {
			if n == nil {
				return "?"
			}
			return fmt.Sprint(*n)
		}
		var out []string
		for _, m := range x.Models {
			out = append(out, fmt.Sprint(m.Model, " ", n(m.Cases)))
			for _, v := range m.Versions {
				for _, s := range v.States {
					out = append(out, fmt.Sprint(s.State, " ", n(s.Cases)))
					for _, u := range s.Statuses {
						text := fmt.Sprint(u.Status, " ", n(u.Cases))
						for _, o := range u.Outcomes {
							text += fmt.Sprint(" ", o.Outcome, " ", n(o.Cases))
						}
						out = append(out, text)
					}
				}
				for _, s := range v.Steps {
					text := fmt.Sprint(s.Step, " of ", s.Actor, " ", n(s.Cases))
					for _, u := range s.Times {
						text += fmt.Sprint(" ", u.Time, " ", n(u.Cases))
					}
					out = append(out, text)
				}
			}
		}
		// 13 are left: one closed, and of those open 4 ended, 2 ask for a fact and 6 have a step. Who reckons with the sum knows no more
		// than that the three that are withheld are 7 together.
		same(t, strings.Join(out, "; "), "m 13; closed ?; closed ? nej ?; open ?; closed ? nej ?; needs_facts ?; open 6; mote of af 6 late 6")
		if _, err := b.Figures(ctx, asService("k", "")); !errors.Is(err, access.ErrForbidden) {
			t.Error(err)
		}
	})
}
