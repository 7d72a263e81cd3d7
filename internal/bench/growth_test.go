package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// How models grow: in steps, with facts and rules in proportion; and in facts alone.
var (
	growingSteps = []Size{{10, 20, 35}, {20, 40, 70}, {50, 100, 175}, {100, 200, 350}, {200, 400, 700}, {500, 1000, 1750}}
	growingFacts = []Size{{50, 10, 175}, {50, 30, 175}, {50, 100, 175}, {50, 300, 175}, {50, 1000, 175}}
)

// BenchmarkGrowth makes decisions by generated models of growing size, on drawn cases that have come anywhere from their
// first to their last step. There are as many more cases as there are fewer steps, so that no processor learns them.
func BenchmarkGrowth(b *testing.B) {
	for _, s := range growingSteps {
		b.Run(fmt.Sprintf("in=steps/n=%d", s.Steps), func(b *testing.B) { growth(b, s) })
	}
	for _, s := range growingFacts {
		b.Run(fmt.Sprintf("in=facts/n=%d", s.Facts), func(b *testing.B) { growth(b, s) })
	}
}

func growth(b *testing.B, s Size) {
	m := loadGenerated(b, s)
	p := interpreter.Compile(m)
	facts := make([]*interpreter.Facts, 400_000/s.Steps)
	for i := range facts {
		facts[i] = drawGenerated(p, m, s, i)
	}
	var r interpreter.Result
	p.Decide(facts[0], generatedAt, &r) // makes room, once
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		p.Decide(facts[i%len(facts)], generatedAt, &r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(s.Steps), "ns/step")
}

const generatedAt = calendar.Day(20_500)

// drawGenerated makes up a case that has come some way through the model: the facts of the steps behind it are as these
// need them to be done, but for one now and then, and those ahead of it are mostly not known.
func drawGenerated(p *interpreter.Program, m *dsl.Model, s Size, i int) *interpreter.Facts {
	r := rand.New(rand.NewPCG(uint64(s.Steps), uint64(i)))
	f := p.NewFacts()
	reached := r.IntN(s.Facts + 1)
	for k, fact := range m.Facts {
		odd := r.IntN(2*s.Facts) == 0
		if (k < reached) == odd {
			if r.IntN(4) == 0 {
				f.SetUnobtainable(k)
			}
			continue
		}
		switch fact.Type.Kind {
		case rule.Event:
			f.SetDay(k, generatedAt-calendar.Day(r.IntN(300)))
		case rule.Bool:
			f.SetBool(k, r.IntN(s.Facts) > 0)
		case rule.Enum:
			f.SetEnum(k, r.IntN(3))
		case rule.Int:
			f.SetInt(k, int64(10+r.IntN(30)))
		case rule.Set:
			f.SetSet(k, []int{0, r.IntN(3)})
		}
	}
	return f
}

// Cases must come to every part of a model; or what is measured is the way to its first step.
func TestGeneratedCasesComeEverywhere(t *testing.T) {
	for _, s := range growingSteps {
		m := loadGenerated(t, s)
		p := interpreter.Compile(m)
		var r interpreter.Result
		statuses, thirds := map[interpreter.Status]int{}, [3]int{}
		for i := range 3_000 {
			p.Decide(drawGenerated(p, m, s, i), generatedAt, &r)
			statuses[r.Status]++
			if len(r.Next) > 0 {
				thirds[3*int(r.Next[0])/s.Steps]++
			}
		}
		t.Logf("%+v: %v, next in the first, second and last third %v", s, statuses, thirds)
		for i, n := range thirds {
			if n < 50 {
				t.Errorf("%+v: of 3,000 cases only %d have their next step in third %d of the model", s, n, i+1)
			}
		}
	}
}
