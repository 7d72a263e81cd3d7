package modeltest

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// Version names one version of one model.
type Version struct{ Model, Version string }

// Failures runs the test files of a read against a set and returns, for each version of a model that fails, what
// is wrong. A test file that cannot be read fails every version of its model: nobody can tell which it is of.
func Failures(read *dsl.Set, set *interpreter.Set) map[Version]diag.List {
	out := map[Version]diag.List{}
	for _, f := range read.Tests {
		var faults diag.List
		s := Read(f, &faults)
		if !faults.HasErrors() && !f.Broken {
			for p, own := range Run([]*Suite{s}, set).by {
				m := p.Model()
				v := Version{m.ID, m.Version}
				out[v] = append(out[v], own...)
			}
			continue
		}
		for _, p := range set.Versions(s.Model) {
			m := p.Model()
			if v := (Version{m.ID, m.Version}); s.Version == "" || s.Version == m.Version {
				out[v] = append(out[v], faults...)
			}
		}
	}
	return out
}
