package cli

import (
	"context"
	"errors"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
	"github.com/stegvis/stegvis/interpreter/modeltest"
)

// followed is the models that answer now, and word of their changes.
type followed struct {
	current func() *interpreter.Set
	changes <-chan live.Change // nil: they never change
	stop    func()
}

// follow opens the models to answer from. Those of a folder are hot-reloaded; those built in never change.
func (a *app) follow(ctx context.Context, dir string, q interpreter.Query) (*followed, error) {
	if dir == "" {
		l := a.load(dir)
		f := &followed{current: func() *interpreter.Set { return l.set }, stop: func() {}}
		if q.Model == allModels {
			return f, nil
		}
		return f, a.missingModel(l, q)
	}
	log, err := a.logger()
	if err != nil {
		return nil, err
	}
	l, err := live.Open(live.Config{Dir: dir, Logger: log, Tests: testsOf(new(modeltest.Runner))})
	var none *live.NoModelError
	if errors.As(err, &none) {
		a.tell(none.Faults)
		return nil, errFound
	}
	if err != nil {
		return nil, err
	}
	a.tell(l.Status().Faults)
	var wrong diag.List
	if q.Model != allModels && l.Current().Choose(interpreter.NewCase(""), q, &wrong) == nil {
		l.Close()
		return nil, misuse{wrong[0].Message(a.lang) + tail(wrong[0].HintText(a.lang))}
	}
	ctx, cancel := context.WithCancel(ctx)
	changes := make(chan live.Change)
	l.Subscribe(func(c live.Change) {
		select {
		case changes <- c:
		case <-ctx.Done():
		}
	})
	return &followed{current: l.Current, changes: changes, stop: func() { cancel(); l.Close() }}, nil
}

// testsOf runs the tests that stand beside the models, so that a model that fails its own does not go live.
func testsOf(runner *modeltest.Runner) func(*dsl.Set, *interpreter.Set) map[live.Key]diag.List {
	return func(read *dsl.Set, candidate *interpreter.Set) map[live.Key]diag.List {
		out := map[live.Key]diag.List{}
		for v, faults := range runner.Failures(read, candidate) {
			out[live.Key(v)] = faults
		}
		return out
	}
}
