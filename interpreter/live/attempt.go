package live

import (
	"path/filepath"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// attempt makes the next state out of the one that is live and one reading of the folder. It changes nothing outside
// itself.
type attempt struct {
	cfg  Config
	now  time.Time
	prev *state
	read *reading
	seen sightings
	made *made

	loaded     *dsl.Set
	candidates []*candidate
	kept       []*entry // copies of live entries that stay as they are, with the reason
}

// candidate is a model that has loaded.
type candidate struct {
	key      Key
	program  *interpreter.Program
	replaces []*entry // what is live and goes when it goes live
	faults   diag.List
	until    time.Time
	refused  bool
}

// made is what the last attempt made, whether it went live or not, so that the next makes only what has changed anew.
type made struct {
	loader   dsl.Reloader
	programs map[*dsl.Model]*interpreter.Program
}

// next returns the state that follows.
func (a *attempt) next() *state {
	a.loaded = a.made.loader.Load(a.read.sources)
	a.nominate()
	a.keepTheRest()
	a.hold()
	a.settle()
	a.test()
	a.settle()
	a.keepSomething()
	return a.state()
}

// nominate makes a candidate of each model that has loaded, and finds out what it would take the place of: the same
// version, or, where a file was given another version or id, what was live of that file.
func (a *attempt) nominate() {
	byKey, byFile := map[Key]*candidate{}, map[string]*candidate{}
	programs := map[*dsl.Model]*interpreter.Program{}
	for _, m := range a.loaded.Models {
		c := &candidate{key: Key{m.ID, m.Version}, program: a.compiled(m)}
		programs[m] = c.program
		a.candidates = append(a.candidates, c)
		byKey[c.key], byFile[baseName(m.Files[0])] = c, c
	}
	a.made.programs = programs
	for _, e := range a.prev.live() {
		c := byKey[e.key]
		if c == nil {
			c = byFile[e.file]
		}
		if c != nil {
			c.replaces = append(c.replaces, e)
		} else {
			a.kept = append(a.kept, e.with(nil, time.Time{}))
		}
	}
}

// compiled returns the program of a model: the one that was made last time, or is live, where nothing in it has changed.
func (a *attempt) compiled(m *dsl.Model) *interpreter.Program {
	if p := a.made.programs[m]; p != nil {
		return p
	}
	e := a.prev.find(Key{m.ID, m.Version})
	if e == nil || e.program == nil {
		return interpreter.Compile(m)
	}
	was := e.program.Model()
	if was.Hash != m.Hash || len(was.Files) != len(m.Files) {
		return interpreter.Compile(m)
	}
	for i, f := range was.Files {
		if f.Name != m.Files[i].Name {
			return interpreter.Compile(m)
		}
	}
	return e.program
}

// keepTheRest finds out, of each live model that has no candidate, why, and drops those that are gone for good.
func (a *attempt) keepTheRest() {
	var stay []*entry
	for _, e := range a.kept {
		if a.why(e) {
			stay = append(stay, e)
		}
	}
	a.kept = stay
}

// keepSomething keeps everything where nothing would be left: a folder without any model is a mistake.
func (a *attempt) keepSomething() {
	if len(a.kept) > 0 || len(a.accepted()) > 0 {
		return
	}
	var faults diag.List
	faults.Error(diag.NewSource(a.cfg.Dir, "").At(0, 0), "live-no-model-left", nil)
	for _, e := range a.prev.live() {
		a.kept = append(a.kept, e.with(faults, time.Time{}))
	}
}

// why tells the entry why there is no new text of it, and returns false where it is to go.
func (a *attempt) why(e *entry) bool {
	if e.faults = a.unreadable(e.file); len(e.faults) > 0 {
		return true
	}
	for _, f := range a.loaded.Failed {
		if baseName(f.Source) == e.file || f.ID == e.key.Model && (f.Version == e.key.Version || f.Version == "") {
			e.faults = append(e.faults, f.Faults...)
			return true
		}
	}
	if end, waits := a.waits(e.file); waits {
		e.faults.Error(diag.NewSource(a.path(e.file), "").At(0, 0), "live-model-gone", diag.Args{
			"Model": e.key.Model, "Version": e.key.Version, "Seconds": seconds(a.cfg.Hold),
		})
		e.until = end
		return true
	}
	if f := a.nameless(); f != nil {
		e.faults.Error(diag.NewSource(a.path(e.file), "").At(0, 0), "live-model-unsure", diag.Args{
			"Model": e.key.Model, "Version": e.key.Version, "File": baseName(f),
		})
		return true
	}
	return false
}

// nameless returns a file that cannot tell whose it is and that nothing live was made from: it may be any model.
func (a *attempt) nameless() *diag.Source {
	known := map[string]bool{}
	for _, e := range a.prev.live() {
		for _, f := range e.program.Model().Files {
			known[baseName(f)] = true
		}
	}
	for _, f := range a.loaded.Failed {
		if f.ID == "" && !known[baseName(f.Source)] {
			return f.Source
		}
	}
	return nil
}

// hold refuses, for a while, the candidates that look like files cut off, and those that lack what cannot be read.
func (a *attempt) hold() {
	for _, c := range a.candidates {
		for _, e := range c.replaces {
			if faults, until := a.doubts(e.program.Model(), c.program.Model()); len(faults) > 0 {
				a.refuse(c, faults, until)
				break
			}
		}
	}
}

// refuse keeps what the candidate would have replaced.
func (a *attempt) refuse(c *candidate, faults diag.List, until time.Time) {
	c.refused, c.faults, c.until = true, faults, until
	for _, e := range c.replaces {
		a.kept = append(a.kept, e.with(faults, until))
	}
}

// settle refuses the candidates that do not go together with what is kept, until all the others do: one that is
// refused leaves what it would have replaced among what is kept.
func (a *attempt) settle() {
	for again := true; again; {
		again = false
		var kept []*interpreter.Program
		for _, e := range a.kept {
			kept = append(kept, e.program)
		}
		for _, c := range a.accepted() {
			if faults := conflicts(c.program.Model(), kept); len(faults) > 0 {
				a.refuse(c, faults, time.Time{})
				again = true
				break
			}
		}
	}
}

func (a *attempt) accepted() (out []*candidate) {
	for _, c := range a.candidates {
		if !c.refused {
			out = append(out, c)
		}
	}
	return out
}

// test runs the tests of the files against the set as it would be, and refuses the candidates whose tests fail.
func (a *attempt) test() {
	candidates := a.accepted()
	if a.cfg.Tests == nil || len(candidates) == 0 {
		return
	}
	var programs []*interpreter.Program
	for _, c := range candidates {
		programs = append(programs, c.program)
	}
	for _, e := range a.kept {
		programs = append(programs, e.program)
	}
	failed := a.cfg.Tests(a.loaded, interpreter.SetOf(programs))
	for _, c := range candidates {
		if faults := failed[c.key]; len(faults) > 0 {
			a.refuse(c, faults, time.Time{})
		}
	}
}

// state puts together what was decided.
func (a *attempt) state() *state {
	s := &state{changed: a.now, saveWhy: a.prev.saveWhy}
	s.faults = append(append(s.faults, a.read.faults...), a.loaded.Faults...)
	s.faults.Sort()
	told := map[Key]bool{}
	add := func(e *entry) {
		told[e.key] = true
		s.entries = append(s.entries, e)
	}
	for _, e := range a.kept {
		add(e)
	}
	for _, c := range a.candidates {
		switch {
		case !c.refused:
			add(a.promote(c))
		case len(c.replaces) == 0:
			add(&entry{key: c.key, file: baseName(c.program.Model().Files[0]), faults: c.faults})
		}
	}
	files := map[string]bool{}
	for _, e := range a.kept {
		files[e.file] = true
	}
	for _, f := range a.loaded.Failed {
		k := Key{f.ID, f.Version}
		if f.ID != "" && !told[k] && !files[baseName(f.Source)] {
			add(&entry{key: k, file: baseName(f.Source), faults: f.Faults})
		}
	}
	sortEntries(s.entries)
	a.publish(s)
	return s
}

// promote makes the entry of a candidate that goes live.
func (a *attempt) promote(c *candidate) *entry {
	e := &entry{key: c.key, file: baseName(c.program.Model().Files[0]), program: c.program, since: a.now}
	if was := a.prev.find(c.key); was != nil && was.hash() == e.hash() && !was.saved {
		e.since = was.since
	}
	return e
}

// publish gives the state its set: the one that is live where it holds the same programs, and else a new one.
func (a *attempt) publish(s *state) {
	before, after := a.prev.live(), s.live()
	same := a.prev.Set != nil && len(before) == len(after)
	var programs []*interpreter.Program
	for i, e := range after {
		programs = append(programs, e.program)
		same = same && before[i].program == e.program
	}
	if same {
		s.Snapshot = a.prev.Snapshot
		return
	}
	s.Snapshot = Snapshot{Set: interpreter.SetOf(programs), Generation: a.prev.Generation + 1, Since: a.now}
}

// with returns a copy of a live entry that stays for the reasons given.
func (e *entry) with(faults diag.List, until time.Time) *entry {
	kept := *e
	kept.faults, kept.until = append(diag.List{}, faults...), until
	return &kept
}

// path returns the path of a file of the folder as diagnostics name it.
func (a *attempt) path(name string) string { return filepath.Join(a.cfg.Dir, name) }

func baseName(s *diag.Source) string { return filepath.Base(s.Name) }
