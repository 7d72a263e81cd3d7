package dsl_test

import (
	"fmt"
	"os"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// A folder is read and checked as one set.
func ExampleLoad() {
	var faults diag.List
	set := dsl.Load(dsl.ReadDir("testdata/good", &faults))
	for _, m := range set.Models {
		fmt.Printf("%s, version %s, from %s: %s, %d steps\n", m.ID, m.Version, m.InForce, m.Title.In(lang.EN), len(m.Steps))
	}
	// Output:
	// allt, version 2026-1, from 2026-01-01: Everything at once, 4 steps
	// delade_tecken, version 1, from 2026-01-01: Å as two characters, 1 steps
	// upplaga, version 1, from 2021-01-01: Edition 1, 1 steps
	// upplaga, version 2, from 2022-01-01: Edition 2, 1 steps
}

// What is wrong with a file is told all at once, each fault at its place.
func ExampleLoad_faults() {
	set := dsl.Load([]*diag.Source{diag.NewSource("meet.toml", `[model]
id       = "meet"
title    = "A meeting"
lang     = "en"
version  = "1"
in_force = 2026-01-01

[[actor]]
id    = "host"
title = "The host"

[[kind]]
id    = "meeting"
title = "Meeting"

[[fact]]
id    = "held"
type  = "event"
title = "The meeting was held"

[[step]]
id    = "meet"
title = "Meet"
kind  = "meeting"
actor = "hosts"
done  = ["happened(hold)"]

[[outcome]]
id    = "over"
title = "Over"
after = ["meet"]
`)})
	set.Faults.WriteText(os.Stdout, diag.TextOptions{Lang: lang.EN})
	for _, f := range set.Failed {
		fmt.Printf("%s failed with %d errors\n", f.ID, f.Faults.Count(diag.Error))
	}
	// Output:
	// meet.toml:25:9: error: there is no actor `hosts` [unknown-actor]
	//   25 | actor = "hosts"
	//      |         ^^^^^^^
	//      = hint: Did you mean `host`? They are declared with `[[actor]]`.
	//
	// meet.toml:26:20: error: there is no fact and no definition called `hold` [rule-unknown-name]
	//   26 | done  = ["happened(hold)"]
	//      |                    ^^^^
	//      = hint: Did you mean `held`?
	// meet failed with 2 errors
}
