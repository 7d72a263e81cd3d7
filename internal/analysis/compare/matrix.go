package compare

import (
	"math/rand/v2"

	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Matrix tells of every two models in how many cases they differ in the primary next step: the first that is required. They differ
// where its kind or its actor does, or where only one of them requires any.
type Matrix struct {
	Cases   int     // that were put through all models
	Refused int     // that some model does not accept, and that are counted nowhere else
	Every   bool    // of cells: these are all the cases that rules can tell apart; else they were drawn
	Differ  [][]int // by model and model
}

// Share is the share of cases in which the two models differ, from 0 to 1; of no cases it is 0.
func (m *Matrix) Share(i, j int) float64 {
	if m.Cases == 0 {
		return 0
	}
	return float64(m.Differ[i][j]) / float64(m.Cases)
}

// primary is what is compared of a next step; the zero value is that of none.
type primary struct{ kind, actor string }

// matrix counts over cases laid out for the models; nil: one that some model does not accept.
func (c *comparer) matrix(cases [][]*interpreter.Facts) *Matrix {
	m := c.emptyMatrix()
	for _, facts := range cases {
		c.count(m, facts)
	}
	return m
}

func (c *comparer) emptyMatrix() *Matrix {
	m := &Matrix{Differ: make([][]int, len(c.programs))}
	for i := range m.Differ {
		m.Differ[i] = make([]int, len(c.programs))
	}
	return m
}

func (c *comparer) count(m *Matrix, facts []*interpreter.Facts) {
	if facts == nil {
		m.Refused++
		return
	}
	m.Cases++
	next := make([]primary, len(c.programs))
	for i, p := range c.programs {
		p.Decide(facts[i], c.day, &c.result)
		if len(c.result.Next) > 0 {
			s := p.Model().Steps[c.result.Next[0]]
			next[i] = primary{s.Kind.ID, s.Actor.ID}
		}
	}
	for i := range next {
		for j := range next {
			if next[i] != next[j] {
				m.Differ[i][j]++
			}
		}
	}
}

// drawn is the matrix over cells: over all of them where they are no more than o.Samples, else over as many that are drawn. Each
// fact is drawn by itself, and each of its cells, unknown among them, is as likely as the others; of a set each value is, once it is
// known, which is as likely as not.
func (c *comparer) drawn(o Options) *Matrix {
	choices := make([][]any, len(c.s.Domains)) // by fact; nil: unknown
	all := 1
	for i, d := range c.s.Domains {
		choices[i] = c.values(d, o.Samples)
		if all <= o.Samples {
			all *= len(choices[i])
		}
	}
	m := c.emptyMatrix()
	m.Every = all <= o.Samples && len(c.s.Open) == 0
	put := func(pick func(fact int) any) {
		k := interpreter.NewCase("")
		k.At = &c.day
		for i, d := range c.s.Domains {
			if v := pick(i); v != nil {
				k.Set(d.Fact.ID, v)
			}
		}
		c.count(m, c.bind(k))
	}
	if m.Every {
		for n := range all {
			put(func(i int) any {
				v := choices[i][n%len(choices[i])]
				n /= len(choices[i])
				return v
			})
		}
		return m
	}
	dice := rand.New(rand.NewPCG(o.Seed, 0))
	for range o.Samples {
		put(func(i int) any {
			if values := c.s.Domains[i].Fact.Type.Values; len(c.s.Domains[i].Cells) == 0 {
				if dice.IntN(2) == 0 {
					return nil
				}
				set := []string{}
				for _, v := range values {
					if dice.IntN(2) == 0 {
						set = append(set, v)
					}
				}
				return set
			}
			return choices[i][dice.IntN(len(choices[i]))]
		})
	}
	return m
}

// values lists a value for each cell of the fact, nil for unknown first. Those of a set are listed while they are no more than most;
// past that the list is only longer than it.
func (c *comparer) values(d *cells.Domain, most int) []any {
	out := []any{nil}
	for k := range d.Cells {
		out = append(out, d.Cells[k].Value)
	}
	if len(d.Cells) == 0 {
		out = append(out, []string{})
		for _, v := range d.Fact.Type.Values {
			for _, set := range out[1:] {
				if len(out) > most {
					break
				}
				out = append(out, append(append([]string{}, set.([]string)...), v))
			}
		}
	}
	return out
}
