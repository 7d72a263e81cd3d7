package cli

import (
	"github.com/stegvis/stegvis/interpreter"
)

// follow gives the models that answer now, and tells when they change; for a folder they are hot-reloaded.
func (a *app) follow(dir string, q interpreter.Query) (current func() *interpreter.Set, changed <-chan struct{}, stop func(), err error) {
	l := a.load(dir)
	if err := a.missingModel(l, q); err != nil {
		return nil, nil, nil, err
	}
	return func() *interpreter.Set { return l.set }, nil, func() {}, nil
}
