package casework

import (
	"context"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Least is the smallest number of cases that a figure tells.
const Least = 5

// Figures are how many cases there are, and how they stand. A number below Least is not told (nil), nor is a sum from which one could
// be reckoned; what is not listed is none at all.
type Figures struct {
	At      calendar.Day `json:"at"`
	Counted time.Time    `json:"counted"` // the moment that they show
	Least   int          `json:"least"`
	Cases   *int64       `json:"cases"` // open or closed
	Models  []ModelCount `json:"models"`
}

// ModelCount counts the cases of a model.
type ModelCount struct {
	Model    string         `json:"model"`
	Cases    *int64         `json:"cases"`
	Versions []VersionCount `json:"versions"`
}

// VersionCount counts the cases of a version: each once by how it stands, and the steps that are required in open ones, of which a case
// can have several.
type VersionCount struct {
	Version string       `json:"version"`
	Cases   *int64       `json:"cases"`
	States  []StateCount `json:"states"`
	Steps   []StepCount  `json:"steps"`
}

// StateCount counts the cases that are open, or closed by somebody.
type StateCount struct {
	State    store.State   `json:"state"`
	Cases    *int64        `json:"cases"`
	Statuses []StatusCount `json:"statuses"`
}

// StatusCount counts the cases of a status, as the model has it; of closed cases, when they were closed.
type StatusCount struct {
	Status   string         `json:"status"`
	Cases    *int64         `json:"cases"`
	Outcomes []OutcomeCount `json:"outcomes"` // those of cases that an outcome closes
}

// OutcomeCount counts the cases that an outcome closes.
type OutcomeCount struct {
	Outcome string `json:"outcome"`
	Cases   *int64 `json:"cases"`
}

// StepCount counts the cases in which a step is required.
type StepCount struct {
	Step  string      `json:"step"`
	Actor string      `json:"actor"`
	Cases *int64      `json:"cases"`
	Times []TimeCount `json:"times"`
}

// TimeCount counts those whose due day stands so today.
type TimeCount struct {
	Time  interpreter.Lateness `json:"time"`
	Cases *int64               `json:"cases"`
}

// Figures returns how many cases there are, as they were counted last or are counted now (counting). That it was read is logged. What
// is returned is everybody's: it is not to be changed.
func (d *Desk) Figures(ctx context.Context, who Who) (*Figures, error) {
	if err := who.let(access.Figures); err != nil {
		return nil, err
	}
	if err := d.store.InTx(ctx, func(tx *store.Tx) error { return who.did(tx, "figures", "") }); err != nil {
		return nil, err
	}
	return d.counting.get(ctx, calendar.Today(d.store.Now()), d.count)
}

// count counts cases.
func (d *Desk) count(ctx context.Context) (out *Figures, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		today := calendar.Today(tx.At())
		cases, steps, err := tx.Count(today)
		if err == nil {
			out = figures(today, cases, steps)
			out.Counted = tx.At()
		}
		return err
	})
	return out, err
}

// count is a number of cases, and those that it is the sum of. What is withheld is decided over the whole tree of them:
//
// A number that is no sum is withheld if it is below Least, as everybody knows. A sum is told only if it says nothing more of any of
// those that it sums up and that are withheld: if each could still be anything from 1 to just below Least. What a sum has beyond the
// numbers told is left over, in k withheld ones. A sum that is withheld leaves what it has to its own sum. So what is large is always
// told, and a small number costs sums, not other numbers.
type count struct {
	name  string
	n     int64
	parts []*count
	told  bool
	never bool // is not to be told, whatever it is
}

// part returns the part with the name.
func (c *count) part(name string) *count {
	for _, p := range c.parts {
		if p.name == name {
			return p
		}
	}
	p := &count{name: name}
	c.parts = append(c.parts, p)
	return p
}

// add counts cases in the count and in the parts of parts that the path names.
func (c *count) add(n int64, path ...string) {
	if c.n += n; len(path) > 0 {
		c.part(path[0]).add(n, path[1:]...)
	}
}

// withhold decides what is told of the count and its parts, and returns how many cases in how many numbers are left over.
func (c *count) withhold() (left, k int64) {
	if c.n < Least || c.never {
		return c.hide()
	}
	for _, p := range c.parts {
		l, n := p.withhold()
		left, k = left+l, k+n
	}
	// The others can be so small, and so large, that any one of them can be anything.
	if c.told = k == 0 || left-(k-1) >= Least-1 && left-(k-1)*(Least-1) <= 1; c.told {
		return 0, 0
	}
	return left, k
}

// hide withholds the count and all its parts.
func (c *count) hide() (left, k int64) {
	c.told = false
	for _, p := range c.parts {
		_, n := p.hide()
		k += n
	}
	return c.n, max(k, 1)
}

// tell is the number, if it is told.
func (c *count) tell() *int64 {
	if !c.told {
		return nil
	}
	return &c.n
}

// cover withholds small numbers of parts whose sum is told or somebody knows, and then the smallest of the others until none of them
// can be told to be below Least from that sum; false where all of them are not enough.
func (c *count) cover() bool {
	for _, p := range c.parts {
		if p.told = p.n >= Least; !p.told || !p.cover() {
			p.hide()
		}
	}
	for {
		var left, k int64
		var least *count
		for _, p := range c.parts {
			switch {
			case !p.told:
				l, n := p.hide()
				left, k = left+l, k+n
			case least == nil || p.n < least.n:
				least = p
			}
		}
		if k == 0 || left-(k-1) >= Least && k > 1 {
			return true
		}
		if least == nil {
			return false
		}
		least.hide()
	}
}

// figures makes figures of counts.
func figures(on calendar.Day, cases []store.CasesLike, steps []store.StepsLike) *Figures {
	all := &count{}
	for _, x := range cases {
		all.add(x.Cases, x.Model, x.Version, string(x.State), x.Status, x.Outcome)
	}
	// In an open case at least one step is required, and mostly it is one: so the sum over the steps is known.
	required := map[[2]string]*count{}
	actors := map[[3]string]string{}
	for _, x := range steps {
		of := [2]string{x.Model, x.Version}
		if required[of] == nil {
			required[of] = &count{}
		}
		required[of].add(x.Cases, x.Step, string(x.Time))
		actors[[3]string{x.Model, x.Version, x.Step}] = x.Actor
	}
	for of, c := range required {
		if !c.cover() {
			all.part(of[0]).part(of[1]).part(string(store.StateOpen)).part(string(interpreter.Open)).never = true
		}
	}
	all.withhold()
	out := &Figures{At: on, Least: Least, Cases: all.tell(), Models: []ModelCount{}}
	for _, m := range all.parts {
		model := ModelCount{m.name, m.tell(), []VersionCount{}}
		for _, v := range m.parts {
			version := VersionCount{v.name, v.tell(), []StateCount{}, []StepCount{}}
			for _, s := range v.parts {
				state := StateCount{store.State(s.name), s.tell(), []StatusCount{}}
				for _, t := range s.parts {
					status := StatusCount{t.name, t.tell(), []OutcomeCount{}}
					for _, o := range t.parts {
						if o.name != "" {
							status.Outcomes = append(status.Outcomes, OutcomeCount{o.name, o.tell()})
						}
					}
					state.Statuses = append(state.Statuses, status)
				}
				version.States = append(version.States, state)
			}
			if of := required[[2]string{m.name, v.name}]; of != nil {
				for _, s := range of.parts {
					step := StepCount{s.name, actors[[3]string{m.name, v.name, s.name}], s.tell(), []TimeCount{}}
					for _, t := range s.parts {
						step.Times = append(step.Times, TimeCount{interpreter.Lateness(t.name), t.tell()})
					}
					version.Steps = append(version.Steps, step)
				}
			}
			model.Versions = append(model.Versions, version)
		}
		out.Models = append(out.Models, model)
	}
	return out
}
