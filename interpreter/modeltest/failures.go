package modeltest

import (
	"maps"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/interpreter"
)

// Version names one version of one model.
type Version struct{ Model, Version string }

// Failures runs the test files of a read against a set and returns, for each version of a model that fails, what
// is wrong. A test file that cannot be read fails every version of its model: nobody can tell which it is of.
func Failures(read *dsl.Set, set *interpreter.Set) map[Version]diag.List {
	return new(Runner).Failures(read, set)
}

// Runner runs the test files of a folder that is read time and again. A test file is run anew where it has changed, where
// a version of its model has, or where there are other facts that any model of the set declares, since a case may hold
// facts of other models. A Runner keeps what the last run needed and no more. The zero value is ready; it is for one
// goroutine at a time.
type Runner struct {
	ran   map[*syntax.File]*ran
	facts map[string]bool
}

// ran is what the running of a test file gave, and on which programs.
type ran struct {
	model    string
	programs []*interpreter.Program
	failed   map[Version]diag.List
}

// Failures is the package's Failures.
func (r *Runner) Failures(read *dsl.Set, set *interpreter.Set) map[Version]diag.List {
	facts := map[string]bool{}
	for _, p := range set.Programs() {
		for _, f := range p.Model().Facts {
			facts[f.ID] = true
		}
	}
	last := r.ran
	if !maps.Equal(facts, r.facts) {
		last = nil
	}
	r.ran, r.facts = map[*syntax.File]*ran{}, facts
	out := map[Version]diag.List{}
	for _, f := range read.Tests {
		x := last[f]
		if x == nil || !slices.Equal(x.programs, set.Versions(x.model)) {
			x = run(f, set)
		}
		r.ran[f] = x
		for v, faults := range x.failed {
			out[v] = append(out[v], faults...)
		}
	}
	return out
}

// run runs one test file.
func run(f *syntax.File, set *interpreter.Set) *ran {
	var faults diag.List
	s := Read(f, &faults)
	x := &ran{s.Model, set.Versions(s.Model), map[Version]diag.List{}}
	if !faults.HasErrors() && !f.Broken {
		for p, own := range Run([]*Suite{s}, set).by {
			m := p.Model()
			x.failed[Version{m.ID, m.Version}] = own
		}
		return x
	}
	for _, p := range x.programs {
		m := p.Model()
		if v := (Version{m.ID, m.Version}); s.Version == "" || s.Version == m.Version {
			x.failed[v] = append(x.failed[v], faults...)
		}
	}
	return x
}
