package dsl

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Accept says that findings of verify are what the source has, and not mended: they are told of with the reason, and are no
// faults.
type Accept struct {
	ID       string
	Findings []string  // as verify names them: a code, "/", and what it is about
	When     *Rule     // the cases in which they are accepted; nil: all
	Reason   lang.Text // why the model is left so
	Index    int
	Origin   Origin
	Span     diag.Span
}

// AcceptCodes lists the codes of the findings that a file can accept, in the order in which verify tells of them.
func AcceptCodes() (out []string) {
	for _, c := range acceptCodes {
		out = append(out, c.code)
	}
	return out
}

// acceptCode is what is known of the findings with a code without looking for them.
type acceptCode struct {
	code  string
	about about
	none  bool // it can be about nothing
	cases bool // single cases show it, so that it can be accepted in some of them
}

// about is what the names in a finding's id are.
type about uint8

const (
	aboutRules about = iota // a rule, a question or a duty: verify alone can tell whether there is such a one
	aboutSteps
	aboutOutcomes
	aboutLimits
	aboutFacts
)

var acceptCodes = []acceptCode{
	{code: "stuck", about: aboutSteps, none: true, cases: true},
	{code: "endless", about: aboutSteps, cases: true},
	{code: "circle", about: aboutSteps, cases: true},
	{code: "clash", about: aboutOutcomes, cases: true},
	{code: "overlap", about: aboutOutcomes, cases: true},
	{code: "hangs-on", about: aboutFacts, cases: true},
	{code: "dead-step", about: aboutSteps},
	{code: "dead-outcome", about: aboutOutcomes},
	{code: "shadowed-outcome", about: aboutOutcomes},
	{code: "redundant-clause"},
	{code: "always-late", about: aboutSteps},
	{code: "long-way", about: aboutLimits},
	{code: "short-limit", about: aboutLimits},
	{code: "duty", cases: true},
	{code: "one-day"},
	{code: "unproven"},
}

// readAccepts reads which findings the file accepts.
func (d *draft) readAccepts() {
	for _, r := range d.tables("accept") {
		id := r.id("id")
		a := &Accept{ID: id.text, Reason: r.needText("reason"), Span: id.span}
		for _, w := range d.oneOrMore(r, "finding") {
			d.checkFinding(w, r)
			a.Findings = append(a.Findings, w.text)
		}
		a.When = d.rule(r, "when", nil)
		a.Origin = d.origin(r)
		r.close()
		if id.present {
			d.accepts.add(&d.faults, id, a)
		}
	}
}

// checkFinding reports an id that no finding of this model can have.
func (d *draft) checkFinding(w word, r *fields) {
	if !w.present {
		return
	}
	code, names, hasNames := strings.Cut(w.text, "/")
	i := slices.IndexFunc(acceptCodes, func(c acceptCode) bool { return c.code == code })
	if i < 0 {
		d.faults.Error(w.span, "unknown-finding", diag.Args{"Name": code, "Near": diag.Suggest(code, AcceptCodes()), "Known": strings.Join(quoted(AcceptCodes()), ", ")})
		return
	}
	c := acceptCodes[i]
	switch {
	case !hasNames || names == "" && !c.none:
		d.faults.Error(w.span, "finding-about-nothing", diag.Args{"Code": code})
	case names == "...":
		d.faults.Error(w.span, "finding-of-the-rest", diag.Args{"Finding": w.text})
	case names != "":
		for _, name := range strings.Split(names, "+") {
			d.findSubject(c.about, word{name, w.span, true})
		}
	}
	if r.has("when") && !c.cases {
		d.faults.Error(r.at("when"), "finding-without-cases", diag.Args{"Finding": w.text}).With(w.span, "finding-here", nil)
	}
}

// findSubject reports a name in a finding's id that is declared nowhere.
func (d *draft) findSubject(of about, name word) {
	switch of {
	case aboutSteps:
		find(d.unit, d.steps, name, "no-such-step")
	case aboutOutcomes:
		find(d.unit, d.outcomes, name, "no-such-outcome")
	case aboutLimits:
		find(d.unit, d.limits, name, "no-such-limit")
	case aboutFacts:
		find(d.unit, d.facts, name, "no-such-fact")
	}
}

// checkAccepts reports what is accepted twice in the same cases.
func (d *draft) checkAccepts() {
	type said struct {
		finding string
		of      *Accept
	}
	var before []said
	for _, a := range d.accepts.all() {
		for _, f := range a.Findings {
			for _, b := range before {
				if b.finding == f && sameRule(b.of.When, a.When) {
					d.faults.Error(a.Span, "accepted-twice", diag.Args{"Finding": f}).With(b.of.Span, "first-here", nil)
				}
			}
		}
		for _, f := range a.Findings {
			before = append(before, said{f, a})
		}
	}
}

// sameRule tells whether both rules say the same, word for word; one that is faulty is like no other.
func sameRule(a, b *Rule) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := expr(a), expr(b)
	return x != nil && y != nil && (*rule.Expr).Equal(x, y)
}
