package casework_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// closed is a model of which facts are seen by some, and others by consent.
const closed = `[model]
id = "s"
title = "S"
lang = "sv"
version = "1"
in_force = 2020-01-01
consent = "samtycke"
[[actor]]
id = "fk"
title = "FK"
[[actor]]
id = "af"
title = "AF"
[[actor]]
id = "individ"
title = "Individen"
[[kind]]
id = "mote"
title = "Möte"
[[fact]]
id = "samtycke"
type = "bool"
title = "Samtycke"
ask = "Samtycker personen?"
ask_of = "individ"
seen_by = ["individ"]
[[fact]]
id = "diagnos"
type = "text"
title = "Diagnos"
ask = "Vilken diagnos?"
ask_of = "fk"
seen_by = ["fk"]
[[fact]]
id = "plan"
type = "event"
title = "Plan"
ask = "När?"
ask_of = "af"
seen_by = ["af", "fk"]
[[fact]]
id = "svar"
type = "bool"
title = "Svar"
ask = "Vad svarade läkaren?"
ask_of = "af"
[[step]]
id = "plan"
title = "Planera"
kind = "mote"
actor = "af"
after = []
when = "known(diagnos)"
done = ["happened(plan)"]
interpretation = "T"
[[step]]
id = "fraga"
title = "Fråga"
kind = "mote"
actor = "fk"
after = []
when = "not known(svar)"
done = ["known(svar)"]
interpretation = "T"
[[outcome]]
id = "slut"
title = "Slut"
when = "happened(plan) and known(svar)"
after = []
interpretation = "T"
`

func asService(subject, party string) casework.Who {
	return casework.Who{Principal: access.Principal{Subject: subject, Roles: []access.Role{access.Service}, Party: party}, Lang: lang.SV}
}

func asActor(actor, party string) casework.Who {
	return casework.Who{Principal: access.Principal{Subject: "actor-" + party, Roles: []access.Role{access.Actor}, Actor: actor, Party: party}, Lang: lang.SV}
}

func asRole(r access.Role) casework.Who {
	return casework.Who{Principal: access.Principal{Subject: string(r), Roles: []access.Role{r}}, Lang: lang.SV}
}

func party(actor, party string) casework.Party { return casework.Party{Actor: actor, Party: party} }

func onClosed(t *testing.T, test func(*testing.T, *bench)) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) { test(t, newBench(t, d, casetest.Models(t, closed))) })
}

// acts are all that can be done with a case, by the name that the log has for it.
func (b *bench) acts(t *testing.T, who casework.Who, id string, parties ...casework.Party) map[string]error {
	ctx := t.Context()
	out := map[string]error{}
	_, out["next"] = b.Next(ctx, who, id, casework.Ask{})
	_, out["timeline"] = b.Timeline(ctx, who, id)
	_, out["record"] = b.Record(ctx, who, "", id, 0, casework.Change{Facts: []casework.Fact{fact("plan", "null")}})
	_, out["invite"] = b.Invite(ctx, who, "", id, 0, parties, nil)
	_, out["close"] = b.Close(ctx, who, "", id, 0, "")
	_, out["reopen"] = b.Reopen(ctx, who, "", id, 0, "")
	return out
}

func TestWhoIsNoPartyToACaseIsToldThatThereIsNone(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		var ids []string
		usual := []casework.Party{party("af", "af-1"), party("individ", "p-1")}
		unusual := []casework.Party{party("af", "af-2"), party("fk", "org-1")}
		for _, by := range []casework.Who{asService("a", "org-1"), asService("b", "org-2"), asService("c", "")} {
			a, err := b.Open(ctx, by, "", casework.Opening{Model: "s", Parties: usual})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID)
		}
		// Another office of the same authority works on the second one.
		if _, err := b.Invite(ctx, asService("b", "org-2"), "", ids[1], 0, unusual, nil); err != nil {
			t.Fatal(err)
		}
		first, none := ids[:1], []string{}
		for name, x := range map[string]struct {
			who  casework.Who
			sees []string
		}{
			"all":                   {asService("x", ""), ids},
			"who opened it":         {asService("a", "org-1"), ids[:2]}, // and of the second it is a party otherwise
			"the other":             {asService("b", "org-2"), ids[1:2]},
			"an actor":              {asActor("af", "af-1"), []string{ids[0], ids[2]}},
			"the new one":           {asActor("af", "af-2"), ids[1:2]},
			"as another actor":      {asActor("fk", "af-1"), none},
			"who opened, as actor":  {asActor("fk", "org-1"), ids[1:2]},
			"the person":            {asActor("individ", "p-1"), []string{ids[0], ids[2]}},
			"another person":        {asActor("individ", "p-2"), none},
			"an actor without name": {asActor("", "org-1"), none},
			"an actor of no party":  {asActor("af", ""), none},
		} {
			for _, id := range append(slices.Clone(ids), "nowhere") {
				parties := usual
				if id == ids[1] {
					parties = unusual
				}
				for act, err := range b.acts(t, x.who, id, parties...) {
					sees := slices.Contains(x.sees, id)
					switch {
					case errors.Is(err, access.ErrForbidden):
						if x.who.Roles[0] == access.Service {
							t.Errorf("%s: %s of %s: %v", name, act, id, err)
						}
					case sees == errors.Is(err, store.ErrNoCase) && (err != nil || !sees):
						t.Errorf("%s: %s of %s: %v", name, act, id, err)
					}
				}
			}
			list, _, err := b.List(ctx, x.who, store.Filter{})
			var listed []string
			for _, c := range list {
				listed = append(listed, c.ID)
			}
			want := slices.Clone(x.sees)
			slices.Sort(listed)
			slices.Sort(want)
			if err != nil || fmt.Sprint(listed) != fmt.Sprint(want) {
				t.Errorf("%s: lists %v, %v", name, listed, err)
			}
			reach, err := b.Reach(x.who, access.Follow)
			if err != nil {
				t.Fatal(err)
			}
			storetest.In(t, b.store, func(tx *store.Tx) error {
				within, err := tx.Within(reach, ids)
				for _, id := range ids {
					if within[id] != slices.Contains(x.sees, id) {
						t.Errorf("%s: %s is within reach: %v", name, id, within[id])
					}
				}
				return err
			})
		}
		// Those of other roles may do nothing of this, or see no case.
		for _, r := range []access.Role{access.Analyst, access.Auditor, access.Administrator} {
			for act, err := range b.acts(t, asRole(r), first[0]) {
				if !errors.Is(err, access.ErrForbidden) {
					t.Errorf("%s: %s: %v", r, act, err)
				}
			}
		}
		if _, err := b.Erase(ctx, asRole(access.Administrator), ids[1], 0, "beslut"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Next(ctx, asService("b", "org-2"), ids[1], casework.Ask{}); !errors.Is(err, store.ErrErased) {
			t.Errorf("whoever opened it is told %v", err)
		}
		if _, err := b.Next(ctx, asActor("af", "af-2"), ids[1], casework.Ask{}); !errors.Is(err, store.ErrNoCase) {
			t.Errorf("who was a party to it is told %v", err)
		}
		if proof, holds, err := b.Erasure(ctx, asRole(access.Administrator), ids[1]); err != nil || !holds || proof.Decision != "beslut" {
			t.Error(proof, holds, err)
		}
	})
}

func TestPartiesAreHeldAgainstTheActorsOfTheModel(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		_, err := b.Open(t.Context(), officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("a", "x"), party("", "x"), party("af", "")}})
		var f *casework.Faulty
		if !errors.As(err, &f) {
			t.Fatal(err)
		}
		var told []string
		for _, x := range f.Faults {
			told = append(told, x.Message(lang.EN)+" / "+x.HintText(lang.EN))
		}
		same(t, strings.Join(told, "\n"), strings.Join([]string{
			"the model `s` has no actor called `a` / Actors: fk, af, individ.",
			"the model `s` has no such actor / Actors: fk, af, individ.",
			"it is not said who the party is / Write in `party` which organisation or person it is, as the keys and tokens that they ask with have it.",
		}, "\n"))
	})
}

// logged are the rows of the log.
func (b *bench) logged(t *testing.T, f audit.Filter) (out []audit.Row) {
	t.Helper()
	storetest.In(t, b.store, func(tx *store.Tx) error {
		return audit.Each(tx, f, func(r *audit.Row) error {
			out = append(out, *r)
			return nil
		})
	})
	return out
}

// timeline is what happened to a case as somebody is told.
func (b *bench) timeline(t *testing.T, who casework.Who, id string) string {
	t.Helper()
	list, err := b.Timeline(t.Context(), who, id)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, e := range list {
		text := fmt.Sprintf("%d %s", e.Seq, e.Kind)
		if e.Fact != "" {
			text += fmt.Sprintf(" %s=%s", e.Fact, e.Value)
		}
		if e.By != "" {
			text += " by " + e.By
		}
		if e.Note != "" {
			text += " (" + e.Note + ")"
		}
		for _, p := range e.Parties {
			text += " " + p.Actor + ":" + p.Party
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// TestConsentThatIsTakenBackClosesWhatItOpened is row 36 of the faults: the next read is denied, also of the past, and what is kept stays.
func TestConsentThatIsTakenBackClosesWhatItOpened(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		service, af, person := asService("k", ""), asActor("af", "af-1"), asActor("individ", "p-1")
		a, err := b.Open(ctx, service, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1"), party("individ", "p-1")},
			Facts: []casework.Fact{{ID: "diagnos", Value: json.RawMessage(`"M54"`), Note: "intyg"}}})
		if err != nil {
			t.Fatal(err)
		}
		id := a.ID
		same(t, b.timeline(t, af, id), "1 opening by k af:af-1; 2 recording")
		b.on(t, "2026-03-02")
		if _, err := b.Record(ctx, person, "", id, 0, casework.Change{Facts: []casework.Fact{fact("samtycke", "true")}}); err != nil {
			t.Fatal(err)
		}
		open := "1 opening by k af:af-1; 2 recording diagnos=\"M54\" by k (intyg); 3 recording samtycke=true by actor-p-1"
		same(t, b.timeline(t, af, id), open)
		because := func(who casework.Who, ask casework.Ask) string {
			ask.Explain = true
			a, err := b.Next(ctx, who, id, ask)
			if err != nil {
				return err.Error()
			}
			text, _ := json.Marshal(a.Decision)
			return string(text)
		}
		day := casetest.Day(t, "2026-03-02")
		known := b.clock()
		past := casework.Ask{Day: &day, Known: &known}
		for _, ask := range []casework.Ask{{}, past} {
			if !strings.Contains(because(af, ask), "M54") {
				t.Errorf("with consent the reason is not told: %s", because(af, ask))
			}
		}
		b.on(t, "2026-03-03")
		if _, err := b.Record(ctx, person, "", id, 0, casework.Change{Facts: []casework.Fact{fact("samtycke", "false")}}); err != nil {
			t.Fatal(err)
		}
		same(t, b.timeline(t, af, id), "1 opening by k af:af-1; 2 recording; 3 recording; 4 recording")
		for _, ask := range []casework.Ask{{}, past} {
			if text := because(af, ask); strings.Contains(text, "M54") || !strings.Contains(text, `"step":"plan"`) {
				t.Errorf("without consent: %s", text)
			}
		}
		same(t, b.timeline(t, service, id), "1 opening by k af:af-1 individ:p-1; 2 recording diagnos=\"M54\" by k (intyg); 3 recording samtycke=true by actor-p-1; 4 recording samtycke=false by actor-p-1")
		if text := because(service, past); !strings.Contains(text, "M54") {
			t.Errorf("what is kept is not: %s", text)
		}
		// What the log says was answered is what was.
		rows := b.logged(t, audit.Filter{Case: id, Subject: "actor-af-1", Since: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)})
		storetest.In(t, b.store, func(tx *store.Tx) error {
			for _, r := range rows {
				if text, err := r.Open(tx); err != nil || strings.Contains(string(text), "M54") {
					t.Errorf("the log of %s has %s, %v", r.Action, text, err)
				}
			}
			return nil
		})
		if len(rows) != 3 {
			t.Errorf("%d rows are logged", len(rows))
		}
	})
}

func TestAnActorTellsWhatItIsAskedForAndWhatItSees(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		af := asActor("af", "af-1")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1")}, Facts: []casework.Fact{fact("diagnos", `"M54"`), fact("plan", "null")}})
		if err != nil {
			t.Fatal(err)
		}
		record := func(x casework.Change) string {
			_, err := b.Record(ctx, af, "", a.ID, 0, x)
			var f *casework.Faulty
			if !errors.As(err, &f) {
				return fmt.Sprint(err)
			}
			var out []string
			for _, x := range f.Faults {
				out = append(out, x.Code)
			}
			return strings.Join(out, " ")
		}
		facts := func(f ...casework.Fact) casework.Change { return casework.Change{Facts: f} }
		const noEntry = "kept-unknown-entry"
		for _, x := range []struct {
			do   string
			x    casework.Change
			want string
		}{
			{"what it sees", facts(fact("plan", `"2026-02-01"`)), "<nil>"},
			{"what it is asked for and does not see", facts(fact("svar", "true")), "<nil>"},
			{"what is another's, and what there is not", facts(fact("diagnos", `"M55"`), fact("samtycke", "true"), fact("diagnosen", "1")), "kept-fact-of-others kept-fact-of-others case-unknown-fact"},
			{"in place of what it does not see", casework.Change{Correct: map[int64]casework.Fact{2: fact("diagnos", `"M55"`)}}, noEntry + " kept-fact-of-others"},
			{"in place of what it does not see, without a fact", casework.Change{Correct: map[int64]casework.Fact{2: fact("", `"M55"`)}}, noEntry},
			{"in place of what there is not", casework.Change{Correct: map[int64]casework.Fact{99: fact("plan", `"2026-02-02"`)}}, noEntry},
			{"in place of what it sees", casework.Change{Correct: map[int64]casework.Fact{3: fact("", `"2026-02-03"`)}}, "<nil>"},
			{"another's in place of it", casework.Change{Correct: map[int64]casework.Fact{4: fact("diagnos", `"x"`)}}, "kept-fact-of-others"},
			{"without what it does not see", casework.Change{Withdraw: []int64{2}}, noEntry},
			{"without what it said and does not see", casework.Change{Withdraw: []int64{5}}, noEntry},
			{"without what it sees", casework.Change{Withdraw: []int64{4}}, "<nil>"},
		} {
			if got := record(x.x); got != x.want {
				t.Errorf("%s: %s, want %s", x.do, got, x.want)
			}
		}
		same(t, b.timeline(t, af, a.ID), `1 opening by fk-7 af:af-1; 2 recording; 3 recording plan=null by fk-7; 4 recording plan="2026-02-01" by actor-af-1; 5 recording; 6 correction plan="2026-02-03" by actor-af-1; 7 withdrawal by actor-af-1`)
	})
}

// TestCasesThatDifferInWhatIsHiddenAreAlikeToAnActor compares all that it is told of two cases that stand the same.
func TestCasesThatDifferInWhatIsHiddenAreAlikeToAnActor(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		af := asActor("af", "af-1")
		told := func(diagnosis, note string) string {
			b.on(t, "2026-03-01")
			ctx := t.Context()
			a, err := b.Open(ctx, officer, "", casework.Opening{ID: "x" + diagnosis, Model: "s", Parties: []casework.Party{party("af", "af-1"), party("individ", "p-"+note)},
				Facts: []casework.Fact{{ID: "diagnos", Value: json.RawMessage(`"` + diagnosis + `"`), Note: note}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Close(ctx, officer, "", a.ID, 0, "därför att "+note); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Reopen(ctx, officer, "", a.ID, 0, "ändå "+note); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			for _, ask := range []casework.Ask{{}, {Explain: true}} {
				a, err := b.Next(ctx, af, a.ID, ask)
				text, _ := json.Marshal(a)
				fmt.Fprintln(&out, string(text), err)
			}
			list, err := b.Timeline(ctx, af, a.ID)
			text, _ := json.Marshal(list)
			fmt.Fprintln(&out, string(text), err)
			return strings.ReplaceAll(out.String(), a.ID, "ID")
		}
		one, other := told("M54", "kort"), told("F43", "en helt annan och längre")
		same(t, one, other)
		if !strings.Contains(one, `"step":"plan"`) || strings.Contains(one, "kort") {
			t.Error(one)
		}
	})
}
