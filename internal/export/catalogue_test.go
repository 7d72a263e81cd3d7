package export_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/export"
)

func TestEverySentenceStandsInBothLanguages(t *testing.T) {
	for _, lacking := range export.Catalogue.Lacking() {
		t.Errorf("the catalogue lacks %s", lacking)
	}
}

// The code names sentences by their ids, whole or by how they begin ("finding."). None is named that is not there, and
// none is there that nothing names.
func TestTheCatalogueHasWhatTheCodeNames(t *testing.T) {
	named := map[string]bool{}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					named[s] = true
				}
			}
			return true
		})
	}
	whole := regexp.MustCompile(`^(about|gaps|parties|steps|stages|chart|time|every|outcomes|limits|sum|capacities|facts|answer|definitions|law|verdict|finding|notes|choices|sources|mark|origin|rule|drawing|table|schema)\.[a-z.-]*[a-z]$`)
	ids := export.Catalogue.IDs(lang.SV, "")
	for s := range named {
		if whole.MatchString(s) && !slices.Contains(ids, s) && !slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, s+"-") }) {
			t.Errorf("the code names %s, which the catalogue lacks", s)
		}
	}
	for _, id := range ids {
		used := named[id] || strings.HasSuffix(id, ".head") || named[strings.TrimSuffix(id, "-same")]
		for i := range id {
			if (id[i] == '.' || id[i] == '-') && named[id[:i+1]] {
				used = true
			}
		}
		if !used {
			t.Errorf("nothing in the code names %s", id)
		}
	}
}

// Whatever dsl.Model.Judge finds has its words, for every kind of demand that can come to it.
func TestEveryFindingHasItsWords(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "..", "dsl", "duties.go"))
	if err != nil {
		t.Fatal(err)
	}
	findings := regexp.MustCompile(`Finding += "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(findings) < 10 {
		t.Fatalf("dsl/duties.go has only %d findings", len(findings))
	}
	ids := export.Catalogue.IDs(lang.SV, "finding.")
	for _, f := range findings {
		if !slices.ContainsFunc(ids, func(id string) bool { return strings.HasSuffix(id, "."+f[1]) }) {
			t.Errorf("the finding %s has no words", f[1])
		}
	}
	for _, v := range regexp.MustCompile(`Verdict += "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !export.Catalogue.Has(lang.SV, "verdict."+v[1]) {
			t.Errorf("the verdict %s has no words", v[1])
		}
	}
}
