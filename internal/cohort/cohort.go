package cohort

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// Options say which cohort is made. Beside the models, nothing else decides it.
type Options struct {
	Seed   uint64
	At     calendar.Day // the day asked about, of every case; nothing happens after it
	Models []string     // the models that cases live through; empty: all of the set
}

// Cohort makes cases. It is immutable; any number of goroutines can use it at once.
type Cohort struct {
	set   *interpreter.Set
	space *Space
	o     Options
	lived [][]*track // by model: the versions that a case can live through
	all   map[*interpreter.Program]*track
	start map[int]bool // places of the facts that tell when a case started
	idle  sync.Pool    // of *worker
}

// New returns the cohort of the set's models that o describes. Models that the set lacks are left out, and a set
// without models gives cases of which nothing is known.
func New(set *interpreter.Set, o Options) *Cohort {
	c := &Cohort{set: set, space: NewSpace(set), o: o, all: map[*interpreter.Program]*track{}, start: map[int]bool{}}
	if len(o.Models) == 0 {
		c.o.Models = set.IDs()
	}
	for _, id := range c.o.Models {
		if tracks := tracksOf(c.space, set.Versions(id), o.At); len(tracks) > 0 {
			c.lived = append(c.lived, tracks)
		}
	}
	for _, p := range set.Programs() {
		t := newTrack(c.space, p)
		c.all[p] = t
		if t.start >= 0 {
			c.start[t.start] = true
		}
	}
	c.idle.New = func() any { return newWorker(c) }
	return c
}

// Space returns the name space of the cases.
func (c *Cohort) Space() *Space { return c.space }

// Case returns case i, counted from 0. It is the same case in a cohort of any number.
func (c *Cohort) Case(i int) *interpreter.Case {
	w := c.idle.Get().(*worker)
	defer c.idle.Put(w)
	return w.live(i).asCase()
}

// answering returns the version of the model that answers for a case opened on a day, as interpreter.Set.Choose chooses it.
func (c *Cohort) answering(model string, opened calendar.Day) *track {
	versions := c.set.Versions(model)
	day := opened
	if versions[len(versions)-1].Model().Start == nil {
		day = c.o.At
	}
	chosen := versions[0]
	for _, p := range versions {
		if p.Model().InForce <= day {
			chosen = p
		}
	}
	return c.all[chosen]
}

// id names case i, so that cases of cohorts with different seeds have different names.
func (c *Cohort) id(i int) string { return fmt.Sprintf("k%d-%06d", c.o.Seed, i+1) }

// batch is how many cases a thread makes at a time.
const batch = 64

// Each makes the first n cases, on as many threads as the machine has, and gives them to f one at a time in their order.
// No more than a few hundred are in memory at once. It stops at the first error of f, and when ctx is done, and returns
// why.
func (c *Cohort) Each(ctx context.Context, n int, f func(*interpreter.Case) error) error {
	ctx, stop := context.WithCancel(ctx)
	threads := runtime.GOMAXPROCS(0)
	// Each batch has a channel of its own; the queue holds these in order, and bounds how far ahead the threads can be.
	type job struct {
		from, to int
		made     chan []*interpreter.Case
	}
	jobs, queue := make(chan job), make(chan job, 2*threads)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() {
		defer close(jobs)
		defer close(queue)
		for from := 0; from < n; from += batch {
			j := job{from, min(from+batch, n), make(chan []*interpreter.Case, 1)}
			select {
			case queue <- j:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				return
			}
		}
	})
	for range threads {
		running.Go(func() {
			for j := range jobs {
				made := make([]*interpreter.Case, 0, batch)
				for i := j.from; i < j.to && ctx.Err() == nil; i++ {
					made = append(made, c.Case(i))
				}
				j.made <- made
			}
		})
	}
	for j := range queue {
		select {
		case made := <-j.made:
			for _, one := range made {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := f(one); err != nil {
					return err
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}
