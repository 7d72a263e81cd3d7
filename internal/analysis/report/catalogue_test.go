package report_test

import (
	"regexp"
	"testing"

	"github.com/stegvis/stegvis/internal/analysis/report"
	"github.com/stegvis/stegvis/internal/casetest"
)

func TestEverySentenceStandsInBothLanguagesAndIsUsed(t *testing.T) {
	casetest.Sentences(t, report.Catalogue, casetest.Naming{
		Begins: true,
		Whole:  regexp.MustCompile(`^(models|sources|kinds|stages|orders|verdict|divergence|partings|outside|changes|proofs|weights?|duties|endings|finding|drawings|mark|methods|cite|metrics|handovers|times|lived|column|section|files)\.[a-z._-]*[a-z]$`),
	})
}
