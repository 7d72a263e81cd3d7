package interpreter

import (
	"sync"

	"github.com/stegvis/stegvis/dsl/lang"
)

// spoken is what a program makes once, when an answer of its is first put into words or told why.
type spoken struct {
	json     perLang[fragments]
	outlines perLang[outline]

	once  sync.Once
	tries *tries

	benches sync.Pool // of *bench
}

// perLang holds what is made of a program once for each language, when it is first asked for.
type perLang[T any] struct {
	once [2]sync.Once
	made [2]*T
}

func (x *perLang[T]) of(p *Program, l lang.Lang, make func(*Program, lang.Lang) *T) *T {
	i := 0
	if l == lang.EN {
		i = 1
	}
	x.once[i].Do(func() { x.made[i] = make(p, l) })
	return x.made[i]
}

// tries returns what is known of the program's facts for trying them otherwise.
func (p *Program) tries() *tries {
	p.spoken.once.Do(func() { p.spoken.tries = newTries(p) })
	return p.spoken.tries
}

// bench is the working memory of explanations, used again and again.
type bench struct {
	result  Result
	trial   Result // with one fact otherwise
	facts   *Facts // of the trial
	truths  []possible
	decides []bool
	found   []found
	seen    []uint8
	from    []int32
	days    dayAlternatives
}

func (p *Program) bench() *bench {
	if b, ok := p.spoken.benches.Get().(*bench); ok {
		return b
	}
	return &bench{facts: p.NewFacts(), truths: make([]possible, len(p.relevance.nodes))}
}
