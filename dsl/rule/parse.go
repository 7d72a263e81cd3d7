package rule

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/stegvis/stegvis/dsl/diag"
)

// Tree is a rule that has been read: its shape and its names are known, its types are not. It never
// changes.
type Tree struct {
	src    *source
	root   *node
	faulty bool // a part was refused, though the tree may look whole without it
	nodes  int  // how many there are
	names  []Ref
}

// Parse reads a rule. Every fault is added to faults; at gives the place, in the file, of the bytes
// [from, to) of text. It returns nil when no tree can be made. A tree can come with faults: the refused
// parts of it are silent, and what is whole can still be checked.
func Parse(text string, at func(from, to int) diag.Span, faults *diag.List) *Tree {
	if !admit(text, at, faults) {
		return nil
	}
	src := normalise(text, at)
	tokens, ok := scan(src, faults)
	if i, deep := tooDeep(tokens); deep {
		faults.Error(src.span(tokens[i].from, tokens[i].to), "rule-too-deep", diag.Args{"Max": MaxDepth})
		return nil
	}
	r := &reading{src: src, faults: faults, tokens: tokens}
	r.survey()
	r.refuse()
	if !ok || len(tokens) == 0 { // no tokens: nothing but a comment
		return nil
	}
	n, err := parse(src.text)
	if err != nil {
		if !r.broken {
			r.explain(err)
		}
		return nil
	}
	root := r.convert(n)
	t := &Tree{src: src, root: root, faulty: r.failed}
	t.nodes, t.names = t.survey()
	return t
}

// parse is expr's parser with nothing built in, so that count(x) and all(x, …) are calls like any other.
// A panic of it is an error: a rule from outside must not be able to end the process.
func parse(text string) (n ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			n, err = nil, fmt.Errorf("expr: %v", p)
		}
	}()
	tree, err := parser.ParseWithConfig(text, plainly)
	if err != nil {
		return nil, err
	}
	return tree.Node, nil
}

// plainly overrides every function that expr's parser would treat in its own way. It is read only.
var plainly = func() *conf.Config {
	t := conf.FunctionsTable{}
	for _, f := range builtin.Builtins {
		t[f.Name] = f
	}
	return &conf.Config{Functions: t}
}()

// errorAt returns the byte at which expr's error stands, or the end of the text.
func errorAt(text string, err error) int {
	var e *file.Error
	if errors.As(err, &e) {
		runes := 0
		for i := range text {
			if runes == e.From {
				return i
			}
			runes++
		}
	}
	return len(text)
}
