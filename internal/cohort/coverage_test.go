package cohort_test

import (
	"fmt"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/modeltest"
	"github.com/stegvis/stegvis/workflows"
)

// standing is a status, with the reason where a case is stuck.
func standing(r *interpreter.Result) string {
	if r.Status != interpreter.StuckCase {
		return string(r.Status)
	}
	return fmt.Sprintf("%s, %t", r.Status, len(r.Stuck) > 0)
}

// A model's own tests show which statuses it can give, so that nobody has to list them here.
func standingsOfTests(t *testing.T, set *interpreter.Set) map[string]map[string]bool {
	t.Helper()
	var faults diag.List
	out := map[string]map[string]bool{}
	var r interpreter.Result
	for _, f := range dsl.Load(dsl.ReadFS(workflows.FS, &faults)).Tests {
		s := modeltest.Read(f, &faults)
		if out[s.Model] == nil {
			out[s.Model] = map[string]bool{}
		}
		for _, test := range s.Tests {
			for _, d := range test.Days {
				p := set.Choose(d.Case, interpreter.Query{Model: s.Model, Version: s.Version, At: &d.At}, &faults)
				p.Decide(d.Case.Bind(p, set.Declares, &faults), d.At, &r)
				out[s.Model][standing(&r)] = true
			}
		}
	}
	refuse(t, faults)
	return out
}

func TestACohortReachesWhatTheModelsHave(t *testing.T) {
	set := shipped(t)
	at := day(t, "2026-03-01")
	want := standingsOfTests(t, set)
	type seen struct {
		standings, steps, outcomes map[string]bool
		versions                   map[string]int
	}
	got := map[string]*seen{}
	for _, id := range set.IDs() {
		got[id] = &seen{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]int{}}
	}
	c := cohort.New(set, cohort.Options{Seed: 1, At: at})
	unknown := 0
	var r interpreter.Result
	err := c.Each(t.Context(), 5000, func(k *interpreter.Case) error {
		for _, name := range k.Names() {
			if v, _ := k.Get(name); v == nil {
				unknown++
			}
		}
		for _, id := range set.IDs() {
			var faults diag.List
			p := set.Choose(k, interpreter.Query{Model: id, Today: at}, &faults)
			p.Decide(k.Bind(p, set.Declares, &faults), at, &r)
			refuse(t, faults)
			s := got[id]
			s.standings[standing(&r)] = true
			s.versions[p.Model().Version]++
			for _, i := range r.Next {
				s.steps[p.Model().Steps[i].ID] = true
			}
			if r.Outcome >= 0 {
				s.outcomes[p.Model().Outcomes[r.Outcome].ID] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if unknown == 0 {
		t.Error("every fact that was asked for was told")
	}
	for _, id := range set.IDs() {
		s := got[id]
		for status := range want[id] {
			if !s.standings[status] {
				t.Errorf("%s: no case is %s", id, status)
			}
		}
		versions := set.Versions(id)
		for _, p := range versions {
			if s.versions[p.Model().Version] == 0 {
				t.Errorf("%s: no case is of version %s", id, p.Model().Version)
			}
		}
		m := versions[len(versions)-1].Model()
		if n := len(m.Steps); len(s.steps)*100 < 90*n {
			t.Errorf("%s: %d of %d steps are next in some case", id, len(s.steps), n)
		}
		if n := len(m.Outcomes); len(s.outcomes)*100 < 90*n {
			t.Errorf("%s: %d of %d outcomes close some case", id, len(s.outcomes), n)
		}
	}
}
