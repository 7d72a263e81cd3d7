package casework

import (
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/interpreter"
)

// CaseFault is why the model cannot take a fact of a case any more. What the fact says is not told.
type CaseFault struct {
	Fact    string `json:"fact"` // "": the fault is of no one fact
	Code    string `json:"code"`
	Message string `json:"message"`
}

// untaken are the faults in words.
func untaken(faults diag.List, l lang.Lang) (out []CaseFault) {
	for _, f := range faults {
		out = append(out, CaseFault{factOf(f), f.Code, f.Message(l)})
	}
	return out
}

// factOf names the fact that a fault is of; "": it is of no one fact.
func factOf(f *diag.Diagnostic) string {
	fact, _ := f.Args["Fact"].(string)
	return fact
}

// show leaves of an answer by a program what is seen. Which facts are at fault hangs on what they say, and is for those who see all.
func (a *Answer) show(sight *access.Sight, p *interpreter.Program, l lang.Lang) {
	a.whole, a.untaken = a.Decision, a.Faults
	if a.Decision = sight.Decision(p, a.Decision, l); !sight.Whole() {
		a.Faults = nil
	}
}
