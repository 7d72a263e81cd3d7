package conform

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/eventlog"
	"github.com/stegvis/stegvis/interpreter"
)

// Mapping says what a log tells in the words of a model.
type Mapping struct {
	Model   string
	Version string // "": the one in force when each case began
	Log     eventlog.Options

	Resource string    // the column that names who did an event; "": none
	Group    string    // the column by which cases are set side by side; "": none
	Start    *dsl.Fact // becomes the day of the first event; nil: none
	Complete bool      // every case of the log has ended

	Activities []*Activity
	Attributes []*Attribute

	programs []*interpreter.Program // the versions that may answer
	byName   map[string]int         // of activities
}

// Activity is what an activity of the log tells.
type Activity struct {
	Name   string
	Ignore bool // it tells nothing
	Ends   bool // the case has ended with it
	Events []string
	values *interpreter.Case // facts with the values that they are given
	froms  []from
}

// Attribute is a value of the whole case, known from its beginning.
type Attribute struct{ from }

// from gives a fact the value of a column.
type from struct {
	Column string
	Fact   string
	values map[string]any // what texts of the column mean; nil: they are values of the fact
}

// ReadMapping reads the file and holds it against the model that it names, or, where model is not "", against that one in its
// stead. It returns nil, with faults, where anything is wrong with it.
func ReadMapping(src *diag.Source, set *interpreter.Set, model, version string, faults *diag.List) *Mapping {
	var own diag.List
	r := &mappingReader{faults: &own, set: set, m: &Mapping{byName: map[string]int{}}}
	r.read(syntax.Read(src, &own), model, version)
	own.Sort()
	*faults = append(*faults, own...)
	if own.HasErrors() {
		return nil
	}
	return r.m
}

// ModelOf returns the model that the mapping names, "" where it names none.
func ModelOf(src *diag.Source) string {
	var none diag.List
	head := syntax.Read(src, &none).Root.Get("log")
	if head == nil || head.Kind != syntax.TableKind {
		return ""
	}
	if x := head.Table.Get("model"); x != nil && x.Kind == syntax.String {
		return norm.NFC.String(x.String)
	}
	return ""
}

type mappingReader struct {
	faults *diag.List
	set    *interpreter.Set
	m      *Mapping
	facts  []string // that any of the versions has
}

// view is a table that is read strictly: keys that it cannot have were reported when it was opened.
type view struct {
	r     *mappingReader
	t     *syntax.Table
	label string
}

func (r *mappingReader) open(t *syntax.Table, label string, known ...string) view {
	for _, e := range t.Entries {
		if !slices.Contains(known, e.Name) {
			r.faults.Error(e.Key, "unknown-key", diag.Args{"Key": e.Name, "Table": label, "Near": diag.Suggest(e.Name, known), "Known": strings.Join(known, ", ")})
		}
	}
	return view{r, t, label}
}

// of returns the value of key if it is of the kind; another one, and a missing one that must be there, are reported.
func (v view) of(key string, kind syntax.Kind, must bool, code string) *syntax.Value {
	x := v.t.Get(key)
	switch {
	case x == nil && must && !v.t.Broken:
		v.r.faults.Error(v.t.Header, "missing-key", diag.Args{"Key": key, "Table": v.label})
	case x != nil && x.Kind != kind:
		v.r.faults.Error(x.Span, code, diag.Args{"Key": key, "Table": v.label})
		return nil
	}
	return x
}

// text reads a text that may not be blank.
func (v view) text(key string, must bool) string {
	x := v.of(key, syntax.String, must, "not-a-text")
	if x == nil {
		return ""
	}
	if strings.TrimSpace(x.String) == "" {
		v.r.faults.Error(x.Span, "blank-text", diag.Args{"Key": key, "Table": v.label})
		return ""
	}
	return norm.NFC.String(x.String)
}

// flag reads true or false; it is false where nothing stands.
func (v view) flag(key string) bool {
	x := v.of(key, syntax.Bool, false, "log-not-a-bool")
	return x != nil && x.Bool
}

// texts reads a text or a list of texts, with their places.
func (v view) texts(key string) (out []*syntax.Value) {
	x := v.t.Get(key)
	switch {
	case x == nil:
		return nil
	case x.Kind == syntax.Array:
		out = x.Items
	default:
		out = []*syntax.Value{x}
	}
	for _, item := range out {
		if item.Kind != syntax.String {
			v.r.faults.Error(item.Span, "not-a-text", diag.Args{"Key": key, "Table": v.label})
			return nil
		}
	}
	return out
}

func (v view) tables(key string) (out []*syntax.Table) {
	x := v.of(key, syntax.Array, false, "not-tables")
	if x == nil {
		return nil
	}
	for _, item := range x.Items {
		if item.Kind != syntax.TableKind {
			v.r.faults.Error(item.Span, "not-tables", diag.Args{"Key": key, "Table": "[[" + key + "]]"})
			continue
		}
		out = append(out, item.Table)
	}
	return out
}

func (r *mappingReader) read(f *syntax.File, model, version string) {
	root := r.open(f.Root, "", "log", "activity", "attribute")
	head := root.of("log", syntax.TableKind, true, "not-a-table")
	if head == nil {
		return
	}
	log := r.open(head.Table, "[log]", "model", "version", "case", "activity", "classifier", "time", "time_format", "transition", "lifecycle", "separator", "resource", "group", "start", "complete")
	r.m.Model, r.m.Version = log.text("model", model == ""), log.text("version", false)
	if model != "" {
		if model != r.m.Model {
			r.m.Version = ""
		}
		r.m.Model = model
	}
	if version != "" {
		r.m.Version = version
	}
	r.log(log)
	if !r.versions(head.Table) {
		return
	}
	if x := log.t.Get("start"); x != nil {
		if f := r.fact(log.text("start", false), x.Span); f != nil && !isDay(f) {
			r.faults.Error(x.Span, "log-start", diag.Args{"Fact": f.ID})
		} else {
			r.m.Start = f
		}
	}
	for _, t := range root.tables("activity") {
		r.activity(r.open(t, "[[activity]]", "name", "event", "facts", "value_of", "ends", "ignore"))
	}
	if len(r.m.Activities) == 0 && !f.Root.Broken {
		r.faults.Error(head.Table.Header, "log-no-activities", nil)
	}
	for _, t := range root.tables("attribute") {
		r.attribute(r.open(t, "[[attribute]]", "name", "fact", "values"))
	}
	r.keep()
}

// log reads how the log is written.
func (r *mappingReader) log(v view) {
	o := &r.m.Log
	o.Case, o.Activity, o.Classifier, o.Time, o.TimeFormat = v.text("case", false), v.text("activity", false), v.text("classifier", false), v.text("time", false), v.text("time_format", false)
	if o.TimeFormat != "" && !eventlog.ReadsTimes(o.TimeFormat) {
		r.faults.Error(v.t.Get("time_format").Span, "log-time-format", nil)
	}
	o.Transition = v.text("transition", false)
	o.Lifecycle = []string{"complete"}
	if items := v.texts("lifecycle"); items != nil {
		o.Lifecycle = nil
		for _, item := range items {
			o.Lifecycle = append(o.Lifecycle, strings.ToLower(item.String))
		}
	}
	if s := v.text("separator", false); s != "" {
		if runes := []rune(s); len(runes) == 1 && runes[0] != '"' && runes[0] != '\n' && runes[0] != '\r' {
			o.Separator = runes[0]
		} else {
			r.faults.Error(v.t.Get("separator").Span, "log-separator", nil)
		}
	}
	r.m.Resource, r.m.Group, r.m.Complete = v.text("resource", false), v.text("group", false), v.flag("complete")
}

// versions finds the versions of the model that may answer.
func (r *mappingReader) versions(head *syntax.Table) bool {
	if r.m.Model == "" {
		return false
	}
	var faults diag.List
	p := r.set.Choose(interpreter.NewCase(""), interpreter.Query{Model: r.m.Model, Version: r.m.Version}, &faults)
	if p == nil {
		for _, f := range faults {
			if x := head.Get("model"); x != nil && x.Kind == syntax.String {
				f.Span = x.Span
			}
		}
		*r.faults = append(*r.faults, faults...)
		return false
	}
	r.m.programs = r.set.Versions(r.m.Model)
	if r.m.Version != "" {
		r.m.programs = []*interpreter.Program{p}
	}
	for _, p := range r.m.programs {
		for _, f := range p.Model().Facts {
			if !slices.Contains(r.facts, f.ID) {
				r.facts = append(r.facts, f.ID)
			}
		}
	}
	return true
}

// fact returns the fact as the last version that has it declares it, and reports a name that none has.
func (r *mappingReader) fact(id string, span diag.Span) *dsl.Fact {
	if id == "" {
		return nil
	}
	for _, p := range slices.Backward(r.m.programs) {
		if i, ok := p.FactIndex(id); ok {
			return p.Model().Facts[i]
		}
	}
	r.faults.Error(span, "case-unknown-fact", diag.Args{"Fact": id, "Model": r.m.Model, "Near": diag.Suggest(id, r.facts)})
	return nil
}

func (r *mappingReader) activity(v view) {
	a := &Activity{Name: v.text("name", true), Ignore: v.flag("ignore"), Ends: v.flag("ends")}
	if a.Name != "" {
		if i, twice := r.m.byName[a.Name]; twice && i < len(r.m.Activities) {
			r.faults.Error(v.t.Get("name").Span, "log-activity-twice", diag.Args{"Name": a.Name})
		}
		r.m.byName[a.Name] = len(r.m.Activities)
	}
	for _, item := range v.texts("event") {
		id := norm.NFC.String(item.String)
		switch f := r.fact(id, item.Span); {
		case f == nil:
		case f.Type.Kind != rule.Event:
			r.faults.Error(item.Span, "log-not-an-event", diag.Args{"Fact": id})
		case slices.Contains(a.Events, id):
			r.faults.Error(item.Span, "listed-twice", diag.Args{"Name": id, "Key": "event", "Table": v.label})
		default:
			a.Events = append(a.Events, id)
		}
	}
	a.values = r.values(v.of("facts", syntax.TableKind, false, "not-a-table"))
	if x := v.of("value_of", syntax.TableKind, false, "not-a-table"); x != nil {
		for _, e := range x.Table.Entries {
			if f, ok := r.from(e); ok {
				a.froms = append(a.froms, f)
			}
		}
	}
	tells := v.t.Get("event") != nil || v.t.Get("facts") != nil || v.t.Get("value_of") != nil
	switch {
	case v.t.Broken:
	case a.Ignore && (tells || a.Ends):
		r.faults.Error(v.t.Get("ignore").Span, "log-ignored-tells", nil)
	case !a.Ignore && !a.Ends && !tells:
		r.faults.Error(v.t.Header, "log-tells-nothing", nil)
	}
	r.m.Activities = append(r.m.Activities, a)
}

// keep lists the columns whose values are wanted, each once.
func (r *mappingReader) keep() {
	o := &r.m.Log
	add := func(column string) {
		if column != "" && !slices.Contains(o.Keep, column) {
			o.Keep = append(o.Keep, column)
		}
	}
	add(r.m.Resource)
	add(r.m.Group)
	for _, a := range r.m.Activities {
		for _, f := range a.froms {
			add(f.Column)
		}
	}
	for _, a := range r.m.Attributes {
		add(a.Column)
	}
}
