package measure

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/verify"
)

// Law is how the model stands to one demand of an overlay, over all cases.
type Law struct {
	Overlay *dsl.Overlay
	Duty    *dsl.Duty
	Demand  *verify.DemandResult
}

// Met tells whether the demand is met.
func (l *Law) Met() bool {
	return l.Demand.Verdict == verify.Met || l.Demand.Verdict == verify.MetInOrder
}

// Applies tells whether there is anything in the model that the demand is about.
func (l *Law) Applies() bool { return l.Demand.Verdict != verify.NotApplying }

func (m *measurer) law() {
	v := m.o.Verified
	if v == nil {
		v = verify.Run(m.p, m.o.Day)
	}
	for i := range v.Duties {
		d := &v.Duties[i]
		for k := range d.Demands {
			m.report.Law = append(m.report.Law, Law{d.Duty.Overlay, d.Duty, &d.Demands[k]})
		}
	}
}
