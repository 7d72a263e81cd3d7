package measure_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/casetest"
)

func TestEverySentenceStandsInBothLanguagesAndIsUsed(t *testing.T) {
	casetest.Sentences(t, measure.Catalogue, casetest.Naming{
		Files: []string{filepath.Join("..", "ways", "way.go")}, // which says why a link is open
		Words: []string{"unit."}, Endings: []string{".title", ".formula", ".inputs", ".text", ".help"},
	})
}

func TestEveryMetricIsDefined(t *testing.T) {
	for _, m := range measure.Metrics {
		for _, l := range lang.All {
			for _, text := range []string{m.Title(l), m.Formula(l), m.Inputs(l), m.Unit(l), measure.GroupTitle(m.Group, l), measure.GroupText(m.Group, l)} {
				if text == "" || strings.HasPrefix(text, "[") {
					t.Errorf("%s: %s says %q", l, m.ID, text)
				}
			}
		}
	}
	if len(measure.Units) != len(measure.Metrics) {
		t.Errorf("%d units for %d metrics", len(measure.Units), len(measure.Metrics))
	}
}
