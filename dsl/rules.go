package dsl

// Rules lists every rule of the model in file order: of definitions (which need be no truth values), stages, steps with
// their checklists, and outcomes.
func (m *Model) Rules() (out []*Rule) {
	add := func(r *Rule) {
		if r != nil {
			out = append(out, r)
		}
	}
	for _, d := range m.Defines {
		add(d.Rule)
	}
	for _, s := range m.Stages {
		add(s.When)
	}
	for _, s := range m.Steps {
		add(s.When)
		for _, item := range s.Done {
			add(item.Rule)
		}
	}
	for _, o := range m.Outcomes {
		add(o.When)
	}
	return out
}
