package cells_test

import (
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/casetest"
)

// Z3 is told the rules of the shipped models as they stand, with numbers and days as integers, and knows nothing of cells.
// Of every pair of rules it must say the same: whether both can be true of one case, and whether one can be true where the
// other is not.
func TestZ3AgreesOnEveryPairOfGuards(t *testing.T) {
	z3, err := exec.LookPath("z3")
	if err != nil {
		t.Fatal("this test needs Z3: install Debian's package z3 (in .ci/gate, the list `needs` installs it)")
	}
	for _, p := range casetest.Shipped(t).Programs() {
		m := p.Model()
		t.Run(m.ID+" "+m.Version, func(t *testing.T) {
			s := cells.NewSpace(m, day)
			w := &smt{m: m}
			var truths []cells.Truth
			for _, e := range guards(m) {
				truths = append(truths, s.Rule(e))
				w.guard(e)
			}
			type question struct{ first, second, f string }
			var asked []question
			var wanted []bool
			for i := range truths {
				for j := range i {
					asked = append(asked, question{fmt.Sprintf("g%d", i), fmt.Sprintf("g%d", j), "both true"})
					wanted = append(wanted, s.Possible(truths[i].True, truths[j].True))
					asked = append(asked, question{fmt.Sprintf("g%d", i), fmt.Sprintf("(not g%d)", j), "first true, second not"})
					wanted = append(wanted, s.Possible(truths[i].True, truths[j].True.Not()))
				}
			}
			for _, q := range asked {
				fmt.Fprintf(&w.text, "(check-sat-assuming (%s %s))\n", q.first, q.second)
			}
			cmd := exec.Command(z3, "-in")
			cmd.Stdin = strings.NewReader(w.text.String())
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("z3: %v\n%s", err, out[:min(len(out), 2000)])
			}
			answers := strings.Fields(string(out))
			if len(answers) != len(asked) {
				t.Fatalf("z3 gave %d answers to %d questions:\n%s", len(answers), len(asked), out[:min(len(out), 2000)])
			}
			for i, q := range asked {
				if got := answers[i]; got != "sat" && got != "unsat" || (got == "sat") != wanted[i] {
					t.Errorf("%s and %s, %s: z3 says %s, cells say %v", q.first, q.second, q.f, got, wanted[i])
				}
			}
			t.Logf("%d pairs of %d rules", len(asked)/2, len(truths))
		})
	}
}

// guards are the rules of the model that are true or false.
func guards(m *dsl.Model) (out []*rule.Expr) {
	for _, e := range cells.Rules(m) {
		if e.Type.Kind == rule.Bool {
			out = append(out, e)
		}
	}
	return out
}

// smt writes rules in SMT-LIB. Each fact x is two constants, whether it is known and its value.
type smt struct {
	m        *dsl.Model
	declared map[string]bool
	text     strings.Builder
	n        int
}

func (w *smt) guard(e *rule.Expr) {
	held, _ := w.rule(e)
	fmt.Fprintf(&w.text, "(declare-const g%d Bool)(assert (= g%d %s))\n", w.n, w.n, held)
	w.n++
}

func (w *smt) fact(id string) *dsl.Fact {
	f := w.m.Facts[slices.IndexFunc(w.m.Facts, func(f *dsl.Fact) bool { return f.ID == id })]
	if w.declared == nil {
		w.declared = map[string]bool{}
	}
	if w.declared[id] {
		return f
	}
	w.declared[id] = true
	say := func(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }
	say("(declare-const known_%s Bool)", id)
	between := func(low, high float64) {
		say("(declare-const v_%s Int)(assert (<= %s v_%s %s))", id, whole(low), id, whole(high))
	}
	switch f.Type.Kind {
	case rule.Bool:
		say("(declare-const v_%s Bool)", id)
	case rule.Enum:
		between(0, float64(len(f.Type.Values)-1))
	case rule.Int:
		between(f.Type.Min, f.Type.Max)
	case rule.Set:
		for i := range f.Type.Values {
			say("(declare-const v_%s_%d Bool)", id, i)
		}
	case rule.Event:
		between(float64(calendar.MinDay), float64(day))
	case rule.Date:
		between(float64(calendar.MinDay), float64(calendar.MaxDay))
	default:
		panic("the shipped models have no fact of kind " + f.Type.Kind.String())
	}
	return f
}

func whole(n float64) string {
	if n < 0 {
		return fmt.Sprintf("(- %d)", int64(math.Abs(n)))
	}
	return strconv.FormatInt(int64(n), 10)
}

// rule returns where the rule is true and where it is false.
func (w *smt) rule(e *rule.Expr) (held, not string) {
	join := func(op string, x, y string) string { return "(" + op + " " + x + " " + y + ")" }
	switch e.Op {
	case rule.OpConst:
		return strconv.FormatBool(e.Value != 0), strconv.FormatBool(e.Value == 0)
	case rule.OpDefine:
		i := slices.IndexFunc(w.m.Defines, func(d *dsl.Define) bool { return d.ID == e.Name })
		return w.rule(w.m.Defines[i].Rule.Expr)
	case rule.OpFact:
		w.fact(e.Name)
		return join("and", "known_"+e.Name, "v_"+e.Name), join("and", "known_"+e.Name, "(not v_"+e.Name+")")
	case rule.OpKnown, rule.OpHappened:
		w.fact(e.Name)
		return "known_" + e.Name, "(not known_" + e.Name + ")"
	case rule.OpNot:
		held, not = w.rule(e.Args[0])
		return not, held
	case rule.OpAnd, rule.OpOr:
		a, b := w.rule(e.Args[0])
		c, d := w.rule(e.Args[1])
		if e.Op == rule.OpAnd {
			return join("and", a, c), join("or", b, d)
		}
		return join("or", a, c), join("and", b, d)
	}
	if (e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool {
		a, b := w.rule(e.Args[0])
		c, d := w.rule(e.Args[1])
		same, differ := join("or", join("and", a, c), join("and", b, d)), join("or", join("and", a, d), join("and", b, c))
		if e.Op == rule.OpNe {
			return differ, same
		}
		return same, differ
	}
	known := "true"
	e.Walk(func(x *rule.Expr) {
		if x.Op == rule.OpFact {
			w.fact(x.Name)
			known = join("and", known, "known_"+x.Name)
		}
	})
	test := w.test(e)
	return join("and", known, test), join("and", known, "(not "+test+")")
}

var relations = map[rule.Op]string{rule.OpEq: "=", rule.OpLt: "<", rule.OpLe: "<=", rule.OpGt: ">", rule.OpGe: ">="}

// test writes a test of values that are all known.
func (w *smt) test(e *rule.Expr) string {
	any := func(op string, list []*rule.Expr, one func(*rule.Expr) string) string {
		out := "(" + op
		for _, x := range list {
			out += " " + one(x)
		}
		return out + ")"
	}
	has := func(set, x *rule.Expr) string { return fmt.Sprintf("v_%s_%d", set.Name, x.Value) }
	switch e.Op {
	case rule.OpNe:
		return fmt.Sprintf("(not (= %s %s))", w.value(e.Args[0]), w.value(e.Args[1]))
	case rule.OpIn:
		if e.Args[1].Op != rule.OpList {
			return has(e.Args[1], e.Args[0])
		}
		return any("or", e.Args[1].Args, func(x *rule.Expr) string { return fmt.Sprintf("(= %s %s)", w.value(e.Args[0]), w.value(x)) })
	case rule.OpHasAny:
		return any("or", e.Args[1].Args, func(x *rule.Expr) string { return has(e.Args[0], x) })
	case rule.OpHasAll:
		return any("and", e.Args[1].Args, func(x *rule.Expr) string { return has(e.Args[0], x) })
	}
	return fmt.Sprintf("(%s %s %s)", relations[e.Op], w.value(e.Args[0]), w.value(e.Args[1]))
}

func (w *smt) value(e *rule.Expr) string {
	switch e.Op {
	case rule.OpConst:
		return whole(float64(e.Value))
	case rule.OpFact:
		return "v_" + e.Name
	case rule.OpToday:
		return whole(float64(day))
	case rule.OpDaysSince:
		return fmt.Sprintf("(- %s %s)", whole(float64(day)), w.value(e.Args[0]))
	case rule.OpCount:
		out := "(+ 0"
		for i := range w.fact(e.Args[0].Name).Type.Values {
			out += fmt.Sprintf(" (ite v_%s_%d 1 0)", e.Args[0].Name, i)
		}
		return out + ")"
	}
	panic("the shipped models have no " + e.String())
}
