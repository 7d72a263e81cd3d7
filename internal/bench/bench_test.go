package bench

import (
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// streamed is how many different cases a decision is measured on. On a few cases, again and again, the processor learns
// where each of them branches.
const streamed = 400_000

// A stream is drawn cases, as the interpreter and as the hand-written versions take them, one after another in memory.
type stream struct {
	facts []*interpreter.Facts
	hand  []Facts
	days  []calendar.Day
}

func newStream(b *testing.B, p *interpreter.Program, whole bool) *stream {
	b.Helper()
	s := &stream{make([]*interpreter.Facts, streamed), make([]Facts, streamed), make([]calendar.Day, streamed)}
	d := newDrawer(p, whole)
	for i := range streamed {
		s.facts[i], s.days[i] = d.draw(i)
		s.hand[i] = byHand(b, p, s.facts[i])
	}
	return s
}

// BenchmarkDecide makes one decision on FAROS an operation, on the cases of a stream in turn.
func BenchmarkDecide(b *testing.B) {
	plain, law := faros(b, false), faros(b, true)
	for _, kind := range []struct {
		name  string
		whole bool
	}{{"complete", true}, {"gaps", false}} {
		b.Run("cases="+kind.name, func(b *testing.B) {
			cases := sync.OnceValue(func() *stream { return newStream(b, plain, kind.whole) })
			b.Run("by=stegvis", func(b *testing.B) { decideStream(b, plain, cases()) })
			under := sync.OnceValue(func() *stream { return newStream(b, law, kind.whole) })
			b.Run("by=stegvis-law", func(b *testing.B) { decideStream(b, law, under()) })
			under = nil
			var a Answer
			b.Run("by=go-three", func(b *testing.B) {
				s := cases()
				b.ReportAllocs()
				b.ResetTimer()
				for i, k := 0, 0; i < b.N; i, k = i+1, k+1 {
					if k == streamed {
						k = 0
					}
					Three(&s.hand[k], s.days[k], &a)
				}
			})
			if !kind.whole { // plain truth values have no answer for what is not known
				return
			}
			b.Run("by=go-two", func(b *testing.B) {
				s := cases()
				b.ReportAllocs()
				b.ResetTimer()
				for i, k := 0, 0; i < b.N; i, k = i+1, k+1 {
					if k == streamed {
						k = 0
					}
					Two(&s.hand[k], s.days[k], &a)
				}
			})
			for _, e := range rivals(b, plain) {
				decide := sync.OnceValue(func() func(testing.TB, int, *Answer) {
					s := cases()
					return e.prepare(b, s.hand[:e.cases], s.days[:e.cases])
				})
				b.Run("by="+e.name, func(b *testing.B) {
					decide := decide()
					b.ReportAllocs()
					b.ResetTimer()
					for i := range b.N {
						decide(b, i%e.cases, &a)
					}
				})
			}
		})
	}
}

func decideStream(b *testing.B, p *interpreter.Program, s *stream) {
	var r interpreter.Result
	for k := range 1000 {
		p.Decide(s.facts[k], s.days[k], &r)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i, k := 0, 0; i < b.N; i, k = i+1, k+1 {
		if k == streamed {
			k = 0
		}
		p.Decide(s.facts[k], s.days[k], &r)
	}
}
