package conform_test

import (
	"fmt"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
)

// Where nothing was judged, there is no share of cases without a deviation: it is not 0.
func TestWhereNothingWasJudgedNothingDeviatesOrFits(t *testing.T) {
	set := casetest.Models(t, fmt.Sprintf(small, "1", "2010-01-01"))
	for events, want := range map[string]string{"0:Start": "does not apply", "0:Start 1:Samtal": "100%", "0:Start 1:Samtal 2:Samtal": "0%"} {
		r, _ := replay(t, set, fmt.Sprintf(smallMapping, ""), logOf(events), conform.Options{})
		for _, x := range r.Tables() {
			for i, c := range x.Columns {
				if c.ID == "perfect" {
					if got := x.Rows[0][i].Text(c, lang.EN); got != want {
						t.Errorf("%s: in the table %s %s of the cases are without deviation, want %s", events, x.ID, got, want)
					}
				}
			}
		}
	}
}
