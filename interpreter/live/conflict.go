package live

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// Files that are loaded together are checked together, by dsl. A model that keeps its old text was loaded with other
// files than the candidates beside it, so that the two must be held against each other here: a fact must mean one
// thing in all models that are live.

// conflicts returns a fault for each fact that the candidate and one of the programs declare with different types.
func conflicts(candidate *dsl.Model, kept []*interpreter.Program) (faults diag.List) {
	for _, p := range kept {
		other := p.Model()
		for _, f := range candidate.Facts {
			i, both := p.FactIndex(f.ID)
			if !both {
				continue
			}
			g := other.Facts[i]
			if agree(f, g, candidate.ID == other.ID) {
				continue
			}
			faults.Error(f.Span, "live-fact-conflict", diag.Args{
				"Fact": f.ID, "Model": other.ID, "Version": other.Version,
			}).With(g.Span, "live-kept-text", diag.Args{"Model": other.ID, "Version": other.Version})
		}
	}
	return faults
}

// agree tells whether two facts of one name mean the same. The versions of a model may differ in a fact's values.
func agree(f, g *dsl.Fact, versions bool) bool {
	if f.Type.Kind != g.Type.Kind {
		return false
	}
	return versions || slices.Equal(sorted(f.Type.Values), sorted(g.Type.Values))
}

func sorted(values []string) []string {
	out := slices.Clone(values)
	slices.Sort(out)
	return out
}
