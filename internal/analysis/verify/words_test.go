package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
)

func TestEverySentenceStandsInBothLanguages(t *testing.T) {
	for _, lacking := range verify.Catalogue.Lacking() {
		t.Errorf("the catalogue lacks %s", lacking)
	}
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

// No sentence stands in the catalogue that the code does not name, whole or by how it begins, or by a code or a verdict.
func TestEverySentenceIsUsed(t *testing.T) {
	var code strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			code.Write(text)
		}
	}
	for _, id := range verify.Catalogue.IDs(lang.SV, "") {
		begin, end, _ := strings.Cut(id, ".")
		if !strings.Contains(code.String(), `"`+id+`"`) && !(strings.Contains(code.String(), `"`+begin+`."`) && strings.Contains(code.String(), `"`+end+`"`)) {
			t.Errorf("nothing names %s", id)
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
