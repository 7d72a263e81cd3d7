package report_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/report"
)

func TestEverySentenceStandsInBothLanguages(t *testing.T) {
	for _, lacking := range report.Catalogue.Lacking() {
		t.Errorf("the catalogue lacks %s", lacking)
	}
}

// The code names sentences by their ids, whole or by how they begin. None is named that is not there, and none is there that nothing
// names.
func TestTheCatalogueHasWhatTheCodeNames(t *testing.T) {
	named := map[string]bool{}
	sources, err := filepath.Glob("[a-z]*[a-z].go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"([a-z][a-z._-]*)"`).FindAllStringSubmatch(string(text), -1) {
			named[m[1]] = true
		}
	}
	ids := report.Catalogue.IDs(lang.SV, "")
	whole := regexp.MustCompile(`^(models|sources|kinds|stages|orders|verdict|divergence|partings|outside|changes|proofs|weights?|duties|endings|finding|drawings|mark|methods|cite|metrics|handovers|times|lived|column|section|files)\.[a-z._-]*[a-z]$`)
	for s := range named {
		if whole.MatchString(s) && !slices.Contains(ids, s) {
			t.Errorf("the code names %s, which the catalogue lacks", s)
		}
	}
	used := func(id string) bool {
		if named[id] {
			return true
		}
		for i := range id {
			if id[i] == '.' && named[id[:i+1]] {
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
