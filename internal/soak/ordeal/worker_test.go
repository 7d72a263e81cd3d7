package ordeal_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trial is a model in which each write changes what is required. %s is a mark that every text carries, so that an answer which is
// made of two sets of files shows.
const trial = `[model]
id = "prov"
title = "Prov %[1]s"
lang = "sv"
version = "1"
in_force = 2020-01-01

[[actor]]
id = "vi"
title = "Vi %[1]s"

[[kind]]
id = "insats"
title = "Insats"

[[fact]]
id = "lage"
type = "enum"
values = { x = "X", y = "Y" }
title = "Läge"
ask = "Vilket? %[1]s"

[[fact]]
id = "nummer"
type = "int"
min = 0
max = 1000000000
unit = "st"
title = "Nummer"
ask = "Vilket?"

[[fact]]
id = "klart"
type = "bool"
title = "Klart"
ask = "Klart? %[1]s"

[[step]]
id = "gor_x"
title = "Gör X %[1]s"
kind = "insats"
actor = "vi"
after = []
when = "lage == 'x'"
done = ["klart"]

[[step]]
id = "gor_y"
title = "Gör Y %[1]s"
kind = "insats"
actor = "vi"
after = []
when = "lage == 'y' and nummer >= 1"
done = ["klart"]

[[outcome]]
id = "klart"
title = "Klart"
when = "klart"
after = []
`

// files makes a folder with the trial, and returns it.
func files(t testing.TB, mark string) string {
	t.Helper()
	dir := t.TempDir()
	save(t, dir, mark)
	return dir
}

// save exchanges the trial for one with another mark.
func save(t testing.TB, dir, mark string) { exchange(t, dir, fmt.Sprintf(trial, mark)) }

// spoil exchanges the trial for half of one: the last good one goes on answering.
func spoil(t testing.TB, dir string) { exchange(t, dir, trial[:len(trial)/2]) }

// exchange puts a text in place of the trial, as editors do.
func exchange(t testing.TB, dir, text string) {
	t.Helper()
	temporary := filepath.Join(dir, ".prov.toml.new")
	must(t, os.WriteFile(temporary, []byte(text), 0o600))
	must(t, os.Rename(temporary, filepath.Join(dir, "prov.toml")))
}

// act is something that is done with a case.
type act string

const (
	opening act = "open"
	adding  act = "record"
	closing act = "close"
	again   act = "reopen"
)

// write is a change of a case. All that is recorded carries its number, so that a half of it shows.
type write struct {
	key    string // of the request
	act    act
	number int
	lage   string // of an opening and of what is recorded
}

func (w write) body(id string) any {
	type object map[string]any
	facts := object{"lage": w.lage, "nummer": w.number}
	switch w.act {
	case opening:
		return object{"id": id, "model": "prov", "facts": facts}
	case adding:
		return object{"facts": facts}
	}
	return object{"why": fmt.Sprint(w.number)}
}

func (w write) path(id string) string {
	switch w.act {
	case opening:
		return "/v1/cases"
	case adding:
		return "/v1/cases/" + id + "/entries"
	}
	return "/v1/cases/" + id + "/" + string(w.act)
}

// history is all that was done with a case by the one worker that works with it.
type history struct {
	id    string
	done  []write // that the service said were done, in order
	doubt *write  // that was asked for, and never answered
	reads int     // that the service answered; each has its row in the log
}

// closed tells whether the case was closed last.
func (h *history) closed() bool {
	for i := len(h.done) - 1; i >= 0; i-- {
		switch h.done[i].act {
		case closing:
			return true
		case again:
			return false
		}
	}
	return false
}

// standing is the value of lage that was recorded last.
func (h *history) standing() string {
	for i := len(h.done) - 1; i >= 0; i-- {
		if h.done[i].lage != "" {
			return h.done[i].lage
		}
	}
	return ""
}

// worker works with cases of its own.
type worker struct {
	name   string
	dice   *rand.Rand
	cases  []*history
	wrote  int
	refuse func(format string, args ...any) // tells what cannot be
}

func newWorker(t testing.TB, name string, seed uint64) *worker {
	return &worker{name: name, dice: rand.New(rand.NewPCG(seed, uint64(len(name)))), refuse: t.Errorf}
}

// answer is what of an answer the worker looks at.
type answer struct {
	ID       string `json:"id"`
	Revision int    `json:"revision"`
	State    string `json:"state"`
	Version  string `json:"version"`
	Decision *struct {
		Hash string `json:"hash"`
		Next []struct {
			Step  string `json:"step"`
			Title string `json:"title"`
		} `json:"next"`
		Missing []struct {
			Ask string `json:"ask"`
		} `json:"missing"`
	} `json:"decision"`
}

// pick is what the worker does next, and with which case.
func (w *worker) pick() (*history, write) {
	w.wrote++
	x := write{key: fmt.Sprintf("%s-%d", w.name, w.wrote), number: w.wrote}
	if len(w.cases) == 0 || w.dice.IntN(10) == 0 {
		h := &history{id: fmt.Sprintf("%s-case-%d", w.name, len(w.cases))}
		w.cases = append(w.cases, h)
		x.act, x.lage = opening, "x"
		return h, x
	}
	h := w.cases[max(0, len(w.cases)-1-w.dice.IntN(20))] // mostly what is new, so that it is held against its history soon
	switch {
	case len(h.done) == 0:
		x.act, x.lage = opening, "x"
	case h.closed():
		x.act = again
	case w.dice.IntN(8) == 0:
		x.act = closing
	default:
		x.act, x.lage = adding, map[string]string{"x": "y", "y": "x"}[h.standing()]
	}
	return h, x
}

// asker sends a request to the service, or to one of several.
type asker func(method, path string, body any, headers ...string) (got, error)

// step does one thing. It returns false where it was not answered, or the service could not; what was asked is in doubt then.
func (w *worker) step(ask asker) bool {
	h, x := w.pick()
	if h.doubt != nil {
		w.wrote--
		x = *h.doubt
	}
	return w.send(ask, h, x)
}

// send asks for a write, and holds the answer against all that was done before.
func (w *worker) send(ask asker, h *history, x write) bool {
	g, err := ask("POST", x.path(h.id), x.body(h.id), "Idempotency-Key", x.key)
	if err != nil || g.status >= 500 || g.status == 429 {
		h.doubt = &x
		return false
	}
	var a answer
	if !g.ok() || json.Unmarshal(g.body, &a) != nil {
		w.refuse("%s %s %s: %s", h.id, x.act, x.key, g)
		h.doubt = &x
		return false
	}
	h.done, h.doubt = append(h.done, x), nil
	if a.ID != h.id || a.Revision != len(h.done) {
		w.refuse("%s %s %s is answered with revision %d of %s, and is the change number %d of its case", h.id, x.act, x.key, a.Revision, a.ID, len(h.done))
	}
	if mark := mixed(a); mark != "" {
		w.refuse("%s %s %s: an answer of two sets of files: %s", h.id, x.act, x.key, mark)
	}
	return true
}

// mixed tells of an answer whose texts carry different marks.
func mixed(a answer) string {
	if a.Decision == nil {
		return ""
	}
	marks := map[string]bool{}
	for _, n := range a.Decision.Next {
		marks[last(n.Title)] = true
	}
	for _, m := range a.Decision.Missing {
		marks[last(m.Ask)] = true
	}
	if len(marks) > 1 {
		return fmt.Sprint(marks, " by ", a.Decision.Hash)
	}
	return ""
}

func last(text string) string { return text[strings.LastIndexByte(text, ' ')+1:] }
