package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// loads are the sizes of the models that are loaded.
var loads = []Size{{Steps: 10, Facts: 30, Rules: 30}, {Steps: 300, Facts: 400, Rules: 1000}}

// BenchmarkLoad goes from the text of a model to one that can decide: read, every place noted, every diagnostic looked
// for, compiled. The others are given its rules alone, already taken out of the file.
func BenchmarkLoad(b *testing.B) {
	for _, s := range loads {
		text, m := Generate(s), loadGenerated(b, s)
		book := newRulebook(m)
		each := func(by string, f func() error) {
			b.Run(fmt.Sprintf("rules=%d/by=%s", s.Rules, by), func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		each("stegvis", func() error {
			read := dsl.Load([]*diag.Source{diag.NewSource("generated.toml", text)})
			if len(read.Models) != 1 {
				return fmt.Errorf("%d faults", len(read.Faults))
			}
			interpreter.Compile(read.Models[0])
			return nil
		})
		each("expr", func() error { return compileExpr(book) })
		each("expr-parts", func() error { return compileExprParts(book) })
		each("cel", func() error { return compileCEL(book) })
		each("opa", func() error {
			_, err := prepareRego(context.Background(), regoModule(book))
			return err
		})
	}
}

// exprEnv tells expr the types of the facts and definitions, and the functions of the rules.
func exprEnv(b *rulebook) map[string]any {
	env := map[string]any{
		"happened": func(calendar.Day) bool { return false },
		"known":    func(any) bool { return false },
		"has_any":  func([]string, []any) bool { return false },
	}
	for _, f := range b.m.Facts {
		env[f.ID] = map[rule.Kind]any{rule.Bool: false, rule.Int: 0, rule.Enum: "", rule.Set: []string{}, rule.Event: calendar.Day(0)}[f.Type.Kind]
	}
	for _, d := range b.m.Defines {
		env[d.ID] = false
	}
	return env
}

// compileExpr compiles the rules as they are written, one after another, as expr's own documentation does.
func compileExpr(b *rulebook) error {
	options := []expr.Option{expr.Env(exprEnv(b)), expr.AsBool()}
	for _, r := range b.rules {
		if _, err := expr.Compile(inExpr(r), options...); err != nil {
			return fmt.Errorf("%s: %w", r.Text, err)
		}
	}
	return nil
}

// compileExprParts does the same with the parts of expr.Compile, so that expr goes through the types of the facts once
// and not for every rule.
func compileExprParts(b *rulebook) error {
	c := conf.CreateNew()
	expr.Env(exprEnv(b))(c)
	expr.AsBool()(c)
	c.Check()
	for _, r := range b.rules {
		tree, err := parser.ParseWithConfig(inExpr(r), c)
		if err == nil {
			_, err = checker.Check(tree, c)
		}
		if err == nil {
			err = optimizer.Optimize(&tree.Node, c)
		}
		if err == nil {
			_, err = compiler.Compile(tree, c)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.Text, err)
		}
	}
	return nil
}

// compileCEL parses, checks and plans the rules, as CEL writes them.
func compileCEL(b *rulebook) error {
	env, err := celEnv(b)
	if err != nil {
		return err
	}
	for _, r := range b.rules {
		if _, err := celProgram(env, celDialect.write(b, r.Expr)); err != nil {
			return fmt.Errorf("%s: %w", r.Text, err)
		}
	}
	return nil
}

func TestTheOtherEnginesCanLoadGeneratedRules(t *testing.T) {
	for _, s := range loads {
		book := newRulebook(loadGenerated(t, s))
		must(t, compileExpr(book))
		must(t, compileExprParts(book))
		must(t, compileCEL(book))
		_, err := prepareRego(context.Background(), regoModule(book))
		must(t, err)
	}
}
