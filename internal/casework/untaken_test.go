package casework_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
)

// TestWhoSeesAllOfACaseIsToldWhichFactsTheModelCannotTake has a fact become one of another type. Who may not see all of the case is told
// no more than that there is no answer, also of a request that was answered in full before.
func TestWhoSeesAllOfACaseIsToldWhichFactsTheModelCannotTake(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		officer, af := asService("x", ""), asActor("af", "af-1")
		told := func(a *casework.Answer, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			_, after, _ := strings.Cut(string(text), `"decision":`)
			return after
		}
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1")}, Facts: []casework.Fact{fact("diagnos", `"M54"`)}})
		if err != nil {
			t.Fatal(err)
		}
		b.reload(casetest.Models(t, strings.Replace(closed, `type = "text"`, "type = \"int\"\nmin = 0\nmax = 9", 1)))
		const all = `null,"faults":[{"fact":"diagnos","code":"case-int","message":"faktumet ` + "`diagnos`" + ` ska vara ett heltal"}]}`
		day, known := casetest.Day(t, "2026-03-02"), b.clock()
		for name, ask := range map[string]casework.Ask{"now": {}, "explained": {Explain: true}, "on a day": {Day: &day}} {
			if got := told(b.Next(ctx, officer, a.ID, ask)); got != all {
				t.Errorf("%s: %s", name, got)
			}
			if got := told(b.Next(ctx, af, a.ID, ask)); got != "null}" {
				t.Errorf("%s, an actor: %s", name, got)
			}
		}
		if got := told(b.Next(ctx, officer, a.ID, casework.Ask{Known: &known})); strings.HasPrefix(got, "null") {
			t.Errorf("by the files of then: %s", got)
		}
		english := officer
		english.Lang = lang.EN
		if got := told(b.Next(ctx, english, a.ID, casework.Ask{})); !strings.Contains(got, "the fact `diagnos` must be a whole number") {
			t.Error(got)
		}

		// The same request again, from somebody who sees all of the case, and who does not any more.
		change := casework.Change{Facts: []casework.Fact{fact("svar", "true")}}
		for _, x := range []struct {
			who  casework.Who
			want string
		}{{officer, all}, {officer, all}, {func() casework.Who { w := af; w.Subject = officer.Subject; return w }(), "null}"}} {
			if got := told(b.Record(ctx, x.who, "key", a.ID, 0, change)); got != x.want {
				t.Errorf("%v: %s", x.who.Roles, got)
			}
		}
		if got := told(b.Close(ctx, officer, "", a.ID, 0, "")); got != all {
			t.Errorf("closed: %s", got)
		}
		if got := told(b.Next(ctx, af, a.ID, casework.Ask{})); got != "null}" {
			t.Errorf("closed, an actor: %s", got)
		}
		if _, err := b.Next(ctx, asRole(access.Auditor), a.ID, casework.Ask{}); err == nil {
			t.Error("an auditor is answered")
		}
	})
}
