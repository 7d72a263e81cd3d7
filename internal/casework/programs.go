package casework

import (
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// ErrNoProgram is returned for a case whose model is not among the files and has never answered.
var ErrNoProgram = errors.New("casework: no files answer for the case")

// programs finds the program that answers: of the files there are now, or of those that the store kept.
type programs struct {
	live func() *interpreter.Set
	kept *lru.Cache[string, *interpreter.Program] // by hash
	told *lru.Cache[string, bool]                 // hashes whose files are known to be in the store
}

// How many programs of files that are gone are held ready, and hashes remembered.
const (
	mostKept = 32
	mostTold = 1000
)

func newPrograms(live func() *interpreter.Set) programs {
	kept, _ := lru.New[string, *interpreter.Program](mostKept) // fails for no size alone
	told, _ := lru.New[string, bool](mostTold)
	return programs{live: live, kept: kept, told: told}
}

// now returns the program that answers for a version of a model now: that of the files there are, else that of the files that
// answered last.
func (x *programs) now(tx *store.Tx, model, version string) (*interpreter.Program, error) {
	if p := x.ofLive(model, version); p != nil {
		return p, nil
	}
	return x.at(tx, model, version, tx.At())
}

func (x *programs) ofLive(model, version string) *interpreter.Program {
	for _, p := range x.live().Versions(model) {
		if p.Model().Version == version {
			return p
		}
	}
	return nil
}

// at returns the program that answered for a version of a model at a moment.
func (x *programs) at(tx *store.Tx, model, version string, at time.Time) (*interpreter.Program, error) {
	hash, err := tx.ActiveAt(model, version, at)
	switch {
	case err != nil:
		return nil, err
	case hash == "":
		return nil, ErrNoProgram
	}
	return x.of(tx, model, version, hash)
}

// of returns the program of the hash.
func (x *programs) of(tx *store.Tx, model, version, hash string) (*interpreter.Program, error) {
	if p := x.ofLive(model, version); p != nil && p.Model().Hash == hash {
		return p, nil
	}
	if p, ok := x.kept.Get(hash); ok {
		return p, nil
	}
	files, err := tx.Files(hash)
	if err != nil {
		return nil, err
	}
	for _, m := range dsl.Load(files).Models {
		if m.ID == model && m.Version == version && m.Hash == hash {
			p := interpreter.Compile(m)
			x.kept.Add(hash, p)
			return p, nil
		}
	}
	return nil, fmt.Errorf("casework: the files with the hash %s do not make the model %s, version %s, any more", hash, model, version)
}

// keep keeps the files of a program that answers.
func (x *programs) keep(tx *store.Tx, p *interpreter.Program) error {
	m := p.Model()
	if err := x.keepAll(tx, m.Hash, []*interpreter.Program{p}); err != nil {
		return err
	}
	_, err := tx.Activate(m.ID, m.Version, m.Hash)
	return err
}

// keepAll keeps the files of programs that answer together, under the hash of their answers.
func (x *programs) keepAll(tx *store.Tx, hash string, by []*interpreter.Program) error {
	if _, told := x.told.Get(hash); told || len(by) == 0 {
		return nil
	}
	var files []*diag.Source
	has := map[string]bool{}
	for _, p := range by {
		for _, f := range p.Model().Files {
			if !has[f.Name] {
				has[f.Name] = true
				files = append(files, f)
			}
		}
	}
	if err := tx.KeepFiles(hash, files); err != nil {
		return err
	}
	tx.Then(func() { x.told.Add(hash, true) })
	return nil
}
