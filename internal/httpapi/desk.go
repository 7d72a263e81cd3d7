package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"sync"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

// desk is all that is kept for one snapshot of the models. A request goes to one desk and stays there, whatever is
// reloaded meanwhile; with the last request for it, it is gone.
type desk struct {
	live.Snapshot
	hash    string   // of all that answers here
	clerks  sync.Map // of *sync.Pool, by wanted
	headers sync.Map // of *credentials, by voice
	pages   sync.Map // of *page, by form
}

// wanted is who is to answer: a version of a model, any version of it (""), or all models ("").
type wanted struct{ model, version string }

// current returns the desk of the models that are live now.
func (s *Service) current() *desk {
	now := s.models.Snapshot()
	for {
		d := s.desk.Load()
		if d != nil && d.Set == now.Set && d.Generation == now.Generation {
			return d
		}
		fresh := &desk{Snapshot: now, hash: hashOf(now.Set.Programs())}
		if d != nil && d.Generation > now.Generation {
			return fresh // a reload came between: this request has the older snapshot, and no later one shall
		}
		if s.desk.CompareAndSwap(d, fresh) {
			return fresh
		}
	}
}

// hashOf identifies programs together: of one its own hash, of several one over theirs.
func hashOf(programs []*interpreter.Program) string {
	if len(programs) == 1 {
		return programs[0].Model().Hash
	}
	h := sha256.New()
	for _, p := range programs {
		m := p.Model()
		h.Write([]byte(m.ID + "@" + m.Version + " " + m.Hash + "\n"))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func fileOf(p *interpreter.Program) string { return filepath.Base(p.Model().Files[0].Name) }

// clerk answers for one case after another. What it needs for that it keeps, so that one goroutine at a time has it.
type clerk struct {
	set     *interpreter.Set
	models  []string
	reader  *interpreter.Reader
	results map[*interpreter.Program]*interpreter.Result
	answers []answer
	home    *sync.Pool
}

// answer is what a model says of a case.
type answer struct {
	p      *interpreter.Program
	facts  *interpreter.Facts
	at     calendar.Day
	status interpreter.Status // once it is decided
}

// clerk returns a clerk for the models, or nil and what is wrong with them. It is to be given back.
func (d *desk) clerk(w wanted, faults *diag.List) *clerk {
	pool, ok := d.clerks.Load(w)
	if ok {
		if c, ok := pool.(*sync.Pool).Get().(*clerk); ok {
			return c
		}
	}
	models := []string{w.model}
	if w.model == "" {
		models = d.Set.IDs()
	}
	reader := d.Set.NewReader(models, w.version, faults)
	if reader == nil {
		return nil
	}
	if !ok { // only what there is gets a pool, so that nobody can fill the desk
		pool, _ = d.clerks.LoadOrStore(w, new(sync.Pool))
	}
	return &clerk{
		set: d.Set, models: models, reader: reader, answers: make([]answer, len(models)),
		results: map[*interpreter.Program]*interpreter.Result{}, home: pool.(*sync.Pool),
	}
}

// release gives the clerk back. After a panic it is not called, since then its memory may be in disorder.
func (c *clerk) release() { c.home.Put(c) }

// read reads the case, which begins on the given line of the body, and finds who answers for it. Where it is at fault all
// of that is told.
func (c *clerk) read(text []byte, line int64, q interpreter.Query, faults *diag.List) (id []byte, ok bool) {
	if c.reader.ReadJSON(text) && c.quick(q) {
		return c.reader.ID(), true
	}
	k := interpreter.ReadCase(diag.NewSourceAt("", string(text), int(line)), faults)
	for i, m := range c.models {
		q.Model = m
		p := c.set.Choose(k, q, faults)
		if p == nil {
			return []byte(k.ID), false
		}
		c.answers[i] = answer{p: p, facts: k.Bind(p, c.set.Declares, faults), at: q.Day(k)}
	}
	return []byte(k.ID), !faults.HasErrors()
}

func (c *clerk) quick(q interpreter.Query) bool {
	for i := range c.answers {
		a := &c.answers[i]
		if a.p, a.facts, a.at = c.reader.Answering(i, q); a.p == nil {
			return false
		}
	}
	return true
}

// append writes the decision of the model with index i.
func (c *clerk) append(dst []byte, i int, q *interpreter.Query) []byte {
	a := &c.answers[i]
	beforeDecision(a.p, a.facts)
	if q.Explain {
		d := a.p.Because(a.facts, a.at, q.Lang)
		a.status = d.Status
		line := encode(d)
		return append(dst, line[:len(line)-1]...)
	}
	r := c.results[a.p]
	if r == nil {
		r = &interpreter.Result{}
		c.results[a.p] = r
	}
	a.p.Decide(a.facts, a.at, r)
	a.status = r.Status
	return a.p.AppendJSON(dst, r, q.Lang)
}

// beforeDecision is for tests.
var beforeDecision = func(*interpreter.Program, *interpreter.Facts) {}

// credentials are the headers that tell who answered.
type credentials struct {
	model, version, hash, etag []string
	programs                   []*interpreter.Program
}

// voice is who answers, in which language.
type voice struct {
	wanted
	lang lang.Lang
}

// credentials returns the headers of an answer by the program, or where p is nil by any of those wanted.
func (d *desk) credentials(w wanted, p *interpreter.Program, l lang.Lang) *credentials {
	v := voice{w, l}
	if p != nil {
		v.wanted = wanted{p.Model().ID, p.Model().Version}
	}
	if c, ok := d.headers.Load(v); ok {
		return c.(*credentials)
	}
	programs := d.Set.Programs()
	if p != nil {
		programs = []*interpreter.Program{p}
	} else if w.model != "" {
		programs = d.Set.Versions(w.model)
	}
	c := &credentials{hash: []string{hashOf(programs)}, programs: programs}
	c.etag = []string{`"` + c.hash[0][len("sha256:"):] + "." + string(l) + `"`}
	names := ""
	for i, p := range programs {
		if m := p.Model(); i == 0 || m.ID != programs[i-1].Model().ID {
			if names != "" {
				names += ", "
			}
			names += m.ID
		}
	}
	c.model = []string{names}
	if len(programs) == 1 {
		c.version = []string{programs[0].Model().Version}
	}
	known, _ := d.headers.LoadOrStore(v, c)
	return known.(*credentials)
}
