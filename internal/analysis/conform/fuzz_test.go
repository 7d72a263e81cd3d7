package conform_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/eventlog"
)

// FuzzMapping reads any text as a mapping. It is taken or its faults are told in words; one that is taken replays a log to its end.
func FuzzMapping(f *testing.F) {
	for _, s := range []string{fmt.Sprintf(smallMapping, `start = "start"`) + withNumber, fmt.Sprintf(smallMapping, "complete = true\ngroup = \"v\"\nresource = \"v\""),
		"[log]\nmodel = \"liten\"\n[[attribute]]\nname = \"v\"\nfact = \"antal\"\nvalues = { a = 1, b = [] }\n[[activity]]\nname = \"Slut\"\nfacts = { behov = true }\nends = true\n", "[[activity]]\nname = 1\n", "log = 3\n"} {
		f.Add(s)
	}
	set := casetest.Models(f, fmt.Sprintf(small, "1", "2010-01-01"), fmt.Sprintf(small, "2", "2026-01-05"))
	log := logOf("0:Start 0:Samtal 3:Kontakt 31:Inget_behov 32:Prövning 33:Antal=3 40:Slut 41:Stöd")
	f.Fuzz(func(t *testing.T, text string) {
		var faults diag.List
		m := conform.ReadMapping(diag.NewSource("m.toml", text), set, "", "", &faults)
		for _, d := range faults {
			for _, l := range lang.All {
				if s := d.Message(l) + d.HintText(l); strings.Contains(s, "<no value>") || strings.HasPrefix(s, "[") {
					t.Fatalf("%s has no words: %s", d.Code, s)
				}
			}
		}
		if (m == nil) != faults.HasErrors() {
			t.Fatalf("mapping %v, faults %v", m, faults)
		}
		if m == nil {
			return
		}
		r, err := eventlog.Open(strings.NewReader(log), m.Log, &faults)
		if err != nil {
			return
		}
		report, err := conform.Run(context.Background(), r, conform.Options{Mapping: m, Workers: 1})
		if err != nil && !errors.Is(err, eventlog.ErrBroken) {
			t.Fatal(err)
		}
		if err == nil {
			if _, err := report.MarshalJSON(); err != nil {
				t.Fatal(err)
			}
			report.Tables()
		}
	})
}
