package httpapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// Each problem has its title, what is wrong and what to do, in both languages, and the catalogue has nothing else but what
// the code names.
func TestEveryProblemHasItsWords(t *testing.T) {
	if lacking := httpapi.Catalogue.Lacking(); len(lacking) > 0 {
		t.Error(lacking)
	}
	known := map[string]bool{}
	for _, code := range httpapi.Codes() {
		for _, part := range []string{"", ".detail", ".hint"} {
			id := "problem." + code + part
			if known[id] = true; !httpapi.Catalogue.Has(lang.EN, id) {
				t.Errorf("there is no %s", id)
			}
		}
	}
	var code strings.Builder
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		must(t, err)
		code.Write(b)
	}
	for _, m := range regexp.MustCompile(`(?:add\(|queryFault\([a-z.]+, )"([a-z-]+)"`).FindAllStringSubmatch(code.String(), -1) {
		for _, part := range []string{"", ".hint"} {
			id := "query." + m[1] + part
			if known[id] = true; !httpapi.Catalogue.Has(lang.EN, id) {
				t.Errorf("there is no %s", id)
			}
		}
	}
	for _, id := range httpapi.Catalogue.IDs(lang.EN, "") {
		if !known[id] {
			t.Errorf("nothing says %s", id)
		}
	}
	said := regexp.MustCompile(`(fail\(|roblem\([a-z.]+, |code :?= |: +|\{[a-z]+\.Err[A-Za-z]+, )"([a-z-]+)"`)
	answered := map[string]bool{}
	for _, m := range said.FindAllStringSubmatch(code.String(), -1) {
		answered[m[2]] = true
	}
	for _, code := range httpapi.Codes() {
		if !answered[code] {
			t.Errorf("nothing answers with %s", code)
		}
	}
}
