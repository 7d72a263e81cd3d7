package export_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/export"
)

// truth is a value of Kleene's logic: -1 false, 0 unknown, 1 true.
type truth int

// kleene values a rule, when every single test in it has a value of its own.
type kleene struct {
	m     *dsl.Model
	value func(test string) truth
}

func (k kleene) of(e *rule.Expr) truth {
	arg := func(i int) truth { return k.of(e.Args[i]) }
	switch {
	case e.Op == rule.OpConst:
		return truth(2*e.Value - 1)
	case e.Op == rule.OpDefine:
		for _, d := range k.m.Defines {
			if d.ID == e.Name {
				return k.of(d.Rule.Expr)
			}
		}
	case e.Op == rule.OpNot:
		return -arg(0)
	case e.Op == rule.OpAnd:
		return min(arg(0), arg(1))
	case e.Op == rule.OpOr:
		return max(arg(0), arg(1))
	case e.Op == rule.OpCond:
		switch {
		case arg(0) > 0 || arg(0) == 0 && arg(1) == arg(2):
			return arg(1)
		case arg(0) < 0:
			return arg(2)
		}
		return 0
	case (e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool:
		if e.Op == rule.OpNe {
			return -arg(0) * arg(1)
		}
		return arg(0) * arg(1)
	}
	return k.value(e.String())
}

// The rows of a decision table hold exactly where the rule they come from does, whatever is known.
func TestTheBranchesOfARuleAreTrueExactlyWhereItIs(t *testing.T) {
	seen, whole := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m := anyModel(t)[0].Model.Model()
		for _, s := range m.Steps {
			var rules []*dsl.Rule
			for _, r := range []*dsl.Rule{s.When, stageRule(s)} {
				if r != nil {
					rules = append(rules, r)
				}
			}
			branches, ok := export.Branches(m, rules...)
			if !ok {
				whole++
				continue
			}
			for range 8 {
				values := map[string]truth{}
				k := kleene{m, func(test string) truth {
					if _, drawn := values[test]; !drawn {
						values[test] = truth(rapid.IntRange(-1, 1).Draw(t, "value"))
					}
					return values[test]
				}}
				want := true
				for _, r := range rules {
					want = want && k.of(r.Expr) > 0
				}
				got := false
				for _, b := range branches {
					all := true
					for _, x := range b {
						v := k.of(x.Expr)
						if x.Not {
							v = -v
						}
						all = all && v > 0
					}
					got = got || all
				}
				if seen++; got != want {
					t.Fatalf("step %s: the rules are %v and the branches %v at %v", s.ID, want, got, values)
				}
			}
		}
	})
	if seen < 100 {
		t.Errorf("only %d rules were looked at, and %d were too long", seen, whole)
	}
}

func stageRule(s *dsl.Step) *dsl.Rule {
	if s.Stage == nil {
		return nil
	}
	return s.Stage.When
}
