package httpapi

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// next answers what is next for a case, or for many.
func (s *Service) next(x *exchange) {
	if x.many {
		s.stream(x)
		return
	}
	s.decide(x, wanted{x.query.Model, x.query.Version}, func(c *clerk, dst []byte) []byte {
		return append(c.append(dst, 0, &x.query), '\n')
	})
}

// explain answers with the reasons for every step and outcome.
func (s *Service) explain(x *exchange) {
	s.decide(x, wanted{x.query.Model, x.query.Version}, func(c *clerk, dst []byte) []byte {
		a := &c.answers[0]
		beforeDecision(a.p, a.facts)
		e := a.p.Explain(a.facts, a.at, x.lang)
		a.status = e.Status
		return append(dst, encode(e)...)
	})
}

// compare puts a case through all models.
func (s *Service) compare(x *exchange) {
	s.decide(x, wanted{}, func(c *clerk, dst []byte) []byte {
		dst = append(dst, `{"decisions":[`...)
		for i := range c.answers {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = c.append(dst, i, &x.query)
		}
		dst = append(dst, `],"not_live":`...)
		dst = append(dst, bytes.TrimSpace(encode(x.lacking()))...)
		return append(dst, "}\n"...)
	})
}

// lacking are the versions that nothing is live of.
func (x *exchange) lacking() []NotLive {
	out := []NotLive{}
	for _, m := range x.service.models.Status().Models {
		live := func(p *interpreter.Program) bool { return p.Model().Version == m.Version }
		if m.Hash == "" && !slices.ContainsFunc(x.desk.Set.Versions(m.Model), live) { // which can be of a moment ago
			out = append(out, NotLive{m.Model, m.Version})
		}
	}
	return out
}

// decide reads one case and answers with what write makes of it.
func (s *Service) decide(x *exchange, w wanted, write func(*clerk, []byte) []byte) {
	b := buffers.Get().(*buffer)
	defer b.giveBack()
	if !x.body(b) || !x.enter(s.requests) {
		return
	}
	defer func() { <-s.requests }()
	var faults diag.List
	c := x.desk.clerk(w, &faults)
	if c == nil {
		x.problem(caseProblem(x.lang, "case-at-fault", faults))
		return
	}
	id, ok := c.read(b.in, 1, x.query, &faults)
	x.reply.caseID = append(x.reply.caseID, id...)
	if !ok {
		c.release()
		x.problem(caseProblem(x.lang, "case-at-fault", faults))
		return
	}
	b.out = write(c, b.out[:0])
	p := c.answers[0].p
	if len(c.answers) > 1 || w.model == "" {
		p = nil
	}
	if s.audited {
		who := x.desk.credentials(w, p, x.lang)
		if !x.logged(casework.Answered{Action: x.reply.route.ID, By: who.programs, Hash: who.hash[0], Asked: b.in, Given: b.out}) {
			c.release()
			return
		}
	}
	s.meters.decided(x.r.Context(), c)
	c.release()
	x.credit(w, p)
	h := x.reply.Header()
	h["Content-Type"], h["Content-Length"] = plainJSON, []string{strconv.Itoa(len(b.out))}
	x.reply.Write(b.out)
}
