package simulate

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/interpreter"
)

// fileLabel is what faults call the file as a whole.
const fileLabel = "durations"

// ModelOf returns the model that a file of durations is of; "" where it does not say.
func ModelOf(f *syntax.File) string {
	if head := f.Root.Get("durations"); head != nil && head.Kind == syntax.TableKind {
		if v := head.Table.Get("model"); v != nil && v.Kind == syntax.String {
			return v.String
		}
	}
	return ""
}

// Read reads a file of durations for the model of p. Whatever is wrong with it is told in faults, all at once; the plan that
// comes back is never nil, and not to be relied on where faults has errors.
func Read(f *syntax.File, p *interpreter.Program, faults *diag.List) *Plan {
	r := &reader{m: p.Model(), faults: faults, l: lang.SV, plan: &Plan{
		Steps: map[*dsl.Step]*Duration{}, Answers: map[*dsl.Fact]*Answer{}, Staff: map[string]*Staff{}, Cases: map[string]int{},
	}, first: map[string]diag.Span{}}
	root := f.Root.Open(fileLabel, faults, "durations", "source", "duration", "answer", "staff", "arrival")
	if head := root.Sub("durations"); head != nil {
		r.head(head.Open("[durations]", faults, "model", "title", "lang"))
	} else if !f.Broken && !root.Has("durations") {
		faults.Error(root.Header, "durations-no-head", nil)
	}
	for _, t := range root.List("source") {
		r.source(t.Open("[[source]]", faults, "id", "title", "url"))
	}
	for _, t := range root.List("duration") {
		r.duration(t.Open("[[duration]]", faults, "step", "fixed", "triangular", "empirical", "source", "interpretation"))
	}
	for _, t := range root.List("answer") {
		r.answer(t.Open("[[answer]]", faults, "fact", "known", "shares", "fixed", "triangular", "empirical", "source", "interpretation"))
	}
	for _, t := range root.List("staff") {
		r.staff(t.Open("[[staff]]", faults, "role", "number", "source", "interpretation"))
	}
	if t := root.Sub("arrival"); t != nil {
		r.arrival(t.Open("[arrival]", faults, "per_month", "warm_up", "source", "interpretation"))
	}
	return r.plan
}

// reader is a file while it is read.
type reader struct {
	m      *dsl.Model
	plan   *Plan
	faults *diag.List
	l      lang.Lang            // of the file's texts
	first  map[string]diag.Span // where each thing is spoken of first
}

func (r *reader) head(s syntax.Strict) {
	model := s.Text("model", true)
	if model != "" && model != r.m.ID {
		r.faults.Error(s.Get("model").Span, "durations-other-model", diag.Args{"Name": model, "Model": r.m.ID})
	}
	if code := s.Text("lang", false); code != "" {
		l, ok := lang.Parse(code)
		if !ok {
			r.faults.Error(s.Get("lang").Span, "unknown-language", diag.Args{"Text": code})
		}
		r.l = l
	}
	r.plan.Title = r.text(s.Text("title", false))
}

func (r *reader) text(s string) (t lang.Text) {
	t.Set(r.l, s)
	return t
}

func (r *reader) source(s syntax.Strict) {
	id := s.Text("id", true)
	if r.twice("source "+id, id, "[[source]]", s, "id") || id == "" {
		return
	}
	r.plan.Sources = append(r.plan.Sources, &dsl.Source{ID: id, Title: r.text(s.Text("title", true)), URL: s.Text("url", false), Span: s.Get("id").Span})
}

// twice reports what is spoken of for the second time.
func (r *reader) twice(what, name, label string, s syntax.Strict, key string) bool {
	v := s.Get(key)
	if v == nil || name == "" {
		return false
	}
	if first, again := r.first[what]; again {
		r.faults.Error(v.Span, "durations-twice", diag.Args{"Name": name, "Table": label}).With(first, "first-here", nil)
		return true
	}
	r.first[what] = v.Span
	return false
}

// origin reads where a figure comes from. Without either it would be one that nobody answers for.
func (r *reader) origin(s syntax.Strict) (o dsl.Origin) {
	o.Source = s.Text("source", false)
	o.Interpretation = r.text(s.Text("interpretation", false))
	if strings.TrimSpace(o.Source) == "" && strings.TrimSpace(o.Interpretation.In(r.l)) == "" {
		if !s.Broken {
			r.faults.Error(s.Header, "durations-no-origin", diag.Args{"Table": s.Label})
		}
		return o
	}
	if o.Source == "" {
		return o
	}
	id, _, _ := strings.Cut(o.Source, ":")
	var known []string
	for _, x := range r.sources() {
		known = append(known, x.ID)
	}
	if id = strings.TrimSpace(id); !slices.Contains(known, id) {
		r.faults.Error(s.Get("source").Span, "unknown-source", diag.Args{"Name": id, "Near": diag.Suggest(id, known), "Known": strings.Join(known, ", ")})
	}
	return o
}

// sources lists those that an origin can name.
func (r *reader) sources() []*dsl.Source { return slices.Concat(r.plan.Sources, r.m.Sources) }

func (r *reader) duration(s syntax.Strict) {
	name := s.Text("step", true)
	step := byID(r.m.Steps, name, func(x *dsl.Step) string { return x.ID })
	law := r.law(s)
	o := r.origin(s)
	switch {
	case name == "":
	case step == nil:
		known := ids(r.m.Steps, func(x *dsl.Step) string { return x.ID })
		r.faults.Error(s.Get("step").Span, "durations-no-step", diag.Args{"Name": name, "Model": r.m.ID, "Near": diag.Suggest(name, known), "Known": strings.Join(known, ", ")})
	case !r.twice("step "+name, name, s.Label, s, "step") && law != nil:
		r.plan.Steps[step] = &Duration{Step: step, Law: *law, Origin: o}
	}
}

func ids[T any](of []T, id func(T) string) (out []string) {
	for _, x := range of {
		out = append(out, id(x))
	}
	return out
}

// byID returns the one with the id; the zero value where there is none.
func byID[T any](of []T, name string, id func(T) string) (none T) {
	for _, x := range of {
		if id(x) == name {
			return x
		}
	}
	return none
}

// law reads the one law that a table must have; nil where it is at fault.
func (r *reader) law(s syntax.Strict) *Law {
	var has []string
	for _, form := range Forms {
		if s.Has(form) {
			has = append(has, form)
		}
	}
	switch {
	case len(has) == 0:
		if !s.Broken {
			r.faults.Error(s.Header, "durations-no-law", diag.Args{"Table": s.Label})
		}
		return nil
	case len(has) > 1:
		r.faults.Error(s.Entry(has[1]).Key, "durations-two-laws", diag.Args{"First": has[0], "Second": has[1]}).
			With(s.Entry(has[0]).Key, "first-here", nil)
		return nil
	}
	law := &Law{Form: Form(has[0])}
	switch law.Form {
	case Fixed:
		if v := s.Value("fixed", syntax.String, true); v != nil {
			d, ok := r.length(v)
			if law.Lengths = []calendar.Duration{d}; ok {
				return law
			}
		}
	case Triangular:
		if t := s.Sub("triangular"); t != nil {
			return r.triangular(t.Open("triangular", r.faults, "min", "mode", "max"))
		}
	case Empirical:
		return r.empirical(s)
	}
	return nil
}

func (r *reader) length(v *syntax.Value) (calendar.Duration, bool) {
	d, ok := calendar.ParseDuration(v.String)
	if !ok {
		r.faults.Error(v.Span, "bad-duration", diag.Args{"Text": v.String})
	}
	return d, ok
}

func (r *reader) triangular(s syntax.Strict) *Law {
	law, whole := &Law{Form: Triangular}, true
	for _, x := range []struct {
		key string
		to  *calendar.Duration
	}{{"min", &law.Min}, {"mode", &law.Mode}, {"max", &law.Max}} {
		v := s.Value(x.key, syntax.String, true)
		ok := v != nil
		if ok {
			*x.to, ok = r.length(v)
		}
		whole = whole && ok
	}
	if !whole {
		return nil
	}
	if !law.inOrder() {
		r.faults.Error(s.Header, "durations-triangle", diag.Args{"Min": law.Min.String(), "Mode": law.Mode.String(), "Max": law.Max.String()})
		return nil
	}
	return law
}

// inOrder tells whether min, mode and max of a triangular law are in order, from whatever day they are counted.
func (x *Law) inOrder() bool {
	months := func(d calendar.Duration) int { return d.N * [...]int{0, 0, 1, 12}[d.Unit] }
	ordered := func(a, b calendar.Duration) bool {
		if months(a) > 0 && months(b) > 0 {
			return months(a) <= months(b)
		}
		return a.MaxDays() <= b.MinDays() || a == b
	}
	return ordered(x.Min, x.Mode) && ordered(x.Mode, x.Max)
}

func (r *reader) empirical(s syntax.Strict) *Law {
	v := s.Value("empirical", syntax.Array, true)
	if v == nil {
		return nil
	}
	law := &Law{Form: Empirical}
	for _, item := range v.Items {
		if item.Kind != syntax.String {
			r.faults.Error(item.Span, "not-a-text", diag.Args{"Key": "empirical", "Table": s.Label})
			continue
		}
		if d, ok := r.length(item); ok {
			law.Lengths = append(law.Lengths, d)
		}
	}
	switch {
	case len(v.Items) == 0:
		r.faults.Error(v.Span, "durations-empty", nil)
		return nil
	case len(law.Lengths) < len(v.Items):
		return nil
	}
	return law
}

func (r *reader) staff(s syntax.Strict) {
	role := s.Text("role", true)
	number := s.Value("number", syntax.Int, true)
	o := r.origin(s)
	known := ids(r.m.Capacities, func(c *dsl.Capacity) string { return c.Role })
	c := byID(r.m.Capacities, role, func(c *dsl.Capacity) string { return c.Role })
	if number != nil && (number.Int < 1 || number.Int > mostStaff) {
		r.faults.Error(number.Span, "durations-staff", diag.Args{"Most": mostStaff})
		return
	}
	switch {
	case role == "":
	case c == nil:
		r.faults.Error(s.Get("role").Span, "durations-no-role", diag.Args{"Name": role, "Model": r.m.ID, "Near": diag.Suggest(role, known), "Known": strings.Join(known, ", ")})
	case !r.twice("role "+role, role, s.Label, s, "role") && number != nil:
		r.plan.Staff[role] = &Staff{Capacity: c, Number: int(number.Int), Origin: o}
	}
}

// The most that a file can say of staff and of arrivals: far above what a country has, and low enough to count with.
const (
	mostStaff   = 100_000
	mostArrival = 1_000_000
)

func (r *reader) arrival(s syntax.Strict) {
	a := &Arrival{Origin: r.origin(s)}
	if v := s.Get("per_month"); v == nil {
		s.Value("per_month", syntax.Float, true)
	} else if f, ok := number(v); !ok || f <= 0 || f > mostArrival {
		r.faults.Error(v.Span, "durations-rate", diag.Args{"Most": mostArrival})
	} else {
		a.PerMonth = f
	}
	if v := s.Value("warm_up", syntax.String, false); v != nil {
		if d, ok := r.length(v); ok {
			a.WarmUp = &d
		}
	}
	r.plan.Arrival = a
}

// number returns what a whole or a decimal number says.
func number(v *syntax.Value) (float64, bool) {
	switch v.Kind {
	case syntax.Int:
		return float64(v.Int), true
	case syntax.Float:
		return v.Float, v.Float == v.Float
	}
	return 0, false
}
