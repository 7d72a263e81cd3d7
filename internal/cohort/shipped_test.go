package cohort_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/cohort"
)

var update = flag.Bool("update", false, "write the shipped cohort anew")

// The shipped cohort is the one that its README names, as the shipped models make it today.
func TestTheShippedCohortIsCurrent(t *testing.T) {
	c := cohort.New(shipped(t), cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	want := written(t, c, 1000, casefile.NDJSON)
	path := filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the models make (go test ./internal/cohort -update writes it)", path)
	}
}
