package cohort_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

func TestEveryTypeAndTestIsLivedThrough(t *testing.T) {
	set := casetest.TwoVersions(t)
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
	s := cohort.NewSpace(casetest.TwoVersions(t))
	if i, _ := s.Index("sort"); fmt.Sprint(s.Facts[i].Values) != "[a b]" {
		t.Errorf("values of sort: %v", s.Facts[i].Values)
	}
	if i, _ := s.Index("antal"); s.Facts[i].Min != 50 || s.Facts[i].Max != 100 {
		t.Errorf("antal runs from %v to %v", s.Facts[i].Min, s.Facts[i].Max)
	}
}

func TestAFactOnWhoseValuesModelsDisagreeIsNeverTold(t *testing.T) {
	set := models(t,
		fmt.Sprintf(casetest.Workshop, "1", "2010-01-01", casetest.SortsBefore, "min = 0\nmax = 100"),
		strings.Replace(fmt.Sprintf(casetest.Workshop, "2", "2025-01-01", casetest.SortsAfter, "min = 101\nmax = 200"), "antal == 77", "antal == 177", 1))
	c := cohort.New(set, cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	for i := range 300 {
		k := c.Case(i)
		valid(t, set, k)
		if v, said := k.Get("antal"); said && v != nil {
			t.Fatalf("case %d: antal is %v", i, v)
		}
	}
}
