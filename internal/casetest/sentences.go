package casetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
)

// Naming tells how the code of a package names its sentences, beside whole.
type Naming struct {
	Files   []string       // further files whose texts count, as those of a package that the ends of ids come from
	Words   []string       // further texts
	Endings []string       // of ids, which the code adds
	Begins  bool           // how an id begins is enough: what follows comes from elsewhere
	Whole   *regexp.Regexp // what in the code is an id, if it matches: there must be such a sentence, or one that goes on with a hyphen
}

// Sentences fails the test where a sentence lacks a language, and where nothing in the code of the package names it: whole, or by how
// it begins, up to a full stop or a hyphen, and how it goes on; and where the code names one that there is not.
func Sentences(t *testing.T, c *lang.Catalogue, o Naming) {
	t.Helper()
	for _, lacking := range c.Lacking() {
		t.Errorf("the catalogue lacks %s", lacking)
	}
	named, ids := literals(t, o.Files...), c.IDs(lang.SV, "")
	for s := range named {
		if o.Whole != nil && o.Whole.MatchString(s) && !slices.ContainsFunc(ids, func(id string) bool { return id == s || strings.HasPrefix(id, s+"-") }) {
			t.Errorf("the code names %s, which the catalogue lacks", s)
		}
	}
	for _, word := range o.Words {
		named[word] = true
	}
	used := func(id string) bool {
		if named[id] {
			return true
		}
		for _, ending := range o.Endings {
			if id = strings.TrimSuffix(id, ending); named[id] {
				return true
			}
		}
		for i := range id {
			if (id[i] == '.' || id[i] == '-') && named[id[:i+1]] && (o.Begins || named[id[i+1:]]) {
				return true
			}
		}
		return false
	}
	for _, id := range ids {
		if !used(id) {
			t.Errorf("nothing names %s", id)
		}
	}
}

// literals returns the texts in the code of the package that is tested, and in the files.
func literals(t testing.TB, files ...string) map[string]bool {
	t.Helper()
	own, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, name := range append(slices.DeleteFunc(own, func(name string) bool { return strings.HasSuffix(name, "_test.go") }), files...) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.STRING {
				if s, err := strconv.Unquote(x.Value); err == nil {
					out[s] = true
				}
			}
			return true
		})
	}
	return out
}
