package simulate_test

import (
	"testing"

	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/casetest"
)

func TestEverySentenceStandsInBothLanguagesAndIsUsed(t *testing.T) {
	casetest.Sentences(t, simulate.Catalogue, casetest.Naming{Endings: []string{".help"}})
}
