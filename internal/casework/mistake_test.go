package casework_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// faultsOf is what a change was told, each fault with what it says; "" where it was made.
func faultsOf(err error) string {
	var f *casework.Faulty
	if err == nil {
		return ""
	}
	if !errors.As(err, &f) {
		return err.Error()
	}
	var out []string
	for _, x := range f.Faults {
		out = append(out, x.Code+": "+x.Message(lang.EN))
	}
	return strings.Join(out, "; ")
}

func correct(seq int64, f casework.Fact) casework.Change {
	return casework.Change{Correct: map[int64]casework.Fact{seq: f}}
}

func withdraw(seq ...int64) casework.Change { return casework.Change{Withdraw: seq} }

// openedWith opens a case with the facts as its entries from the second on, and returns its id.
func (b *bench) openedWith(t *testing.T, facts ...casework.Fact) string {
	t.Helper()
	a, err := b.Open(t.Context(), officer, "", casework.Opening{Model: "m", Facts: facts})
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// status is how a case stood on a day; as was known at a moment, where there is one.
func (b *bench) status(t *testing.T, id, day string, known time.Time) string {
	t.Helper()
	on := casetest.Day(t, day)
	ask := casework.Ask{Day: &on}
	if !known.IsZero() {
		ask.Known = &known
	}
	a, err := b.Next(t.Context(), officer, id, ask)
	return strings.SplitN(told(a, err), ": ", 2)[1]
}

// Two corrections of one entry would both count, and the one that was not seen would go on deciding.
func TestWhatIsSetAsideIsNotSetAsideAgain(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		id := b.openedWith(t, held(t, "ja", "true", "2026-01-01"))
		record := func(x casework.Change) string {
			_, err := b.Record(t.Context(), officer, "", id, 0, x)
			return faultsOf(err)
		}
		same(t, record(correct(2, held(t, "", "false", "2026-02-01"))), "")
		const replaced = "kept-entry-aside: the entry 2 no longer counts: entry 3 stands in its place"
		same(t, record(correct(2, held(t, "", "true", "2026-01-01"))), replaced)
		same(t, record(withdraw(2)), replaced)
		same(t, b.status(t, id, "2026-02-15", time.Time{}), "closed nej")
		// What stands in its place can be corrected in turn, and what stands there then is what is told of.
		same(t, record(correct(3, fact("", "null"))), "")
		same(t, record(withdraw(2)), strings.Replace(replaced, "entry 3", "entry 4", 1))
		same(t, record(withdraw(4)), "")
		const withdrawn = "kept-entry-aside: the entry %d no longer counts: entry 5 withdrew it"
		for _, seq := range []int64{2, 3, 4} {
			same(t, record(withdraw(seq)), fmt.Sprintf(withdrawn, seq)) // twice the same
			same(t, record(correct(seq, fact("", "true"))), fmt.Sprintf(withdrawn, seq))
		}
		// All that is wrong is told at once, and nothing of it is done.
		same(t, record(casework.Change{Facts: []casework.Fact{fact("jaa", "true")}, Correct: map[int64]casework.Fact{2: fact("", "1"), 99: fact("mote", "true")}, Withdraw: []int64{3, 98, 1}}),
			"case-unknown-fact: the model `m` has no fact called `jaa`; "+fmt.Sprintf(withdrawn, 2)+"; case-bool: the fact `ja` must be yes or no; "+
				"kept-unknown-entry: the case has no such entry that says a fact; case-day: the fact `mote` must be a day; "+fmt.Sprintf(withdrawn, 3)+
				"; kept-unknown-entry: the case has no such entry that says a fact; kept-unknown-entry: the case has no such entry that says a fact")
		same(t, b.timeline(t, officer, id), "1 opening by fk-7; 2 recording ja=true by fk-7; 3 correction ja=false by fk-7; 4 correction ja=null by fk-7; 5 withdrawal by fk-7")
		// That there is no such entry is an error of its own where nothing else is wrong.
		for _, x := range []casework.Change{correct(99, fact("ja", "true")), withdraw(99), {Withdraw: []int64{99, 1}}} {
			if _, err := b.Record(t.Context(), officer, "", id, 0, x); !errors.Is(err, store.ErrNoEntry) {
				t.Errorf("%+v: %v", x, err)
			}
		}
		if _, err := b.Record(t.Context(), officer, "", id, 0, casework.Change{Facts: []casework.Fact{fact("jaa", "true")}, Withdraw: []int64{99}}); errors.Is(err, store.ErrNoEntry) {
			t.Error("more is wrong than that there is no such entry")
		}
	})
}

// To withdraw a correction brings nothing back: what it stood in place of was a mistake, and nobody has said otherwise. The fact is
// unknown and asked for. As it was known before, it was as it was told then.
func TestWithdrawingACorrectionLeavesTheFactUnknown(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		id := b.openedWith(t, fact("start", `"2026-02-20"`), held(t, "ja", "true", "2026-01-01"))
		then := map[string]time.Time{}
		change := func(name string, x casework.Change) {
			t.Helper()
			a, err := b.Record(ctx, officer, "", id, 0, x)
			if err != nil {
				t.Fatal(name, err)
			}
			then[name] = a.Changed
		}
		a, err := b.Next(ctx, officer, id, casework.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		then["said"] = a.Changed
		change("corrected", correct(3, fact("", "false")))
		change("withdrawn", withdraw(4))
		now := b.status(t, id, "2026-03-01", time.Time{})
		same(t, now, "needs_facts")
		change("said again", casework.Change{Facts: []casework.Fact{held(t, "ja", "true", "2026-01-01")}})
		open := "open Möte 20 by 2026-03-12 (ok)"
		for name, want := range map[string]string{"said": open, "corrected": "closed nej", "withdrawn": "needs_facts", "said again": open} {
			same(t, name+" "+b.status(t, id, "2026-03-01", then[name]), name+" "+want)
		}
		same(t, b.status(t, id, "2026-03-01", time.Time{}), open)
	})
}

// Of two that correct one entry at the same moment one is told that the other was there first.
func TestTwoThatCorrectAnEntryAtOnceDoNotBothDoIt(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		for round := range 5 {
			id := b.openedWith(t, held(t, "ja", "true", "2026-01-01"))
			var wg sync.WaitGroup
			told := make([]string, 6)
			for i := range told {
				wg.Go(func() {
					x := withdraw(2)
					if i%2 == 0 {
						x = correct(2, fact("", "false"))
					}
					_, err := b.Record(t.Context(), officer, "", id, 0, x)
					told[i] = faultsOf(err)
				})
			}
			wg.Wait()
			done := 0
			for _, text := range told {
				if text == "" {
					done++
				} else if !strings.HasPrefix(text, "kept-entry-aside: the entry 2 no longer counts: entry 3 ") {
					t.Error(text)
				}
			}
			if list, err := b.Timeline(t.Context(), officer, id); done != 1 || err != nil || len(list) != 3 {
				t.Fatalf("round %d: done %d times, %d entries, %v", round, done, len(list), err)
			}
		}
	})
}

// A request that comes again gets its first answer, also where by then the entry is set aside: by itself, or by others.
func TestACorrectionThatComesAgainIsAnsweredAlike(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		id := b.openedWith(t, held(t, "ja", "true", "2026-01-01"))
		ask := func(key string, x casework.Change) string {
			t.Helper()
			a, err := b.Record(ctx, officer, key, id, 0, x)
			if err != nil {
				t.Fatal(key, err)
			}
			text, _ := json.Marshal(a)
			return string(text)
		}
		first := ask("k", correct(2, fact("", "false")))
		same(t, ask("k", correct(2, fact("", "false"))), first)
		second := ask("l", withdraw(3))
		same(t, ask("k", correct(2, fact("", "false"))), first)
		same(t, ask("l", withdraw(3)), second)
	})
}

// A case in which an entry was corrected twice, and withdrawn twice, when that was not refused is read as it was, and can be mended.
func TestWhatWasSetAsideTwiceIsReadAsBefore(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		id := b.openedWith(t, held(t, "ja", "true", "2026-01-01"))
		put := func(kind store.Kind, refers int64, value, on string) {
			e := store.NewEntry{Kind: kind, Refers: refers}
			if kind == store.Correction {
				e.Fact, e.Value, e.Held = "ja", json.RawMessage(value), casetest.Day(t, on)
			}
			storetest.In(t, b.store, func(tx *store.Tx) error {
				_, err := tx.Record(id, 0, "x", []store.NewEntry{e})
				return err
			})
		}
		put(store.Correction, 2, "false", "2026-02-01")
		put(store.Correction, 2, "true", "2026-01-01")
		put(store.Withdrawal, 2, "", "")
		put(store.Withdrawal, 2, "", "")
		same(t, b.status(t, id, "2026-01-15", time.Time{}), "open Möte 20") // when it began nobody knows
		same(t, b.status(t, id, "2026-02-15", time.Time{}), "closed nej")
		record := func(x casework.Change) string {
			_, err := b.Record(ctx, officer, "", id, 0, x)
			return faultsOf(err)
		}
		// It tells of one that still counts, as long as there is one.
		same(t, record(withdraw(2)), "kept-entry-aside: the entry 2 no longer counts: entry 4 stands in its place")
		same(t, record(withdraw(4)), "")
		same(t, record(withdraw(2)), "kept-entry-aside: the entry 2 no longer counts: entry 3 stands in its place")
		same(t, record(correct(3, held(t, "", "true", "2026-02-01"))), "")
		same(t, b.status(t, id, "2026-02-15", time.Time{}), "open Möte 20")
		same(t, record(withdraw(8)), "")
		same(t, b.status(t, id, "2026-02-15", time.Time{}), "needs_facts")
		same(t, record(withdraw(2)), "kept-entry-aside: the entry 2 no longer counts: entry 9 withdrew it")
	})
}

// What stands in an entry's place is named to those alone who may see that it does.
func TestWhatStandsInAnEntrysPlaceIsNotToldToWhomItIsHidden(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		af := asActor("af", "af-1")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1")}, Facts: []casework.Fact{fact("plan", `"2026-02-01"`), fact("plan", `"2026-02-02"`)}})
		if err != nil {
			t.Fatal(err)
		}
		record := func(who casework.Who, x casework.Change) string {
			_, err := b.Record(ctx, who, "", a.ID, 0, x)
			return faultsOf(err)
		}
		same(t, record(officer, correct(2, fact("diagnos", `"M54"`))), "")
		same(t, record(officer, correct(3, fact("plan", `"2026-02-03"`))), "")
		const hidden = "kept-entry-aside: the entry 2 no longer counts"
		same(t, record(af, withdraw(2)), hidden)
		same(t, record(af, withdraw(3)), "kept-entry-aside: the entry 3 no longer counts: entry 5 stands in its place")
		// Nor is it by what came of it later.
		same(t, record(officer, correct(4, fact("plan", `"2026-02-04"`))), "")
		same(t, record(af, withdraw(2)), hidden)
		same(t, record(officer, withdraw(6)), "")
		same(t, record(af, withdraw(2)), hidden)
		same(t, record(officer, withdraw(2)), hidden+": entry 7 withdrew it")
		// An entry that is hidden is told of as one that there is not.
		for _, seq := range []int64{4, 6, 99} {
			same(t, record(af, withdraw(seq)), "kept-unknown-entry: the case has no such entry that says a fact")
		}
	})
}

// Where a correction does not say from which day on it holds, that is the day of the entry, if it is of the same fact; an event that has
// a day has that.
func TestACorrectionHoldsFromTheDayOfTheEntry(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		for _, x := range []struct {
			was, is casework.Fact
			want    string
		}{
			{held(t, "ja", "true", "2026-01-01"), fact("", "false"), "ja false 2026-01-01"},
			{held(t, "ja", "true", "2026-01-01"), fact("ja", "null"), "ja null 2026-01-01"},
			{held(t, "ja", "true", "2026-01-01"), held(t, "", "false", "2026-02-01"), "ja false 2026-02-01"},
			{held(t, "ja", "true", "2027-01-01"), fact("", "false"), "ja false 2027-01-01"},
			{fact("start", `"2026-01-01"`), fact("", `"2026-01-05"`), `start "2026-01-05" 2026-01-05`},
			{held(t, "start", `"2026-01-01"`, "2026-02-01"), fact("", `"2026-01-05"`), `start "2026-01-05" 2026-01-05`},
			{fact("start", `"2026-01-01"`), fact("", "null"), "start null 2026-01-01"},
			{fact("start", `"2026-01-01"`), fact("mote", `"2026-01-01"`), `mote "2026-01-01" 2026-01-01`},
			{held(t, "ja", "true", "2026-01-01"), fact("mote", "null"), "mote null 2026-03-01"}, // of another fact nobody said since when
			{held(t, "ja", "true", "2026-01-01"), fact("mote", `"2026-01-07"`), `mote "2026-01-07" 2026-01-07`},
			{fact("mote", `"2026-01-01"`), fact("ja", "true"), "ja true 2026-03-01"},
		} {
			id := b.openedWith(t, x.was)
			if _, err := b.Record(t.Context(), officer, "", id, 0, correct(2, x.is)); err != nil {
				t.Fatal(err)
			}
			list, err := b.Timeline(t.Context(), officer, id)
			if err != nil {
				t.Fatal(err)
			}
			e := list[2]
			same(t, fmt.Sprint(e.Fact, " ", string(e.Value), " ", e.Held), x.want)
		}
	})
}

// A request says a fact once as of a day, whichever way the day is said; an event can have happened on several.
func TestARequestSaysAFactOnceAsOfADay(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		const today = "2026-03-01"
		for _, x := range []struct {
			one, other casework.Fact
			twice      bool
		}{
			{fact("ja", "true"), fact("ja", "false"), true},
			{fact("ja", "true"), held(t, "ja", "false", today), true},
			{held(t, "ja", "false", today), fact("ja", "null"), true},
			{held(t, "ja", "true", "2026-01-01"), held(t, "ja", "true", "2026-01-01"), true},
			{held(t, "ja", "true", "2026-01-01"), held(t, "ja", "false", "2026-01-02"), false},
			{fact("ja", "true"), held(t, "ja", "false", "2026-01-02"), false},
			{fact("mote", `"2026-02-01"`), fact("mote", `"2026-02-02"`), false},
			{fact("mote", `"2026-02-01"`), fact("mote", `"2026-02-01"`), true},
			{fact("mote", `"2026-02-01"`), held(t, "mote", `"2026-02-02"`, "2026-02-01"), true},
			{fact("mote", `"2026-02-01"`), held(t, "mote", `"2026-02-01"`, "2026-02-02"), false},
			{fact("mote", `"2026-03-01"`), fact("mote", "null"), true},
			{fact("mote", `"2026-02-01"`), fact("mote", "null"), false},
			{fact("mote", `"2026-02-01"`), fact("start", `"2026-02-01"`), false},
		} {
			want := ""
			if x.twice {
				want = "case-fact-twice: the fact `" + x.one.ID + "` stands twice"
			}
			what := fmt.Sprintf("%s as of %v and %s as of %v: ", x.one.Value, x.one.Held, x.other.Value, x.other.Held)
			for _, facts := range [][]casework.Fact{{x.one, x.other}, {x.other, x.one}} {
				_, err := b.Open(t.Context(), officer, "", casework.Opening{Model: "m", Facts: facts})
				same(t, what+faultsOf(err), what+want)
				id := b.openedWith(t)
				_, err = b.Record(t.Context(), officer, "", id, 0, casework.Change{Facts: facts})
				same(t, what+faultsOf(err), what+want)
			}
		}
		// Nor does a correction say otherwise than the rest of the request.
		id := b.openedWith(t, held(t, "ja", "null", "2025-01-01"), held(t, "ja", "null", "2025-02-01"))
		const twice = "case-fact-twice: the fact `ja` stands twice"
		for _, x := range []struct {
			facts      []casework.Fact
			two, three casework.Fact
			want       string
		}{
			{[]casework.Fact{fact("ja", "true")}, held(t, "", "false", today), fact("mote", "null"), twice},
			{[]casework.Fact{held(t, "ja", "true", "2025-01-01")}, fact("", "false"), fact("mote", "null"), twice},
			{nil, held(t, "", "true", "2025-01-15"), held(t, "", "false", "2025-01-15"), twice},
			{nil, held(t, "", "true", "2025-02-01"), fact("", "false"), twice},
			{[]casework.Fact{fact("ja", "true")}, fact("", "false"), fact("", "true"), ""},
		} {
			_, err := b.Record(t.Context(), officer, "", id, 0, casework.Change{Facts: x.facts, Correct: map[int64]casework.Fact{2: x.two, 3: x.three}})
			same(t, faultsOf(err), x.want)
		}
		// What cannot be read has no day, and is told of as that alone.
		_, err := b.Open(t.Context(), officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("mote", `"2026-02-30"`), fact("mote", `"x"`)}})
		same(t, faultsOf(err), "case-no-day: the fact `mote` must be a day that the calendar has, written YYYY-MM-DD; case-no-day: the fact `mote` must be a day that the calendar has, written YYYY-MM-DD")
	})
}

// said is an entry of a case as the property below has it.
type said struct {
	fact, value string
	held        calendar.Day
	refers      int64
}

// TestACaseIsWhatItsEntriesSayThatNobodySetAside holds a case against the plainest account of it there is: what was set aside does not
// count, of the rest what began last does, and each entry is set aside once. So it stays for every earlier moment.
func TestACaseIsWhatItsEntriesSayThatNobodySetAside(t *testing.T) {
	first := casetest.Day(t, "2026-01-01")
	onEach(t, func(t *testing.T, b *bench) {
		rapid.Check(t, func(r *rapid.T) {
			a, err := b.Open(t.Context(), officer, "", casework.Opening{Model: "m"})
			if err != nil {
				r.Fatal(err)
			}
			id := a.ID
			entries := map[int64]said{}
			aside := map[int64]int64{} // by entry, the one that set it aside
			last := int64(1)
			day := rapid.Custom(func(r *rapid.T) calendar.Day { return first + calendar.Day(rapid.IntRange(0, 4).Draw(r, "day")) })
			view := func(on calendar.Day, known time.Time) string {
				var got string
				storetest.In(t, b.store, func(tx *store.Tx) error {
					v, err := tx.Facts(id, store.AsOf{Day: on, Known: known})
					if err == nil {
						ja, _ := v.Case.Get("ja")
						mote, _ := v.Case.Get("mote")
						got = fmt.Sprintf("%d %v, %d %v", v.Given["ja"], ja, v.Given["mote"], mote)
					}
					return err
				})
				return got
			}
			account := func(on calendar.Day) string {
				given := map[string]int64{}
				for _, seq := range slices.Sorted(maps.Keys(entries)) {
					e := entries[seq]
					if was := given[e.fact]; e.fact != "" && aside[seq] == 0 && e.held <= on && (was == 0 || entries[was].held <= e.held) {
						given[e.fact] = seq
					}
				}
				value := func(fact string) any {
					e := entries[given[fact]]
					switch e.value {
					case "", "null":
						return nil
					case "true", "false":
						return e.value == "true"
					}
					d, _ := calendar.Parse(strings.Trim(e.value, `"`))
					return d
				}
				return fmt.Sprintf("%d %v, %d %v", given["ja"], value("ja"), given["mote"], value("mote"))
			}
			type moment struct {
				at   time.Time
				on   calendar.Day
				want string
			}
			var past []moment
			for range rapid.IntRange(1, 12).Draw(r, "changes") {
				f := casework.Fact{ID: rapid.SampledFrom([]string{"ja", "mote"}).Draw(r, "fact")}
				values := []string{"true", "false", "null"}
				if f.ID == "mote" {
					values = []string{`"2026-01-01"`, `"2026-01-03"`, `"2026-01-05"`, "null"}
				}
				f.Value = json.RawMessage(rapid.SampledFrom(values).Draw(r, "value"))
				if rapid.Bool().Draw(r, "dated") {
					d := day.Draw(r, "held")
					f.Held = &d
				}
				seq := rapid.Int64Range(2, last+1).Draw(r, "entry")
				var x casework.Change
				e := said{fact: f.ID, value: string(f.Value)}
				kind := rapid.IntRange(0, 2).Draw(r, "kind")
				switch kind {
				case 0:
					x.Facts, seq = []casework.Fact{f}, 0
				case 1:
					x = correct(seq, f)
				case 2:
					x, e = withdraw(seq), said{}
				}
				was := entries[seq]
				if own, ok := calendar.Parse(strings.Trim(e.value, `"`)); f.Held != nil {
					e.held = *f.Held
				} else if ok {
					e.held = own
				} else if e.held = calendar.Today(b.clock()); kind == 1 && was.fact == f.ID {
					e.held = was.held
				}
				e.refers = seq
				a, err := b.Record(t.Context(), officer, "", id, 0, x)
				switch by := aside[seq]; {
				case kind > 0 && was.fact == "":
					if !errors.Is(err, store.ErrNoEntry) {
						r.Fatalf("entry %d is none: %v", seq, err)
					}
				case kind > 0 && by != 0:
					for aside[by] != 0 {
						by = aside[by]
					}
					if text := faultsOf(err); !strings.HasPrefix(text, fmt.Sprintf("kept-entry-aside: the entry %d no longer counts: entry %d ", seq, by)) {
						r.Fatalf("entry %d is set aside, in the end by %d: %q", seq, by, text)
					}
				case err != nil:
					r.Fatalf("%+v: %s", x, faultsOf(err))
				default:
					last++
					entries[last] = e
					if kind > 0 {
						aside[seq] = last
					}
					on := day.Draw(r, "asked")
					past = append(past, moment{a.Changed, on, account(on)})
				}
				on := day.Draw(r, "asked now")
				if got, want := view(on, time.Time{}), account(on); got != want {
					r.Fatalf("on %s: %s, want %s", on, got, want)
				}
			}
			for _, m := range past {
				if got := view(m.on, m.at); got != m.want {
					r.Fatalf("on %s as known at %s: %s, want %s", m.on, m.at, got, m.want)
				}
			}
		})
	})
}
