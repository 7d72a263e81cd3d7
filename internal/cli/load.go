package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/modeltest"
	"github.com/stegvis/stegvis/workflows"
)

// defaultFolder is where workflow files are looked for when none is named.
const defaultFolder = "workflows"

// loaded is a set of workflow files, read and checked.
type loaded struct {
	dir    string // "": the models built into the binary
	read   *dsl.Set
	set    *interpreter.Set
	suites []*modeltest.Suite
	faults diag.List // of all files, tests too
}

// folder returns the folder that workflow files come from, or "" for those built in.
func (a *app) folder() (string, error) {
	if a.workflows != "" {
		id := "bad-path"
		switch info, err := os.Stat(a.workflows); {
		case err == nil && info.IsDir():
			return a.workflows, nil
		case err == nil:
			id = "is-file"
		case errors.Is(err, fs.ErrNotExist):
			id = "no-folder"
		}
		return "", misuse{a.say(id, map[string]any{"Path": a.workflows, "Folder": filepath.Dir(a.workflows)})}
	}
	if info, err := os.Stat(defaultFolder); err == nil && info.IsDir() {
		return defaultFolder, nil
	}
	return "", nil
}

// load reads and checks the workflow files of the folder, or those built in.
func (a *app) load(dir string) *loaded {
	var faults diag.List
	return loadAll(dir, readSources(dir, &faults), faults)
}

// loadFor reads the workflow files and checks those that the answers of the model asked for hang on. That takes a
// fraction of the time that all of them take. Where something is wrong with these, or it is not plain which they are,
// all are checked, as load does, so that the same is told. Faults that do not touch the model are for check to tell.
func (a *app) loadFor(dir string, q interpreter.Query) *loaded {
	var faults, none diag.List
	sources := readSources(dir, &faults)
	need := dsl.Needed(sources, q.Model)
	if need == nil || len(faults) > 0 {
		return loadAll(dir, sources, faults)
	}
	part := &loaded{dir: dir, read: dsl.Load(need.Sources)}
	part.faults, part.set = part.read.Faults, interpreter.NewSet(part.read)
	if part.faults.HasErrors() || part.set.Choose(interpreter.NewCase(""), q, &none) == nil {
		return loadAll(dir, sources, faults)
	}
	part.set = part.set.PartOf(func(fact string) bool { return need.Declared[fact] })
	return part
}

// readSources reads the files of the folder, or those built in.
func readSources(dir string, faults *diag.List) []*diag.Source {
	if dir == "" {
		return dsl.ReadFS(workflows.FS, faults)
	}
	return dsl.ReadDir(dir, faults)
}

// loadAll loads the sources, tests too; faults are those of reading them.
func loadAll(dir string, sources []*diag.Source, faults diag.List) *loaded {
	l := &loaded{dir: dir, read: dsl.Load(sources), faults: faults}
	l.faults = append(l.faults, l.read.Faults...)
	l.set = interpreter.NewSet(l.read)
	for _, f := range l.read.Tests {
		l.suites = append(l.suites, modeltest.Read(f, &l.faults))
	}
	l.faults.Sort()
	return l
}

// paths groups what a command was given by folder: a folder stands for all its files, a file is read together with
// those beside it, which it may use, and named alone.
type paths struct {
	dir  string
	only map[string]bool // names of sources; nil: all
}

func (a *app) paths(args []string) ([]paths, error) {
	if len(args) == 0 {
		dir, err := a.folder()
		return []paths{{dir: dir}}, err
	}
	var out []paths
	byDir := map[string]int{}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, a.noFile(arg)
		}
		dir := arg
		if !info.IsDir() {
			dir = filepath.Dir(arg)
		}
		i, seen := byDir[dir]
		if !seen {
			i = len(out)
			byDir[dir] = i
			out = append(out, paths{dir: dir, only: map[string]bool{}})
		}
		if info.IsDir() {
			out[i].only = nil
		} else if out[i].only != nil {
			out[i].only[filepath.Join(dir, filepath.Base(arg))] = true
		}
	}
	return out, nil
}

// of returns those of the faults that are of the files named.
func (p paths) of(faults diag.List) diag.List {
	if p.only == nil {
		return faults
	}
	var out diag.List
	for _, d := range faults {
		if p.only[filepath.Clean(d.Span.Name())] {
			out = append(out, d)
		}
	}
	return out
}

// logger returns the log of the run, on standard error.
func (a *app) logger() (hclog.Logger, error) {
	level := hclog.Warn
	if a.logLevel != "" {
		level = hclog.LevelFromString(a.logLevel)
	}
	if level == hclog.NoLevel {
		return nil, misuse{a.say("unknown-log-level", map[string]any{"Name": a.logLevel})}
	}
	return hclog.New(&hclog.LoggerOptions{Name: "stegvis", Level: level, Output: a.err}), nil
}

// tell writes diagnostics to standard error, with a line that counts them.
func (a *app) tell(faults diag.List) {
	if len(faults) == 0 {
		return
	}
	faults.WriteText(a.err, diag.TextOptions{Lang: a.lang, Colour: a.colour})
}

// noFile tells why the file, which cannot be read, cannot be.
func (a *app) noFile(path string) error {
	id := "bad-path"
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		id = "no-path"
	case err == nil && info.IsDir():
		id = "is-folder"
	}
	return misuse{a.say(id, map[string]any{"Path": path})}
}
