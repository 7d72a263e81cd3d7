package modeltest

import (
	"sort"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/interpreter"
)

// Suite is a test file: the model it is of, and its tests in file order.
type Suite struct {
	File    *syntax.File
	Model   string
	Version string // "": the version in force when each case started
	Tests   []*Test
}

// Test is a single case, which has one day, or a journey.
type Test struct {
	ID    string
	Title string
	Days  []*Day
	Span  diag.Span
}

// Day is a day of a test: what is known by then, and what must be answered.
type Day struct {
	At     calendar.Day
	Case   *interpreter.Case
	Expect []expectation
	span   diag.Span     // the day's header
	end    diag.Span     // its last value
	expect *syntax.Value // the expectation as it stands in the file; nil: none
	needs  bool          // it says nothing yet, so that --update fills it in
}

// Report is what a run found.
type Report struct {
	Passed, Failed int       // tests
	Faults         diag.List // where an answer is not the one expected
	Edits          []Edit    // what would make the files expect what was answered
	Coverage       *Coverage
	failed         map[*Suite]int
	by             map[*interpreter.Program]diag.List // the faults of each version that failed
}

// FailedOf returns how many tests of the suite failed.
func (r *Report) FailedOf(s *Suite) int { return r.failed[s] }

// Run runs the suites on the models of set. Coverage is gathered over all of them.
func Run(suites []*Suite, set *interpreter.Set) *Report {
	r := &Report{Coverage: newCoverage(set), failed: map[*Suite]int{}, by: map[*interpreter.Program]diag.List{}}
	for _, s := range suites {
		for _, t := range s.Tests {
			var faults diag.List
			for _, d := range t.Days {
				r.day(s, t, d, set, &faults)
			}
			if faults.HasErrors() {
				r.Failed++
				r.failed[s]++
			} else {
				r.Passed++
			}
			r.Faults = append(r.Faults, faults...)
		}
	}
	r.Faults.Sort()
	sort.SliceStable(r.Edits, func(i, j int) bool { return r.Edits[i].Span.Start < r.Edits[j].Span.Start })
	return r
}

func (r *Report) day(s *Suite, t *Test, d *Day, set *interpreter.Set, faults *diag.List) {
	q := interpreter.Query{Model: s.Model, Version: s.Version, At: &d.At, Lang: lang.SV}
	p := set.Choose(d.Case, q, faults)
	if p == nil {
		return
	}
	var own diag.List
	defer func() {
		*faults = append(*faults, own...)
		if own.HasErrors() {
			r.by[p] = append(r.by[p], own...)
		}
	}()
	facts := d.Case.Bind(p, set.Declares, &own)
	if own.HasErrors() {
		return
	}
	res := &result{program: p, raw: &interpreter.Result{}}
	p.Decide(facts, d.At, res.raw)
	res.decision = p.Words(res.raw, lang.SV)
	r.Coverage.see(p, facts, res.raw)
	if d.needs {
		own.Error(d.span, "test-expects-nothing", diag.Args{"Test": t.ID})
		r.Edits = append(r.Edits, fill(d, res))
	}
	for i := range d.Expect {
		x := &d.Expect[i]
		if !x.key.valid(x, p, &own) {
			continue
		}
		if got, ok := x.check(res); !ok {
			own.Error(x.value.Span, "test-mismatch", diag.Args{
				"Test": t.ID, "Day": d.At.String(), "Key": x.key.name, "Want": x.want.toml(), "Got": got.toml(),
			})
			r.Edits = append(r.Edits, Edit{Span: x.value.Span, Text: got.toml()})
		}
	}
}
