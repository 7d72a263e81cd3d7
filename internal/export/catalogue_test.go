package export_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/export"
)

func TestEverySentenceStandsInBothLanguagesAndIsUsed(t *testing.T) {
	casetest.Sentences(t, export.Catalogue, casetest.Naming{
		Begins: true, Words: []string{"every.head", "mark.head", "time.head"}, Endings: []string{".head", "-same"},
		Whole: regexp.MustCompile(`^(about|gaps|parties|steps|stages|chart|time|every|outcomes|limits|sum|capacities|facts|answer|definitions|law|verdict|finding|notes|choices|sources|mark|origin|rule|drawing|table|schema)\.[a-z.-]*[a-z]$`),
	})
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
