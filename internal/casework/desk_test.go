package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const vocabulary = `[vocabulary]
id = "v"
title = "V"
lang = "sv"
[[actor]]
id = "af"
title = "AF"
[[kind]]
id = "mote"
title = "Möte"
[[fact]]
id = "start"
type = "event"
title = "Start"
ask = "När?"
[[fact]]
id = "mote"
type = "event"
title = "Möte"
ask = "När?"
[[fact]]
id = "ja"
type = "bool"
title = "Ja"
ask = "Ja?"
`

// model is a model with a meeting that is due so many days after the start.
func model(version, inForce string, days int) string {
	return fmt.Sprintf(`[model]
id = "m"
title = "M"
lang = "sv"
version = %q
in_force = %s
start = "start"
uses = ["v"]
[[step]]
id = "mote"
title = "Möte %d"
kind = "mote"
actor = "af"
when = "ja"
done = ["happened(mote)"]
time = { from = "start", max = "%d days" }
interpretation = "T"
[[outcome]]
id = "slut"
title = "Slut"
when = "happened(mote)"
after = ["mote"]
interpretation = "T"
[[outcome]]
id = "nej"
title = "Nej"
when = "not ja"
interpretation = "T"
`, version, inForce, days, days)
}

// bench is a desk with the clock and the files of a test.
type bench struct {
	*casework.Desk
	store *store.Store
	log   *events.Log
	kinds *jobs.Kinds
	queue *jobs.Queue

	mu   sync.Mutex
	now  time.Time
	live *interpreter.Set
	tick func() // at each look at the clock, where there is one
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(time.Second)
	if b.tick != nil {
		b.tick()
	}
	return b.now
}

// on lets it be noon of the day in Stockholm.
func (b *bench) on(t testing.TB, day string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, day+"T11:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = at
}

// reload lets other files be the ones there are.
func (b *bench) reload(set *interpreter.Set) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = set
}

func (b *bench) current() *interpreter.Set {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.live
}

func newBench(t testing.TB, d *storetest.Database, set *interpreter.Set) *bench {
	t.Helper()
	b := &bench{live: set, kinds: jobs.NewKinds()}
	b.on(t, "2026-03-01")
	s, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: d.Ring, Now: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b.store = s
	b.log = events.NewLog(s, b.kinds, events.Config{})
	b.Desk = casework.New(s, b.log, b.current)
	b.Work(b.kinds, time.Hour, func() *jobs.Queue { return b.queue })
	if b.queue, err = jobs.Open(t.Context(), s, b.kinds, jobs.Config{Workers: 2, Poll: 20 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	b.log.Serve(b.queue)
	return b
}

func onEach(t *testing.T, test func(*testing.T, *bench)) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		test(t, newBench(t, d, casetest.Models(t, vocabulary, model("1", "2020-01-01", 20))))
	})
}

var officer = casework.Who{Principal: access.Principal{Subject: "fk-7", Roles: []access.Role{access.Service, access.Administrator}}, Lang: lang.SV}

func fact(id, value string) casework.Fact {
	return casework.Fact{ID: id, Value: json.RawMessage(value)}
}

func held(t *testing.T, id, value, on string) casework.Fact {
	day := casetest.Day(t, on)
	return casework.Fact{ID: id, Value: json.RawMessage(value), Held: &day}
}

// told is an answer as text.
func told(a *casework.Answer, err error) string {
	if err != nil {
		return err.Error()
	}
	if a.Decision == nil {
		return fmt.Sprintf("r%d %s m@%s, no answer", a.Revision, a.State, a.Version)
	}
	x := a.Decision
	out := fmt.Sprintf("r%d %s m@%s on %s: %s", a.Revision, a.State, x.Version, x.At, x.Status)
	for _, n := range x.Next {
		out += " " + n.Title
		if n.Due != nil {
			out += fmt.Sprintf(" by %s (%s)", n.Due, n.Time)
		}
	}
	if x.Outcome != nil {
		out += " " + x.Outcome.ID
	}
	return out
}

// became is what became of a case, as the log of events tells it.
func (b *bench) became(t *testing.T, id string) string {
	t.Helper()
	storetest.Settle(t, b.store)
	list, _, err := events.Read(t.Context(), b.store, events.Cursor{}, events.Filter{Case: id}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		text := strings.TrimPrefix(string(e.Type), "se.stegvis.")
		if e.Due != nil {
			text += " " + e.Due.String()
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !f(); time.Sleep(10 * time.Millisecond) { // a job that failed is tried again after 30 s
		if time.Now().After(end) {
			t.Fatal("did not come about: " + what)
		}
	}
}

// same compares what a step of a story gave.
func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheLifeOfACase(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`)}})
		same(t, told(a, err), "r1 open m@1 on 2026-03-01: needs_facts")
		id := a.ID
		a, err = b.Record(ctx, officer, "", id, a.Revision, casework.Change{Facts: []casework.Fact{fact("ja", "true")}})
		same(t, told(a, err), "r2 open m@1 on 2026-03-01: open Möte 20 by 2026-03-12 (ok)")
		recorded := a.Changed
		b.on(t, "2026-03-09")
		a, err = b.Next(ctx, officer, id, casework.Ask{})
		same(t, told(a, err), "r2 open m@1 on 2026-03-09: open Möte 20 by 2026-03-12 (soon)")
		b.on(t, "2026-03-14")
		a, err = b.Next(ctx, officer, id, casework.Ask{})
		same(t, told(a, err), "r2 open m@1 on 2026-03-14: open Möte 20 by 2026-03-12 (late)")
		// It was another day on which it started: the entry of the start is the second.
		a, err = b.Record(ctx, officer, "", id, 0, casework.Change{Correct: map[int64]casework.Fact{2: fact("start", `"2026-03-10"`)}})
		same(t, told(a, err), "r3 open m@1 on 2026-03-14: open Möte 20 by 2026-03-30 (ok)")
		// What did we tell FK, and what would have been right?
		day := casetest.Day(t, "2026-03-09")
		a, err = b.Next(ctx, officer, id, casework.Ask{Known: &recorded, Day: &day})
		same(t, told(a, err), "r3 open m@1 on 2026-03-09: open Möte 20 by 2026-03-12 (soon)")
		later := casetest.Day(t, "2026-03-31")
		a, err = b.Next(ctx, officer, id, casework.Ask{Day: &later, Explain: true})
		same(t, told(a, err), "r3 open m@1 on 2026-03-31: open Möte 20 by 2026-03-30 (late)")
		if err == nil && a.Decision.Next[0].Because == nil {
			t.Error("no reasons are given")
		}
		before := recorded.Add(-time.Hour)
		if _, err := b.Next(ctx, officer, id, casework.Ask{Known: &before}); !errors.Is(err, casework.ErrNotYet) {
			t.Error(err)
		}
		b.on(t, "2026-03-15")
		a, err = b.Record(ctx, officer, "", id, 3, casework.Change{Facts: []casework.Fact{fact("mote", `"2026-03-15"`)}})
		same(t, told(a, err), "r4 open m@1 on 2026-03-15: closed slut")
		// The meeting did not take place after all.
		a, err = b.Record(ctx, officer, "", id, 4, casework.Change{Withdraw: []int64{5}})
		same(t, told(a, err), "r5 open m@1 on 2026-03-15: open Möte 20 by 2026-03-30 (ok)")
		a, err = b.Close(ctx, officer, "", id, 5, "flyttat")
		same(t, told(a, err), "r6 closed m@1 on 2026-03-15: open")
		same(t, fmt.Sprint(b.listed(t, store.Filter{Actor: "af"}), "; ", b.listed(t, store.Filter{State: store.StateClosed})), "; "+id)
		same(t, b.became(t, id), "case.opened, case.asks, step.required 2026-03-12, step.soon 2026-03-12, step.late 2026-03-12, step.moved 2026-03-30, "+
			"case.ended, step.passed 2026-03-30, case.resumed, step.required 2026-03-30, step.passed 2026-03-30")
		entries, err := b.Timeline(ctx, officer, id)
		var kinds []string
		for _, e := range entries {
			kinds = append(kinds, string(e.Kind))
		}
		same(t, strings.Join(kinds, " "), "opening recording recording correction recording withdrawal closing")
		if err != nil {
			t.Error(err)
		}
		var logged []string
		storetest.In(t, b.store, func(tx *store.Tx) error {
			return audit.Each(tx, audit.Filter{Case: id}, func(r *audit.Row) error {
				logged = append(logged, r.Action)
				return nil
			})
		})
		slices.Sort(logged) // there are several chains
		same(t, strings.Join(logged, " "), "close next next next next open record record record record timeline")
		proof, err := b.Erase(ctx, officer, id, 6, "beslut 1")
		if err != nil || proof.Entries != 7 {
			t.Fatal(proof, err)
		}
		for name, f := range map[string]func() error{
			"next":     func() error { _, err := b.Next(ctx, officer, id, casework.Ask{}); return err },
			"timeline": func() error { _, err := b.Timeline(ctx, officer, id); return err },
			"record": func() error {
				_, err := b.Record(ctx, officer, "", id, 0, casework.Change{Facts: []casework.Fact{fact("ja", "true")}})
				return err
			},
		} {
			if err := f(); !errors.Is(err, store.ErrErased) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if r, err := audit.Verify(ctx, b.store); err != nil || len(r.Faults) > 0 || r.Rows != 14 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestWhatTheModelCannotTakeIsToldAndNothingIsKept(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		codes := func(err error) (out []string) {
			var f *casework.Faulty
			if !errors.As(err, &f) {
				t.Fatalf("%v", err)
			}
			for _, x := range f.Faults {
				out = append(out, x.Code)
			}
			return out
		}
		_, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("ja", `"ja"`), fact("jaa", "true"), fact("start", `"2026-02-31"`), fact("mote", "1e400")}})
		same(t, fmt.Sprint(codes(err)), "[case-bool case-unknown-fact case-no-day case-not-finite]")
		_, err = b.Open(ctx, officer, "", casework.Opening{Model: "n"})
		same(t, fmt.Sprint(codes(err)), "[query-unknown-model]")
		_, err = b.Open(ctx, officer, "", casework.Opening{Model: "m", Version: "7"})
		same(t, fmt.Sprint(codes(err)), "[query-unknown-version]")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("ja", "null")}})
		if err != nil {
			t.Fatal(err)
		}
		mistake := func(entry int64) error {
			_, err := b.Record(ctx, officer, "", a.ID, 0, casework.Change{Facts: []casework.Fact{fact("ja", "true")}, Correct: map[int64]casework.Fact{entry: fact("mote", "true")}})
			return err
		}
		same(t, fmt.Sprint(codes(mistake(2))), "[case-day]")
		same(t, fmt.Sprint(codes(mistake(1))), "[kept-unknown-entry case-day]") // it says no fact
		if _, err = b.Record(ctx, officer, "", a.ID, 0, casework.Change{Facts: []casework.Fact{{ID: "ja", Value: json.RawMessage(`true,"mote":"2026-01-01"`)}}}); err == nil {
			t.Error("two values were taken for one")
		}
		a, err = b.Next(ctx, officer, a.ID, casework.Ask{})
		same(t, told(a, err), "r1 open m@1 on 2026-03-01: stuck")
		list, _, err := b.List(ctx, officer, store.Filter{})
		if err != nil || len(list) != 1 {
			t.Error(list, err)
		}
	})
}

func TestARequestIsDoneOnceAndAnsweredAlike(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		o := casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}}
		var wg sync.WaitGroup
		answers := make([]string, 8)
		for i := range answers {
			wg.Go(func() {
				a, err := b.Open(ctx, officer, "k", o)
				text, _ := json.Marshal(a)
				answers[i] = fmt.Sprint(string(text), err)
			})
		}
		wg.Wait()
		for _, a := range answers {
			same(t, a, answers[0])
		}
		o.Facts[1] = fact("ja", "false")
		if _, err := b.Open(ctx, officer, "k", o); !errors.Is(err, store.ErrReused) {
			t.Error(err)
		}
		if a, err := b.Open(ctx, casework.Who{Principal: access.Principal{Subject: "another", Roles: officer.Roles}, Lang: lang.SV}, "k", o); err != nil || strings.Contains(answers[0], a.ID) {
			t.Error("another's key is taken for one's own", err)
		}
	})
}

// sweep lets the jobs of the desk find what is behind, until nothing is.
func (b *bench) sweep(t *testing.T) {
	t.Helper()
	if err := b.queue.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := b.queue.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	until(t, "a sweep", func() bool {
		left, err := b.Behind(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(left) == 0
	})
}

func TestTimeAndFilesTellWithoutAnybodyAsking(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		var ids []string
		for range 3 {
			a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID)
		}
		if _, err := b.Close(ctx, officer, "", ids[2], 0, ""); err != nil {
			t.Fatal(err)
		}
		b.on(t, "2026-03-20")
		b.reload(casetest.Models(t, vocabulary, model("1", "2020-01-01", 40)))
		b.sweep(t)
		for _, id := range ids[:2] {
			same(t, b.became(t, id), "case.opened, step.required 2026-03-12, step.moved 2026-04-01")
		}
		same(t, b.became(t, ids[2]), "case.opened, step.required 2026-03-12, step.passed 2026-03-12")
		// As it would have been answered then: by the files that there were.
		known := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		a, err := b.Next(ctx, officer, ids[0], casework.Ask{Known: &known})
		same(t, told(a, err), "r1 open m@1 on 2026-03-02: open Möte 20 by 2026-03-12 (ok)")
	})
}

// TestAVersionThatIsGoneGoesOnAnsweringForItsCases is row 12 of the faults.
func TestAVersionThatIsGoneGoesOnAnsweringForItsCases(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}})
		same(t, told(a, err), "r1 open m@1 on 2026-03-01: open Möte 20 by 2026-03-12 (ok)")
		old := a.ID
		// A new version, in force from a later day on, beside the old one: the case keeps its own.
		b.reload(casetest.Models(t, vocabulary, model("1", "2020-01-01", 20), model("2", "2026-02-01", 60)))
		a, err = b.Next(ctx, officer, old, casework.Ask{})
		same(t, told(a, err), "r1 open m@1 on 2026-03-01: open Möte 20 by 2026-03-12 (ok)")
		a, err = b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}})
		same(t, told(a, err), "r1 open m@2 on 2026-03-01: open Möte 60 by 2026-04-21 (ok)")
		// The old one is deleted.
		b.reload(casetest.Models(t, vocabulary, model("2", "2026-02-01", 60)))
		a, err = b.Record(ctx, officer, "", old, 1, casework.Change{Facts: []casework.Fact{held(t, "ja", "true", "2026-03-01")}})
		same(t, told(a, err), "r2 open m@1 on 2026-03-01: open Möte 20 by 2026-03-12 (ok)")
		b.on(t, "2026-03-05")
		b.sweep(t)
		// Another process, which never saw it.
		again := casework.New(b.store, b.log, b.current)
		a, err = again.Next(ctx, officer, old, casework.Ask{})
		same(t, told(a, err), "r2 open m@1 on 2026-03-05: open Möte 20 by 2026-03-12 (ok)")
		// The model itself is deleted.
		b.reload(casetest.Models(t, vocabulary))
		a, err = b.Next(ctx, officer, old, casework.Ask{})
		same(t, told(a, err), "r2 open m@1 on 2026-03-05: open Möte 20 by 2026-03-12 (ok)")
		if _, err := b.Open(ctx, officer, "", casework.Opening{Model: "m"}); err == nil {
			t.Error("a case was opened with a model that is gone")
		}
	})
}

func TestFactsThatTheModelNoLongerTakesAreToldOfAndNotLost(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("ja", "false")}})
		same(t, told(a, err), "r1 open m@1 on 2026-03-01: closed nej")
		changed := strings.Replace(vocabulary, `type = "bool"`, `type = "enum"`+"\n"+`values = { nej = "Nej", jo = "Jo" }`, 1)
		b.reload(casetest.Models(t, changed, strings.ReplaceAll(strings.ReplaceAll(model("1", "2020-01-01", 20), `"not ja"`, `"ja == 'nej'"`), `when = "ja"`, `when = "ja == 'jo'"`)))
		b.sweep(t)
		same(t, b.became(t, a.ID), "case.opened, case.ended, case.resumed, case.faulty")
		got, err := b.Next(ctx, officer, a.ID, casework.Ask{})
		same(t, told(got, err), "r1 open m@1, no answer")
		day := casetest.Day(t, "2026-03-02")
		got, err = b.Next(ctx, officer, a.ID, casework.Ask{Day: &day, Explain: true})
		same(t, told(got, err), "r1 open m@1, no answer")
		got, err = b.Record(ctx, officer, "", a.ID, 1, casework.Change{Correct: map[int64]casework.Fact{2: fact("ja", `"nej"`)}})
		same(t, told(got, err), "r2 open m@1 on 2026-03-01: closed nej")
		list, _, err := b.List(ctx, officer, store.Filter{Outcome: "nej"})
		if err != nil || len(list) != 1 || list[0].Standing.At != calendar.Day(casetest.Day(t, "2026-03-01")) {
			t.Errorf("%+v %v", list, err)
		}
	})
}
