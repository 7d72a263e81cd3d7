package interpreter

import "github.com/stegvis/stegvis/dsl"

// RuleOf names a rule of a model by what it belongs to; one of Define, Stage, Step and Outcome is set.
type RuleOf struct {
	Define  *dsl.Define
	Stage   *dsl.Stage
	Step    *dsl.Step
	Item    *dsl.Item // the rule of this entry of Step's checklist; nil: whether Step applies
	Outcome *dsl.Outcome
	Rule    *dsl.Rule
	code    code
}

// Rules lists every rule of the program that is true or false, in file order: definitions, stages, steps with
// their checklists, and outcomes.
func (p *Program) Rules() []RuleOf {
	var out []RuleOf
	for i, d := range p.model.Defines {
		if !p.defines[i].isValue {
			out = append(out, RuleOf{Define: d, Rule: d.Rule, code: p.defines[i].rule})
		}
	}
	for i, s := range p.model.Stages {
		if s.When != nil {
			out = append(out, RuleOf{Stage: s, Rule: s.When, code: p.relevance.stages[i].code})
		}
	}
	for i, s := range p.model.Steps {
		if s.When != nil {
			out = append(out, RuleOf{Step: s, Rule: s.When, code: p.relevance.whens[i].code})
		}
		for k, item := range s.Done {
			out = append(out, RuleOf{Step: s, Item: item, Rule: item.Rule, code: p.steps[i].items[k]})
		}
	}
	for i, o := range p.model.Outcomes {
		if o.When != nil {
			out = append(out, RuleOf{Outcome: o, Rule: o.When, code: p.relevance.outcomes[i].code})
		}
	}
	return out
}

// Value returns the truth value that a rule of the program has in a case; r must be the result of Decide for f.
func (p *Program) Value(of RuleOf, f *Facts, r *Result) Truth { return p.run(&of.code, r) }
