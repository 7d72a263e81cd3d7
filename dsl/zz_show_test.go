package dsl_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

func TestZZShow(t *testing.T) {
	dir := os.Getenv("SHOW")
	if dir == "" {
		t.Skip()
	}
	var faults diag.List
	set := dsl.Load(dsl.ReadDir(dir, &faults))
	faults = append(faults, set.Faults...)
	for _, f := range faults {
		fmt.Printf("@@ %s|%s|%s|%s\n", f.Span.Name(), placeOf(f.Span), f.Code, f.Message(lang.EN))
	}
}
