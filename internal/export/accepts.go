package export

// accepts tells which findings of verify the file accepts, where, and why.
func (p *page) accepts() (out list) {
	for _, a := range p.m.Accepts {
		var found []inline
		for _, f := range a.Findings {
			found = append(found, say(id(f)))
		}
		below := list{p.field("gaps.findings", joined(found, ", "))}
		if a.When != nil {
			below = append(below, p.rule(say(bold(p.words("gaps.where")), ": "), a.When.Expr))
		}
		out = append(out, item{text: say(p.in(a.Reason)), below: append(below, p.origin(a.Origin)...)})
	}
	return out
}
