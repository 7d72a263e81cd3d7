package simulate

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// When an answer is known.
const (
	knownAsked = "asked" // when it is asked for, or belongs to the checklist of a step that is done
	knownStart = "start" // when the case opens
)

func (r *reader) answer(s syntax.Strict) {
	name := s.Text("fact", true)
	a := &Answer{Origin: r.origin(s)}
	switch known := s.Text("known", false); known {
	case "", knownAsked:
	case knownStart:
		a.AtStart = true
	default:
		r.faults.Error(s.Get("known").Span, "durations-known", diag.Args{"Name": known, "Near": diag.Suggest(known, []string{knownAsked, knownStart})})
	}
	a.Fact = byID(r.m.Facts, name, func(f *dsl.Fact) string { return f.ID })
	if name == "" {
		return
	}
	if a.Fact == nil {
		known := ids(r.m.Facts, func(f *dsl.Fact) string { return f.ID })
		r.faults.Error(s.Get("fact").Span, "durations-no-fact", diag.Args{"Name": name, "Model": r.m.ID, "Near": diag.Suggest(name, known)})
		return
	}
	if r.twice("fact "+name, name, s.Label, s, "fact") {
		return
	}
	if a.Fact == r.m.Start {
		r.faults.Error(s.Get("fact").Span, "durations-start", diag.Args{"Fact": name})
		return
	}
	if r.answerOf(s, a) {
		r.plan.Answers[a.Fact] = a
	}
}

// answerOf reads what the fact can say by its type, and tells whether it is sound.
func (r *reader) answerOf(s syntax.Strict, a *Answer) bool {
	kind := a.Fact.Type.Kind
	refuse := func(keys ...string) {
		for _, key := range keys {
			if e := s.Entry(key); e != nil {
				r.faults.Error(e.Key, "durations-answer-key", diag.Args{"Key": key, "Fact": a.Fact.ID, "Kind": kind.String()})
			}
		}
	}
	switch {
	case kind == rule.Text:
		r.faults.Error(s.Get("fact").Span, "durations-text", diag.Args{"Fact": a.Fact.ID})
		return false
	case kind == rule.Date:
		refuse("shares")
		a.Length = r.law(s)
		return a.Length != nil
	case kind == rule.Event && !a.AtStart:
		r.faults.Error(s.Get("fact").Span, "durations-event", diag.Args{"Fact": a.Fact.ID})
		return false
	}
	refuse(Forms...)
	t := s.Value("shares", syntax.TableKind, true)
	return t != nil && r.shares(t.Table, a)
}

// shareSlip is how far from 1 the shares may add up to, since they are written with few decimals.
const shareSlip = 0.001

// shares reads the shares of the answers.
func (r *reader) shares(t *syntax.Table, a *Answer) bool {
	f, sum, sound := a.Fact, 0.0, true
	for _, e := range t.Entries {
		x := Share{Value: e.Name}
		ok := r.value(e, f, &x)
		share, isNumber := number(e.Value)
		if !isNumber || share < 0 || share > 1 {
			r.faults.Error(e.Value.Span, "durations-share", diag.Args{"Name": e.Name})
			ok = false
		}
		x.Share = share
		sum += share
		sound = sound && ok
		a.Shares = append(a.Shares, x)
	}
	if !sound {
		return false
	}
	if f.Type.Kind != rule.Set && math.Abs(sum-1) > shareSlip {
		r.faults.Error(t.Header, "durations-share-sum", diag.Args{"Fact": f.ID, "Sum": strconv.FormatFloat(sum, 'g', 4, 64)})
		return false
	}
	return true
}

// value reads the key of a share: an answer, or a range of them.
func (r *reader) value(e *syntax.Entry, f *dsl.Fact, x *Share) bool {
	known := f.Type.Values
	switch f.Type.Kind {
	case rule.Bool, rule.Event:
		known = []string{"true", "false"}
	case rule.Int, rule.Number:
		from, to, isRange := strings.Cut(strings.TrimPrefix(e.Name, "-"), "-")
		if strings.HasPrefix(e.Name, "-") {
			from = "-" + from
		}
		if !isRange {
			to = from
		}
		var err, err2 error
		x.Low, err = strconv.ParseFloat(strings.TrimSpace(from), 64)
		x.High, err2 = strconv.ParseFloat(strings.TrimSpace(to), 64)
		whole := f.Type.Kind == rule.Number || x.Low == math.Trunc(x.Low) && x.High == math.Trunc(x.High)
		if err != nil || err2 != nil || !whole || !(x.Low <= x.High) || x.Low < f.Type.Min || x.High > f.Type.Max {
			r.faults.Error(e.Key, "durations-range", diag.Args{"Name": e.Name, "Fact": f.ID, "Min": plain(f.Type.Min), "Max": plain(f.Type.Max)})
			return false
		}
		return true
	}
	if !slices.Contains(known, e.Name) {
		r.faults.Error(e.Key, "durations-no-value", diag.Args{"Name": e.Name, "Fact": f.ID, "Near": diag.Suggest(e.Name, known), "Known": strings.Join(known, ", ")})
		return false
	}
	return true
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
