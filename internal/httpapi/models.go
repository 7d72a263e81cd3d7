package httpapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/export"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

// Comparison is a case put through all models.
type Comparison struct {
	Decisions []interpreter.Decision `json:"decisions"` // by model
	NotLive   []NotLive              `json:"not_live"`  // what is not among them, since it cannot answer
}

// NotLive is a version of a model whose file has faults and of which nothing was ever live. Another version may answer in its place.
type NotLive struct {
	Model   string `json:"model"`
	Version string `json:"version"` // "": the file does not say
}

// ModelList is the models that there are.
type ModelList struct {
	Hash   string  `json:"hash"` // of all that is live: two services with the same hash give the same answers
	Models []Model `json:"models"`
}

// Model is a model, with all its versions.
type Model struct {
	Model    string          `json:"model"`
	Title    string          `json:"title"`
	Region   *string         `json:"region"`
	Help     *string         `json:"help"`
	Current  *string         `json:"current"` // the version in force today; null where nothing is live
	Versions []Version       `json:"versions"`
	Sources  []SourceOfModel `json:"sources"`
}

// Version is a version of a model, and how its file stands.
type Version struct {
	Version string        `json:"version"`
	InForce *calendar.Day `json:"in_force"`
	Hash    *string       `json:"hash"`
	State   State         `json:"state"`
	Since   *time.Time    `json:"since"`
	Until   *time.Time    `json:"until"`
	File    string        `json:"file"`
	Faults  []FileFault   `json:"faults"`
}

// State tells how the newest text of a version stands to what answers.
type State string

// The states of a version.
const (
	StateLive   State = "live"   // the newest text answers
	StateKept   State = "kept"   // the newest text is at fault; the last good one answers
	StateHeld   State = "held"   // the newest text looks cut off and waits; the last one answers
	StateSaved  State = "saved"  // the last good text from before the start answers
	StateFailed State = "failed" // nothing answers
)

// FileFault is one thing that is wrong with a workflow file.
type FileFault struct {
	File    string  `json:"file"`
	Line    *int    `json:"line"`
	Column  *int    `json:"column"`
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Hint    *string `json:"hint"`
}

// SourceOfModel is a text that a model was made from.
type SourceOfModel struct {
	ID    string  `json:"id"`
	Title string  `json:"title"`
	URL   *string `json:"url"`
}

// DecisionLine is a line of a stream: the answer for one of many cases.
type DecisionLine struct {
	Row  int64   `json:"row"`  // the line of the case, from 1
	Case *string `json:"case"` // its id
	interpreter.Decision
}

// ProblemLine is a line of a stream: what is wrong with one of many cases.
type ProblemLine struct {
	Row     int64   `json:"row"`
	Case    *string `json:"case"`
	Problem Problem `json:"problem"`
}

// Health tells that the process answers.
type Health struct {
	Status string `json:"status"`
}

// Readiness tells whether requests are welcome, and how each model stands.
type Readiness struct {
	Ready      bool           `json:"ready"`
	Stopping   bool           `json:"stopping"`
	Degraded   bool           `json:"degraded"` // something other than the newest text of a file answers, or nothing
	Hash       string         `json:"hash"`
	Generation uint64         `json:"generation"`
	Since      time.Time      `json:"since"`
	Watching   string         `json:"watching"` // events, polling, or none where the models are built in
	Store      *ReadyStore    `json:"store"`    // null where nothing is kept
	Models     []ReadyVersion `json:"models"`
}

// ReadyStore is how the place stands where cases are kept.
type ReadyStore struct {
	Kind     string `json:"kind"`     // sqlite or postgres
	Form     int64  `json:"form"`     // the version of its tables
	Answers  bool   `json:"answers"`  // the database does, and takes what is written; without it the service is not ready
	Obstacle string `json:"obstacle"` // why it does not, in a word; "" where it does
	Working  bool   `json:"working"`  // this process works on events and deadlines; without it the service is not ready
}

// ReadyVersion is how a version of a model stands.
type ReadyVersion struct {
	Model   string  `json:"model"`
	Version string  `json:"version"`
	Hash    *string `json:"hash"`
	State   State   `json:"state"`
	Faults  int     `json:"faults"`
}

func (s *Service) listModels(x *exchange) {
	x.keep(encode(ModelList{Hash: x.desk.hash, Models: x.models("")}), plainJSON)
}

func (s *Service) showModel(x *exchange) {
	m := x.models(x.query.Model)[0]
	if len(x.desk.Set.Versions(m.Model)) > 0 {
		x.credit(wanted{model: m.Model}, nil)
	}
	x.keep(encode(m), plainJSON)
}

// models tells of the model, or of all.
func (x *exchange) models(only string) []Model {
	out := []Model{}
	for _, st := range x.service.models.Status().Models {
		if only != "" && st.Model != only {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Model != st.Model {
			out = append(out, x.model(st.Model))
		}
		m := &out[len(out)-1]
		m.Versions = append(m.Versions, x.version(st))
	}
	for i := range out {
		slices.SortStableFunc(out[i].Versions, func(a, b Version) int { return cmp.Compare(day(a.InForce), day(b.InForce)) })
	}
	return out
}

func day(d *calendar.Day) calendar.Day {
	if d == nil {
		return calendar.MaxDay
	}
	return *d
}

// model tells of a model what does not hang on the version: what the newest of them says.
func (x *exchange) model(id string) Model {
	out := Model{Model: id, Title: id, Versions: []Version{}, Sources: []SourceOfModel{}}
	var faults diag.List
	p := x.desk.Set.Choose(interpreter.NewCase(""), interpreter.Query{Model: id, Today: x.query.Today}, &faults)
	if p == nil {
		return out
	}
	m := p.Model()
	out.Title, out.Region, out.Help, out.Current = m.Title.In(x.lang), optional(m.Region.In(x.lang)), optional(m.Help.In(x.lang)), &m.Version
	for _, s := range m.Sources {
		out.Sources = append(out.Sources, SourceOfModel{s.ID, s.Title.In(x.lang), optional(s.URL)})
	}
	return out
}

func (x *exchange) version(st live.ModelStatus) Version {
	v := Version{Version: st.Version, Hash: optional(st.Hash), State: stateOf(st), File: st.File, Faults: []FileFault{}}
	for _, p := range x.desk.Set.Versions(st.Model) {
		if m := p.Model(); m.Version == st.Version {
			v.InForce, v.Hash = &m.InForce, &m.Hash
		}
	}
	if !st.Since.IsZero() {
		since := st.Since.UTC().Truncate(time.Second)
		v.Since = &since
	}
	if !st.Until.IsZero() {
		until := st.Until.UTC().Truncate(time.Second)
		v.Until = &until
	}
	for _, d := range st.Faults {
		v.Faults = append(v.Faults, x.fileFault(d))
	}
	return v
}

// fileFault puts a fault of a file into words. Where the file lies on this machine is nobody else's business.
func (x *exchange) fileFault(d *diag.Diagnostic) FileFault {
	f := FileFault{File: d.Span.Name()[strings.LastIndexByte(d.Span.Name(), '/')+1:], Code: d.Code, Message: d.Message(x.lang), Hint: optional(d.HintText(x.lang))}
	if src := d.Span.Source; src != nil && src.Text != "" {
		at := src.Position(d.Span.Start)
		f.Line, f.Column = &at.Line, &at.Column
	}
	return f
}

func stateOf(m live.ModelStatus) State {
	switch {
	case m.Hash == "":
		return StateFailed
	case m.Saved:
		return StateSaved
	case !m.Until.IsZero():
		return StateHeld
	case len(m.Faults) > 0:
		return StateKept
	}
	return StateLive
}

func (s *Service) schema(x *exchange)  { x.form("jsonschema") }
func (s *Service) drawing(x *exchange) { x.form("svg") }

// form answers with the model in another form, which is made once for each desk.
func (x *exchange) form(name string) {
	var faults diag.List
	p := x.desk.Set.Choose(interpreter.NewCase(""), x.query, &faults)
	if p == nil {
		x.problem(caseProblem(x.lang, "case-at-fault", faults))
		return
	}
	if !x.enter(x.service.requests) {
		return
	}
	defer func() { <-x.service.requests }()
	m := p.Model()
	key := [4]string{m.ID, m.Version, name, string(x.lang)}
	made, ok := x.desk.pages.Load(key)
	if !ok {
		f, err := export.Find(name)
		if err != nil {
			panic(err)
		}
		var b bytes.Buffer
		if err := f.Write(&b, export.Request{Model: p, Versions: x.desk.Set.Versions(m.ID), Lang: x.lang}); err != nil {
			panic(err)
		}
		made, _ = x.desk.pages.LoadOrStore(key, b.Bytes())
	}
	x.credit(wanted{model: m.ID}, p)
	x.keep(made.([]byte), []string{x.kind})
}

// keep answers with what may be kept and asked for again by its ETag.
func (x *exchange) keep(body []byte, kind []string) {
	sum := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(sum[:16]) + "." + string(x.lang) + `"`
	h := x.reply.Header()
	h["Content-Type"], h["Etag"], h["Cache-Control"] = kind, []string{etag}, []string{"no-cache"}
	h["Content-Language"] = languages[x.lang]
	for _, known := range strings.Split(strings.Join(x.r.Header["If-None-Match"], ","), ",") {
		if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == etag || known == "*" {
			x.reply.WriteHeader(http.StatusNotModified)
			return
		}
	}
	x.write(http.StatusOK, body)
}

// write answers with a body whose length is known.
func (x *exchange) write(status int, body []byte) {
	x.reply.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.reply.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		x.reply.Write(body)
	}
}

func (s *Service) healthz(x *exchange) {
	h := x.reply.Header()
	h["Content-Type"], h["Cache-Control"] = plainJSON, noStore
	x.write(http.StatusOK, encode(Health{"ok"}))
}

// readyz tells whether requests are welcome. A file at fault makes the service degraded and not unready: it answers as
// well as before, and another replica would be no better.
func (s *Service) readyz(x *exchange) {
	st := s.models.Status()
	r := Readiness{
		Stopping: s.stopping.Load(), Degraded: !st.OK, Hash: x.desk.hash, Generation: st.Generation,
		Since: st.Since.UTC().Truncate(time.Second), Watching: cmp.Or(string(st.Watching), "none"), Models: []ReadyVersion{},
	}
	for _, m := range st.Models {
		r.Models = append(r.Models, ReadyVersion{m.Model, m.Version, optional(m.Hash), stateOf(m), m.Faults.Count(diag.Error)})
	}
	r.Ready = !r.Stopping && len(x.desk.Set.IDs()) > 0
	if s.office != nil {
		h := s.health.now(s.office)
		r.Store = &ReadyStore{h.Kind, h.Form, h.Answers, string(h.Obstacle), h.Working}
		r.Ready = r.Ready && h.Answers && h.Working
	}
	h := x.reply.Header()
	h["Content-Type"], h["Cache-Control"] = plainJSON, noStore
	status := http.StatusOK
	if !r.Ready {
		status = http.StatusServiceUnavailable
	}
	x.write(status, encode(r))
}
