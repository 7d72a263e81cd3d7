package cohort_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// workshop is a model with every type of fact and every kind of test in its rules; %s is its version, %s the day
// it comes into force, %s the values of one enum, %s the bounds of a number.
const workshop = `
[model]
id = "verkstad"
title = "Verkstad"
lang = "sv"
version = "%s"
in_force = %s
start = "start"

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
id = "sort"
type = "enum"
values = %s
title = "Sort"
ask = "Vilken sort?"

[[fact]]
id = "verktyg"
type = "set"
values = { hammare = "Hammare", tang = "Tång", sax = "Sax" }
title = "Verktyg"
ask = "Vilka?"

[[fact]]
id = "antal"
type = "int"
%s
unit = "st"
title = "Antal"
ask = "Hur många?"

[[fact]]
id = "vikt"
type = "number"
min = -0.5
max = 1.5
unit = "kg"
title = "Vikt"
ask = "Hur mycket?"

[[fact]]
id = "namn"
type = "text"
title = "Namn"
ask = "Vad heter det?"

[[fact]]
id = "bokad"
type = "date"
title = "Bokad dag"
ask = "Vilken dag?"

[[fact]]
id = "fint"
type = "bool"
title = "Fint"
ask = "Är det fint?"

[[fact]]
id = "borjat"
type = "event"
title = "Början"

[[fact]]
id = "tittat"
type = "event"
title = "Titt"

[[fact]]
id = "klart"
type = "event"
title = "Slut"

[define]
laddad = "count(verktyg) >= 2 or 'sax' in verktyg"
dagar  = "days_since(start)"

[[step]]
id    = "borja"
title = "Börja"
kind  = "insats"
actor = "vi"
done  = [
  "happened(borjat) and not (fint == false)",
  "laddad",
  "antal == 77",
  "vikt > 1.25 or vikt < 0",
  "namn == 'svarv'",
  "sort in ['a', 'b'] and dagar >= 0",
  "known(bokad)",
]

[[step]]
id    = "titta"
title = "Titta"
kind  = "insats"
actor = "vi"
after = ["borja"]
every = { period = "2 weeks", since = "tittat", start = "borjat" }

[[step]]
id    = "sluta"
title = "Sluta"
kind  = "insats"
actor = "vi"
after = ["borja"]
done  = ["(fint ? true : false) and days_between(start, klart) >= 0", "weeks_since(klart) >= 0"]
time  = { from = "bokad", not_before = "0 days", max = "1 week" }

[[outcome]]
id    = "fardig"
title = "Färdig"
after = ["sluta"]
`

const (
	sortsBefore = `{ a = "A", b = "B", c = "C" }`
	sortsAfter  = `{ b = "B", d = "D", a = "A" }`
)

// twoVersions returns a set of which no two models agree on all values.
func twoVersions(t testing.TB) *interpreter.Set {
	t.Helper()
	return models(t,
		fmt.Sprintf(workshop, "1", "2010-01-01", sortsBefore, "min = 0\nmax = 100"),
		fmt.Sprintf(workshop, "2", "2025-01-01", sortsAfter, "min = 50\nmax = 5000"))
}

func TestEveryTypeAndTestIsLivedThrough(t *testing.T) {
	set := twoVersions(t)
	at := day(t, "2026-03-01")
	c := cohort.New(set, cohort.Options{Seed: 1, At: at})
	statuses := map[string]map[interpreter.Status]int{}
	for i := range 2000 {
		k := c.Case(i)
		valid(t, set, k)
		p := set.Choose(k, interpreter.Query{Model: "verkstad"}, nil)
		var r interpreter.Result
		p.Decide(k.Bind(p, nil, nil), at, &r)
		v := p.Model().Version
		if statuses[v] == nil {
			statuses[v] = map[interpreter.Status]int{}
		}
		statuses[v][r.Status]++
	}
	for _, v := range []string{"1", "2"} {
		for _, s := range []interpreter.Status{interpreter.Open, interpreter.Closed} {
			if statuses[v][s] == 0 {
				t.Errorf("version %s: no case is %s: %v", v, s, statuses[v])
			}
		}
	}
}

func TestTheSpaceHasTheValuesThatEveryModelAccepts(t *testing.T) {
	s := cohort.NewSpace(twoVersions(t))
	if i, _ := s.Index("sort"); fmt.Sprint(s.Facts[i].Values) != "[a b]" {
		t.Errorf("values of sort: %v", s.Facts[i].Values)
	}
	if i, _ := s.Index("antal"); s.Facts[i].Min != 50 || s.Facts[i].Max != 100 {
		t.Errorf("antal runs from %v to %v", s.Facts[i].Min, s.Facts[i].Max)
	}
}

func TestAFactOnWhoseValuesModelsDisagreeIsNeverTold(t *testing.T) {
	set := models(t,
		fmt.Sprintf(workshop, "1", "2010-01-01", sortsBefore, "min = 0\nmax = 100"),
		strings.Replace(fmt.Sprintf(workshop, "2", "2025-01-01", sortsAfter, "min = 101\nmax = 200"), "antal == 77", "antal == 177", 1))
	c := cohort.New(set, cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	for i := range 300 {
		k := c.Case(i)
		valid(t, set, k)
		if v, said := k.Get("antal"); said && v != nil {
			t.Fatalf("case %d: antal is %v", i, v)
		}
	}
}
