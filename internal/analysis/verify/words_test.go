package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/casetest"
)

func TestEverySentenceStandsInBothLanguagesAndIsUsed(t *testing.T) {
	casetest.Sentences(t, verify.Catalogue, casetest.Naming{Endings: []string{".help"}})
}

func TestEveryCodeAndVerdictHasItsWords(t *testing.T) {
	for _, code := range verify.Codes {
		if !verify.Catalogue.Has(lang.SV, "finding."+string(code)) {
			t.Errorf("the catalogue lacks finding.%s", code)
		}
	}
	for _, v := range []verify.Verdict{verify.Met, verify.MetInOrder, verify.NotMet, verify.NotApplying, verify.NotProven} {
		for _, id := range []string{"verdict.", "demand."} {
			if !verify.Catalogue.Has(lang.SV, id+string(v)) {
				t.Errorf("the catalogue lacks %s%s", id, v)
			}
		}
	}
}

// The documents name every code.
func TestTheDocumentsNameEveryCode(t *testing.T) {
	for _, name := range []string{"verify.md", "bevis.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range verify.Codes {
			if !strings.Contains(string(text), "| `"+string(code)+"/") {
				t.Errorf("docs/%s does not tell of %s", name, code)
			}
		}
	}
}
