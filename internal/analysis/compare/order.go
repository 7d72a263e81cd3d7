package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/interpreter"
)

// Order is the order in which a model comes to kinds of steps.
type Order struct {
	Kinds  []*dsl.Term        // as each is first come to
	before map[[2]string]bool // a step of the second comes after one of the first, directly or past others, and none the other way round
}

// Turned is two kinds that two models come to the other way round.
type Turned struct {
	First, Second int // the models
	Early, Late   *dsl.Term
}

// Turned lists the kinds that any two models come to the other way round: the first of them to Early first, the second to Late.
func (r *Report) Turned() (out []Turned) {
	for i := range r.Orders {
		for j := i + 1; j < len(r.Orders); j++ {
			for _, a := range r.Orders[i].Kinds {
				for _, b := range r.Orders[i].Kinds {
					if r.Orders[i].before[[2]string{a.ID, b.ID}] && r.Orders[j].before[[2]string{b.ID, a.ID}] {
						out = append(out, Turned{i, j, a, b})
					}
				}
			}
		}
	}
	return out
}

func orders(programs []*interpreter.Program) (out []Order) {
	for _, p := range programs {
		o := Order{before: map[[2]string]bool{}}
		earlier := map[*dsl.Step]map[*dsl.Step]bool{}
		after := map[[2]string]bool{}
		for _, n := range p.Model().Order { // each after what it comes after
			s := n.Step
			if s == nil {
				continue
			}
			if !slices.ContainsFunc(o.Kinds, func(k *dsl.Term) bool { return k.ID == s.Kind.ID }) {
				o.Kinds = append(o.Kinds, s.Kind)
			}
			earlier[s] = map[*dsl.Step]bool{}
			for _, a := range s.After {
				earlier[s][a] = true
				for b := range earlier[a] {
					earlier[s][b] = true
				}
			}
			for e := range earlier[s] {
				after[[2]string{e.Kind.ID, s.Kind.ID}] = true
			}
		}
		for k := range after {
			if k[0] != k[1] && !after[[2]string{k[1], k[0]}] {
				o.before[k] = true
			}
		}
		out = append(out, o)
	}
	return out
}
