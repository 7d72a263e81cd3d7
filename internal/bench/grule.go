package bench

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/hyperjumptech/grule-rule-engine/ast"
	"github.com/hyperjumptech/grule-rule-engine/builder"
	"github.com/hyperjumptech/grule-rule-engine/engine"
	"github.com/hyperjumptech/grule-rule-engine/logger"
	"github.com/hyperjumptech/grule-rule-engine/pkg"
	"github.com/sirupsen/logrus"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Grule has a model's rules matched by Grule, all at once. Matching alone, without its cycles of firing rules that
// change the facts, is what it does fastest.
type Grule struct {
	walk
	engine  *engine.GruleEngine
	base    *ast.KnowledgeBase
	numbers map[string]int // of the rules, by name
	facts   reflect.Type
	truths  []bool
}

// NewGrule builds Grule's knowledge of the model's rules.
func NewGrule(m *dsl.Model) (*Grule, error) {
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	quiet.SetLevel(logrus.PanicLevel)
	for _, set := range []func(any){logger.SetLogger, ast.SetLogger, builder.SetLogger, engine.SetLogger} {
		set(quiet)
	}
	x := &Grule{walk: newWalk(newRulebook(m)), engine: engine.NewGruleEngine(), numbers: map[string]int{}}
	x.walk.holds = func(rule int) bool { return x.truths[rule] }
	x.truths = make([]bool, len(x.rules))
	x.facts = x.record()
	var text strings.Builder
	for i, r := range x.rules {
		name := "R" + strconv.Itoa(i)
		x.numbers[name] = i
		fmt.Fprintf(&text, "rule %s {\n\twhen %s\n\tthen Retract(%q);\n}\n", name, grlDialect.write(x.rulebook, r.Expr), name)
	}
	library := ast.NewKnowledgeLibrary()
	if err := builder.NewRuleBuilder(library).BuildRuleFromResource(m.ID, "1", pkg.NewBytesResource([]byte(text.String()))); err != nil {
		return nil, err
	}
	var err error
	x.base, err = library.NewKnowledgeBaseInstance(m.ID, "1")
	return x, err
}

// record is the type of the facts that Grule sees: a struct with a field for each.
func (x *Grule) record() reflect.Type {
	var fields []reflect.StructField
	add := func(id string, v any) {
		fields = append(fields, reflect.StructField{Name: strings.TrimPrefix(grlField(id), "F."), Type: reflect.TypeOf(v)})
	}
	add("at", 0)
	for _, f := range x.m.Facts {
		switch f.Type.Kind {
		case rule.Bool:
			add(f.ID, false)
		case rule.Enum:
			add(f.ID, "")
		case rule.Set:
			add(f.ID, []string{})
		default:
			add(f.ID, 0)
		}
		add(knownName(f.ID), false)
	}
	return reflect.StructOf(fields)
}

// Input lays facts out as Grule takes them.
func (x *Grule) Input(f *Facts, at calendar.Day) (ast.IDataContext, error) {
	record := reflect.New(x.facts)
	for id, v := range input(x.rulebook, f, int(at)) {
		record.Elem().FieldByName(strings.TrimPrefix(grlField(id), "F.")).Set(reflect.ValueOf(v))
	}
	in := ast.NewDataContext()
	return in, in.Add("F", record.Interface())
}

// Decide says what is next, by when, and the outcome.
func (x *Grule) Decide(in ast.IDataContext, f *Facts, at calendar.Day, a *Answer) error {
	matching, err := x.engine.FetchMatchingRules(in, x.base)
	if err != nil {
		return err
	}
	clear(x.truths)
	for _, r := range matching {
		x.truths[x.numbers[r.RuleName]] = true
	}
	x.decide(f, at, a)
	return nil
}
