package diag_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// use is a place in the code that names a sentence of the catalogue.
type use struct {
	id   string
	at   string          // file:line
	args map[string]bool // the arguments it gives; nil where they are made elsewhere
	hint string          // the id of the hint that comes with it; "" for none
}

// uses is what the code of stegvis, tests apart, says of the catalogue.
type uses struct {
	sentences []use
	literals  map[string]bool // every string literal
	fset      *token.FileSet
	// For each function that passes its parameter "code" on, by package and name: the place of that
	// parameter; unclear where functions of one name have it in different places.
	forwards map[string]int
	folder   string // of the package that is being read
}

const unclear = -1

var readUsesOnce = sync.OnceValues(func() (*uses, error) {
	u := &uses{literals: map[string]bool{}, fset: token.NewFileSet(), forwards: map[string]int{}}
	type goFile struct {
		folder string
		syntax *ast.File
	}
	var files []goFile
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(u.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, goFile{filepath.Dir(path), file})
		return nil
	})
	for _, visit := range []func(ast.Node) bool{u.findForward, u.findUse} {
		for _, f := range files {
			u.folder = f.folder
			ast.Inspect(f.syntax, visit)
		}
	}
	return u, err
})

// readUses reads the code, once for all tests.
func readUses(t *testing.T) *uses {
	t.Helper()
	u, err := readUsesOnce()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// findForward notes functions and closures with a parameter named code.
func (u *uses) findForward(n ast.Node) bool {
	note := func(name string, t *ast.FuncType) {
		at, i := unclear, 0
		for _, field := range t.Params.List {
			for _, p := range field.Names {
				if typ, ok := field.Type.(*ast.Ident); ok && p.Name == "code" && typ.Name == "string" {
					at = i
				}
				i++
			}
		}
		key := u.folder + "." + name
		if before, ok := u.forwards[key]; ok && before != at {
			at = unclear
		}
		u.forwards[key] = at
	}
	switch n := n.(type) {
	case *ast.FuncDecl:
		note(n.Name.Name, n.Type)
	case *ast.AssignStmt:
		for i, value := range n.Rhs {
			if f, ok := value.(*ast.FuncLit); ok && i < len(n.Lhs) {
				if name, ok := n.Lhs[i].(*ast.Ident); ok {
					note(name.Name, f.Type)
				}
			}
		}
	}
	return true
}

// findUse notes the sentences that a node names. The code is read as text, not with its types; so calls
// are told apart from those of other packages (a logger's Error) by their form.
func (u *uses) findUse(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		if s, ok := literal(n); ok {
			u.literals[s] = true
		}
	case *ast.AssignStmt: // ….Hint = "id", perhaps straight after the call that makes the diagnostic
		for i, left := range n.Lhs {
			sel, ok := left.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Hint" || i >= len(n.Rhs) {
				continue
			}
			hint, ok := literal(n.Rhs[i])
			if hint == "-" {
				hint = ""
			}
			if ok && hint != "" {
				u.add(n, hint, nil, "")
			}
			if call, ok := sel.X.(*ast.CallExpr); ok {
				u.call(call, hint)
				ast.Inspect(call.Fun, u.findUse)
				for _, below := range append(call.Args, n.Rhs...) {
					ast.Inspect(below, u.findUse)
				}
				return false
			}
		}
	case *ast.KeyValueExpr: // Diagnostic{Code: "id"} and Related{Code: "id"}
		if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Code" || key.Name == "Hint") {
			if id, ok := literal(n.Value); ok && id != "-" && id != "" {
				u.add(n, id, nil, "")
			}
		}
	case *ast.CallExpr:
		u.call(n, "default")
	}
	return true
}

// call notes the sentence that a call names, if it is a call that does. hint is the id of its hint, or
// "default" for that of its code.
func (u *uses) call(call *ast.CallExpr, hint string) {
	name, receiver := called(call)
	index, direct := unclear, false
	switch {
	case (name == "Error" || name == "Warn" || name == "With") && len(call.Args) == 3:
		if _, ok := literal(call.Args[0]); !ok {
			index, direct = 1, true
		}
	case (name == "Text" || name == "In") && strings.HasSuffix(receiver, "diag.Catalogue"):
		if hint = ""; name == "Text" {
			index, direct = 1, true
		} else {
			index, direct = 0, true
		}
	default:
		if i, ok := u.forwards[u.folder+"."+name]; ok {
			index = i
		}
	}
	if index == unclear || index >= len(call.Args) {
		return
	}
	id, ok := literal(call.Args[index])
	if !ok {
		return
	}
	if hint == "default" {
		hint = id + ".hint"
	}
	if name == "With" {
		hint = ""
	}
	var args map[string]bool
	if direct && index+1 < len(call.Args) {
		args = argNames(call.Args[index+1])
	}
	u.add(call, id, args, hint)
}

func (u *uses) add(n ast.Node, id string, args map[string]bool, hint string) {
	p := u.fset.Position(n.Pos())
	u.sentences = append(u.sentences, use{id: id, at: filepath.ToSlash(p.Filename) + ":" + strconv.Itoa(p.Line), args: args, hint: hint})
}

// called returns the last name of the function that is called, and what stands before it, where that is
// a name or two.
func called(call *ast.CallExpr) (name, receiver string) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name, ""
	case *ast.SelectorExpr:
		switch x := f.X.(type) {
		case *ast.Ident:
			if x.Name == "Catalogue" { // inside package diag itself
				return f.Sel.Name, "diag.Catalogue"
			}
			return f.Sel.Name, x.Name
		case *ast.SelectorExpr:
			if pkg, ok := x.X.(*ast.Ident); ok {
				return f.Sel.Name, pkg.Name + "." + x.Sel.Name
			}
		}
		return f.Sel.Name, ""
	}
	return "", ""
}

// argNames returns the keys of a literal map of arguments, and nil for anything else but nil.
func argNames(e ast.Expr) map[string]bool {
	switch e := e.(type) {
	case *ast.Ident:
		if e.Name == "nil" {
			return map[string]bool{}
		}
	case *ast.CompositeLit:
		names := map[string]bool{}
		for _, element := range e.Elts {
			if kv, ok := element.(*ast.KeyValueExpr); ok {
				if name, ok := literal(kv.Key); ok {
					names[name] = true
				}
			}
		}
		return names
	}
	return nil
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
