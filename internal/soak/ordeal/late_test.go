package ordeal_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/pgtest"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// timely is a model whose one step is due ten days after the start.
const timely = `[model]
id = "tid"
title = "Tid"
lang = "sv"
version = "1"
in_force = 2020-01-01

[[actor]]
id = "vi"
title = "Vi"

[[kind]]
id = "insats"
title = "Insats"

[[fact]]
id = "start"
type = "date"
title = "Start"
ask = "När?"

[[fact]]
id = "klart"
type = "bool"
title = "Klart"
ask = "Klart?"

[[step]]
id = "gor"
title = "Gör"
kind = "insats"
actor = "vi"
after = []
done = ["klart"]
time = { from = "start", max = "10 days" }

[[outcome]]
id = "klart"
title = "Klart"
when = "klart"
`

// The days on which a step becomes urgent and late pass while PostgreSQL is gone. When it is back both are told, by the process that
// was there all the time. Its clock is moved, which that of a process of its own cannot be.
func TestWhatBecameLateWhileTheDatabaseWasGoneIsTold_FAULTS34(t *testing.T) {
	read := dsl.Load([]*diag.Source{diag.NewSource("tid.toml", timely)})
	if read.Faults.HasErrors() {
		t.Fatal(read.Faults.Summary(lang.EN))
	}
	set := interpreter.NewSet(read)
	ring, err := seal.ParseRing(seal.NewMaster())
	must(t, err)
	db := pgtest.Start(t)
	var now atomic.Pointer[time.Time]
	at := func(text string) {
		day, err := time.Parse(time.DateOnly, text)
		must(t, err)
		day = day.Add(12 * time.Hour)
		now.Store(&day)
	}
	at("2026-03-02")
	office, err := casework.Open(t.Context(), casework.Config{
		Store: store.Config{Address: db.Database(t), Ring: ring, Now: func() time.Time { return *now.Load() }},
		Live:  func() *interpreter.Set { return set }, Sweep: time.Second, Poll: 50 * time.Millisecond,
	})
	must(t, err)
	must(t, office.Start(context.Background()))
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), longest)
		defer cancel()
		must(t, office.Close(ctx))
	}()
	who := casework.Who{Principal: access.Principal{Subject: "x", Roles: []access.Role{access.Service}}}
	_, err = office.Desk.Open(t.Context(), who, "", casework.Opening{ID: "a", Model: "tid", Facts: []casework.Fact{{ID: "start", Value: json.RawMessage(`"2026-03-02"`)}}})
	must(t, err)
	told := func(of events.Type) bool {
		list, _, err := events.Read(t.Context(), office.Store, events.Cursor{}, events.Filter{Case: "a", Types: []events.Type{of}}, 10)
		return err == nil && len(list) == 1
	}
	until := func(of events.Type) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); !told(of); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s is not told", of)
			}
		}
	}
	until(events.StepRequired)
	for _, x := range []struct {
		day  string
		tell events.Type
	}{{"2026-03-11", events.StepSoon}, {"2026-04-01", events.StepLate}} {
		if told(x.tell) {
			t.Errorf("%s is told too early", x.tell)
		}
		db.Down(t)
		at(x.day)
		time.Sleep(either(500*time.Millisecond, 5*time.Second)) // jobs meet the outage
		if err := office.Store.Ping(t.Context()); err == nil {
			t.Fatal(errors.New("the database answers, though it is gone"))
		}
		db.Up(t)
		until(x.tell)
	}
}
