package dsl

// Plain returns a copy of the model without what RuleOf looks up, which two models that are alike do not share.
func (m *Model) Plain() *Model {
	c := *m
	c.rules = nil
	return &c
}
