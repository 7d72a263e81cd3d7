package export_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/export"
)

// stagesFile is a model of two stages, one after the other, with longest times, and a limit of the whole case.
const stagesFile = `
[model]
id = "m"
title = "M"
lang = "en"
version = "1"
in_force = 2026-01-01

[[actor]]
id = "a"
title = "Somebody"

[[kind]]
id = "k"
title = "Kind"
%s
[[stage]]
id = "first"
title = "First"
time = { from = "opened", max = "%s" }

[[stage]]
id = "second"
title = "Second"
time = { from = "%s", max = "%s" }

[[step]]
id = "open"
title = "Open"
stage = "first"
kind = "k"
actor = "a"
done = ["happened(opened)"]

[[step]]
id = "begin"
title = "Begin"
stage = "second"
kind = "k"
actor = "a"
done = ["happened(begun)"]

[[step]]
id = "close"
title = "Close"
stage = "%s"
kind = "k"
actor = "a"
done = ["happened(closed)"]

[[outcome]]
id = "end"
title = "End"
after = ["close"]

[[limit]]
id = "whole"
title = "The whole case"
from = "opened"
until = "closed"
max = "%s"
`

func TestTheTimesOfStagesThatFollowOnOneAnotherAreHeldAgainstTheLimit(t *testing.T) {
	var events strings.Builder
	for _, id := range []string{"opened", "begun", "closed", "elsewhere"} {
		fmt.Fprintf(&events, "\n[[fact]]\nid = %q\ntype = \"event\"\ntitle = %q\n", id, id)
	}
	const (
		together = "The longest times of the stages First (%s) and Second (%s) come together to %s."
		alone    = "The longest time of the stage First is %s."
	)
	for _, c := range []struct {
		name                                   string
		first, secondFrom, second, closes, max string
		sum, verdict                           string
		gap                                    bool
	}{
		{"over, in one unit", "10 weeks", "begun", "50 weeks", "second", "1 year",
			fmt.Sprintf(together, "10 weeks", "50 weeks", "10 + 50 = 60 weeks, that is 420 days"), "The limit is 1 year, that is 365–366 days. A case can keep every time and still pass the limit.", true},
		{"over, in days", "300 days", "begun", "100 days", "second", "365 days",
			fmt.Sprintf(together, "300 days", "100 days", "300 + 100 = 400 days"), "The limit is 365 days. A case can keep", true},
		{"over on some days alone", "8 months", "begun", "17 weeks", "second", "12 months",
			fmt.Sprintf(together, "8 months", "17 weeks", "361–364 days"), "", false},
		{"perhaps over", "8 months", "begun", "18 weeks", "second", "370 days",
			fmt.Sprintf(together, "8 months", "18 weeks", "368–371 days"), "depending on which days it falls on", true},
		{"within", "2 weeks", "begun", "3 weeks", "second", "1 year",
			fmt.Sprintf(together, "2 weeks", "3 weeks", "2 + 3 = 5 weeks, that is 35 days"), "Whoever keeps every time keeps the limit too.", false},
		{"the second counts from the start too", "40 weeks", "opened", "50 weeks", "second", "1 year",
			"The longest time of the stage Second is 50 weeks, that is 350 days.", "", false},
		{"the second counts from what nobody records", "40 weeks", "elsewhere", "50 weeks", "second", "1 year",
			fmt.Sprintf(alone, "40 weeks, that is 280 days"), "keeps the limit too", false},
		{"the case closes before the second", "40 weeks", "begun", "50 weeks", "first", "1 year",
			fmt.Sprintf(alone, "40 weeks, that is 280 days"), "keeps the limit too", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := fmt.Sprintf(stagesFile, events.String(), c.first, c.secondFrom, c.second, c.closes, c.max)
			set := setOf(t, []*diag.Source{diag.NewSource("m.toml", text)})
			got := page(t, export.Request{Model: set.Versions("m")[0], Versions: set.Versions("m"), Lang: lang.EN})
			for _, want := range []string{c.sum, c.verdict} {
				if !strings.Contains(got, want) {
					_, limits, _ := strings.Cut(got, "## Limits")
					t.Errorf("the page does not say\n%s\nbut\n%s", want, strings.SplitN(limits, "## ", 3)[1])
				}
			}
			if has := strings.Contains(got, "The times do not fit in the limit “The whole case”"); has != c.gap {
				t.Errorf("it stands among the gaps: %v, want %v", has, c.gap)
			}
		})
	}
}
