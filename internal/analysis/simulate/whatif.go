package simulate

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// SettingError is a setting of a what-if that cannot be made.
type SettingError struct {
	Setting string // KEY=VALUE, as it was given
	Text    lang.Text
}

func (e *SettingError) Error() string { return e.Text.EN }

// settable lists what a setting can begin with.
var settable = []string{"duration", "answer", "staff", "capacity", "arrival"}

// With returns the plan with settings laid over it, each KEY=VALUE:
//
//	duration.STEP.fixed=2 weeks          duration.STEP.triangular=1 week, 2 weeks, 4 weeks
//	duration.STEP.empirical=1 week, 3 weeks
//	answer.FACT.VALUE=0.3                the other answers share the rest as before
//	staff.ROLE=3                         capacity.ROLE=25
//	arrival=20/month
//
// The plan itself does not change. All settings at fault are told of.
func (p *Plan) With(m *dsl.Model, settings []string) (*Plan, []*SettingError) {
	s := &setter{m: m, plan: p.clone()}
	for _, text := range settings {
		s.text = text
		s.set()
	}
	return s.plan, s.faults
}

// setter lays settings over a plan.
type setter struct {
	m      *dsl.Model
	plan   *Plan
	text   string
	faults []*SettingError
}

func (s *setter) fault(id string, a args) {
	if a == nil {
		a = args{}
	}
	a["Setting"] = s.text
	s.faults = append(s.faults, &SettingError{s.text, say(id, a)})
}

func (s *setter) unknown(id, name string, known []string) {
	s.fault(id, args{"Name": name, "Near": diag.Suggest(name, known), "Known": strings.Join(known, ", "), "Model": s.m.ID})
}

func (s *setter) set() {
	key, value, ok := strings.Cut(s.text, "=")
	if !ok {
		s.fault("set.form", nil)
		return
	}
	value = strings.TrimSpace(value)
	parts := strings.Split(strings.TrimSpace(key), ".")
	wants := map[string]int{"duration": 3, "answer": 3, "staff": 2, "capacity": 2, "arrival": 1}[parts[0]]
	switch {
	case wants == 0:
		s.unknown("set.unknown", parts[0], settable)
	case len(parts) != wants:
		s.fault("set.key."+parts[0], nil)
	case parts[0] == "duration":
		s.duration(parts[1], parts[2], value)
	case parts[0] == "answer":
		s.answer(parts[1], parts[2], value)
	case parts[0] == "arrival":
		s.arrival(value)
	default:
		s.role(parts[0], parts[1], value)
	}
}

func (s *setter) duration(id, form, value string) {
	step := byID(s.m.Steps, id, func(x *dsl.Step) string { return x.ID })
	if step == nil {
		s.unknown("set.no-step", id, ids(s.m.Steps, func(x *dsl.Step) string { return x.ID }))
		return
	}
	if !slices.Contains(Forms, form) {
		s.unknown("set.no-form", form, Forms)
		return
	}
	var lengths []calendar.Duration
	for _, text := range strings.Split(value, ",") {
		d, ok := calendar.ParseDuration(strings.TrimSpace(text))
		if !ok {
			s.fault("set.no-length", args{"Text": strings.TrimSpace(text)})
			return
		}
		lengths = append(lengths, d)
	}
	law := Law{Form: Form(form), Lengths: lengths}
	switch {
	case law.Form == Fixed && len(lengths) != 1:
		s.fault("set.one-length", nil)
		return
	case law.Form == Triangular:
		if len(lengths) != 3 {
			s.fault("set.three-lengths", nil)
			return
		}
		law = Law{Form: Triangular, Min: lengths[0], Mode: lengths[1], Max: lengths[2]}
		if !law.inOrder() {
			s.fault("set.three-lengths", nil)
			return
		}
	}
	s.plan.Steps[step] = &Duration{Step: step, Law: law, Origin: s.origin()}
}

// origin says that a figure is of the what-if.
func (s *setter) origin() dsl.Origin { return dsl.Origin{Interpretation: say("set.origin", nil)} }

func (s *setter) answer(id, value, text string) {
	f := byID(s.m.Facts, id, func(x *dsl.Fact) string { return x.ID })
	if f == nil {
		s.unknown("set.no-fact", id, ids(s.m.Facts, func(x *dsl.Fact) string { return x.ID }))
		return
	}
	given, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || !(given >= 0 && given <= 1) {
		s.fault("set.no-share", args{"Text": text})
		return
	}
	a := Answer{Fact: f, Origin: s.origin()}
	switch had := s.plan.Answers[f]; {
	case had != nil && had.Length == nil:
		a = *had
		a.Shares = slices.Clone(had.Shares)
	case f.Type.Kind == rule.Bool:
		a.Shares = []Share{{Value: "true", Share: 1}, {Value: "false"}}
	default:
		s.fault("set.no-shares", args{"Fact": id})
		return
	}
	k := slices.IndexFunc(a.Shares, func(x Share) bool { return x.Value == value })
	if k < 0 {
		s.unknown("set.no-value", value, ids(a.Shares, func(x Share) string { return x.Value }))
		return
	}
	if f.Type.Kind != rule.Set && !a.rest(k, 1-given) {
		s.fault("set.no-rest", args{"Fact": id})
		return
	}
	a.Shares[k].Share = given
	s.plan.Answers[f] = &a
}

// rest shares what is left among the answers but one, in the proportions they have. It returns false where they have none, and
// something is left.
func (a *Answer) rest(but int, left float64) bool {
	sum := 0.0
	for i, x := range a.Shares {
		if i != but {
			sum += x.Share
		}
	}
	for i := range a.Shares {
		switch {
		case i == but:
		case sum > 0:
			a.Shares[i].Share *= left / sum
		case len(a.Shares) == 2:
			a.Shares[i].Share = left
		}
	}
	return sum > 0 || left == 0 || len(a.Shares) == 2
}

func (s *setter) role(what, role, value string) {
	c := byID(s.m.Capacities, role, func(x *dsl.Capacity) string { return x.Role })
	if c == nil {
		s.unknown("set.no-role", role, ids(s.m.Capacities, func(x *dsl.Capacity) string { return x.Role }))
		return
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > mostStaff {
		s.fault("set.no-number", args{"Text": value, "Most": mostStaff})
		return
	}
	if what == "capacity" {
		s.plan.Cases[role] = n
		return
	}
	s.plan.Staff[role] = &Staff{Capacity: c, Number: n, Origin: s.origin()}
}

func (s *setter) arrival(value string) {
	number, _ := strings.CutSuffix(value, "/month")
	f, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(number), ",", ".", 1), 64)
	if err != nil || !(f > 0 && f <= mostArrival) || math.IsInf(f, 0) {
		s.fault("set.no-rate", args{"Text": value, "Most": mostArrival})
		return
	}
	a := Arrival{Origin: s.origin()}
	if s.plan.Arrival != nil {
		a.WarmUp = s.plan.Arrival.WarmUp
	}
	a.PerMonth = f
	s.plan.Arrival = &a
}
