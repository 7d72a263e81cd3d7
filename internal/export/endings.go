package export

import (
	"fmt"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/ways"
)

// ending is the outcomes that wait for the same steps.
type ending struct {
	outcomes []*dsl.Outcome
	last     []*dsl.Step // those they wait for, without the ones that come before another of them
}

// endingGroups gathers the outcomes by what they wait for, in file order.
func endingGroups(m *dsl.Model) []*ending {
	o := ways.ByAfter(m)
	byKey := map[string]*ending{}
	var out []*ending
	for _, x := range m.Outcomes {
		last := o.Nearest(x.After)
		key := ""
		for _, s := range last {
			key += fmt.Sprint(s.Index, " ")
		}
		if byKey[key] == nil {
			byKey[key] = &ending{last: last}
			out = append(out, byKey[key])
		}
		byKey[key].outcomes = append(byKey[key].outcomes, x)
	}
	return out
}
