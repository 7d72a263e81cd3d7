package conform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
)

// A step that the calendar makes required is so from that day on, also where nothing happened on it.
func TestAStepIsRequiredFromTheDayThatTheCalendarSays(t *testing.T) {
	text := strings.Replace(fmt.Sprintf(small, "1", "2010-01-01"), "time = { from = \"start\", not_before = \"30 days\", max = \"60 days\" }", "when = \"days_since(start) >= 30\"", 1)
	set := casetest.Models(t, text)
	at := day0 + 70
	for events, want := range map[string]calendar.Day{"0:Start 1:Samtal 40:Prövning": day0 + 30, "0:Start 1:Samtal 30:Prövning": day0 + 30, "0:Start 1:Samtal": day0 + 30} {
		_, cases := replay(t, set, fmt.Sprintf(smallMapping, ""), logOf(events), conform.Options{At: &at})
		if got := cases[0].Steps[1].Required; got == nil || *got != want {
			t.Errorf("%s: the step is required from %v, want %v", events, got, want)
		}
	}
}
