package interpreter

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

// AppendJSON appends to dst the answer in r, the result of Decide, in words of l: byte for byte what Words gives as
// JSON where <, > and & stand as they are, as all that stegvis writes. It ends without a newline. It allocates
// nothing but what dst needs to grow, and any number of goroutines can call it at once.
func (p *Program) AppendJSON(dst []byte, r *Result, l lang.Lang) []byte {
	j := p.spoken.json.of(p, l, newFragments)
	dst = append(dst, j.decision[0]...)
	dst = appendDay(dst, r.at, true)
	dst = append(dst, j.decision[1]...)
	dst = appendID(dst, string(r.Status))
	dst = append(dst, j.decision[2]...)
	for n, i := range r.Next {
		dst = j.next(separate(dst, n), p, int(i), r)
	}
	dst = append(dst, j.decision[3]...)
	for n, i := range r.Upcoming {
		s := &j.steps[i]
		dst = append(separate(dst, n), s.upcoming[0]...)
		from, _ := r.From(int(i))
		dst = appendDay(dst, from, true)
		dst = append(dst, s.upcoming[1]...)
	}
	dst = append(dst, j.decision[4]...)
	for n := range r.Missing {
		x := &r.Missing[n]
		f := j.facts[x.Fact].missing
		dst = append(separate(dst, n), f[0]...)
		for k, i := range x.Steps {
			dst = append(separate(dst, k), j.steps[i].id...)
		}
		for k, i := range x.Outcomes {
			dst = append(separate(dst, len(x.Steps)+k), j.outcomes[i].id...)
		}
		dst = append(dst, f[1]...)
	}
	dst = append(dst, j.decision[5]...)
	if r.Outcome >= 0 {
		dst = append(dst, j.outcomes[r.Outcome].ending...)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, j.decision[6]...)
	if r.Status == StuckCase {
		dst = append(dst, j.stuck[0]...)
		dst = appendID(dst, string(r.stuckWhy()))
		dst = append(dst, j.stuck[1]...)
		for n, i := range r.Stuck {
			dst = append(separate(dst, n), j.facts[i].id...)
		}
		dst = append(dst, j.stuck[2]...)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, j.decision[7]...)
	for n := range r.Limits {
		x := &r.Limits[n]
		f := j.limits[x.Limit]
		dst = append(separate(dst, n), f[0]...)
		dst = appendDay(dst, x.Due, true)
		dst = append(dst, f[1]...)
		dst = appendID(dst, string(x.Time))
		dst = append(dst, f[2]...)
	}
	return append(dst, j.decision[8]...)
}

// fragments are the answers of a program in one language, cut where a case has its say. They are made by Words' own
// parts, so that the two cannot part.
type fragments struct {
	decision [][]byte // up to at, status, next, upcoming, missing, outcome, stuck and limits; lists are cut between their brackets
	steps    []stepFragments
	facts    []factFragments
	outcomes []outcomeFragments
	limits   [][][]byte // up to due and time
	stuck    [][]byte   // up to why and facts
	findings [][][]byte // by demand: up to step
}

type stepFragments struct {
	id       []byte
	next     [][]byte // up to due, time, days_left, unmet and duties
	upcoming [][]byte // up to from
	unmet    [][]byte // by entry of the checklist, whole
}

type factFragments struct {
	id      []byte
	missing [][]byte // up to decides
}

type outcomeFragments struct{ id, ending []byte }

func newFragments(p *Program, l lang.Lang) *fragments {
	m := p.model
	j := &fragments{
		decision: cut(p.decisionWords(), "at", "status", "next", "upcoming", "missing", "outcome", "stuck", "limits"),
		stuck:    cut(Stuck{Facts: []string{}}, "why", "facts"),
	}
	for i, s := range m.Steps {
		f := stepFragments{
			id: asJSON(s.ID), next: cut(p.stepWords(i, l), "due", "time", "days_left", "unmet", "duties"),
			upcoming: cut(Upcoming{Step: s.ID}, "from"),
		}
		for _, item := range s.Done {
			f.unmet = append(f.unmet, asJSON(unmetWords(item, l)))
		}
		j.steps = append(j.steps, f)
	}
	for i, f := range m.Facts {
		j.facts = append(j.facts, factFragments{asJSON(f.ID), cut(p.factWords(i, l), "decides")})
	}
	for i, o := range m.Outcomes {
		j.outcomes = append(j.outcomes, outcomeFragments{asJSON(o.ID), asJSON(p.ending(i, l))})
	}
	for _, x := range m.Limits {
		j.limits = append(j.limits, cut(LimitState{ID: x.ID}, "due", "time"))
	}
	for k := range p.demands {
		j.findings = append(j.findings, cut(p.finding(k, l), "step"))
	}
	return j
}

func (j *fragments) next(dst []byte, p *Program, i int, r *Result) []byte {
	f := &j.steps[i]
	due, hasDue := r.Due(i)
	dst = append(dst, f.next[0]...)
	dst = appendDay(dst, due, hasDue)
	dst = append(dst, f.next[1]...)
	dst = appendID(dst, string(r.Time(i)))
	dst = append(dst, f.next[2]...)
	if hasDue {
		dst = strconv.AppendInt(dst, int64(due-r.at), 10)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, f.next[3]...)
	n := 0
	for k := range f.unmet {
		if !p.met(i, k, r) {
			dst = append(separate(dst, n), f.unmet[k]...)
			n++
		}
	}
	dst = append(dst, f.next[4]...)
	n = 0
	for _, b := range r.breaches {
		if int(b.step) == i {
			x := j.findings[b.demand]
			dst = append(separate(dst, n), x[0]...)
			dst = append(append(dst, f.id...), x[1]...)
			n++
		}
	}
	return append(dst, f.next[5]...)
}

// separate appends the comma before the n-th of a list, the first being 0.
func separate(dst []byte, n int) []byte {
	if n == 0 {
		return dst
	}
	return append(dst, ',')
}

func appendDay(dst []byte, d calendar.Day, has bool) []byte {
	if !has {
		return append(dst, "null"...)
	}
	dst, _ = d.AppendText(append(dst, '"')) // it never fails
	return append(dst, '"')
}

// appendID appends one of our own words, in which nothing is escaped.
func appendID(dst []byte, id string) []byte {
	return append(append(append(dst, '"'), id...), '"')
}

// asJSON is v as JSON, as all that stegvis writes has it.
func asJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // a decision is made of strings and numbers
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// cut writes the struct v as JSON, leaves out the values of the fields named, which stand in this order, and returns what
// comes before each of them and after the last. Of an empty list it leaves the brackets.
func cut(v any, names ...string) (out [][]byte) {
	x := reflect.ValueOf(v)
	text := []byte{'{'}
	for i := range x.NumField() {
		name := x.Type().Field(i).Tag.Get("json")
		text = append(append(separate(text, i), asJSON(name)...), ':')
		value := asJSON(x.Field(i).Interface())
		if len(out) == len(names) || name != names[len(out)] {
			text = append(text, value...)
			continue
		}
		var rest []byte
		if string(value) == "[]" {
			text, rest = append(text, '['), []byte{']'}
		}
		out, text = append(out, text), rest
	}
	if len(out) != len(names) {
		panic("interpreter: JSON has no such fields in this order")
	}
	return append(out, append(text, '}'))
}
