package conform

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
)

// Sort is the verdict on an event of a log.
type Sort uint8

// The sorts. Those from Fits to Extra are judged; the others say nothing for or against the case.
const (
	Fits         Sort = iota // it did a step that was required, or one that comes back, ahead of its day
	Early                    // it did a step whose first day had not come
	OutOfOrder               // it did a step before one that comes before it
	Extra                    // nothing asked for it: Why tells why not
	Undetermined             // the log does not tell whether the step applied
	Information              // it told facts, and is no step's doing
	Unmapped                 // the mapping does not name the activity
	Sorts        = int(Unmapped) + 1
)

// sortNames name the sorts in files.
var sortNames = [Sorts]string{"fits", "early", "out_of_order", "extra", "undetermined", "information", "unmapped"}

// String returns the sort as files name it.
func (s Sort) String() string { return sortNames[s] }

// Judged tells whether the sort counts for or against a case.
func (s Sort) Judged() bool { return s <= Extra }

// Why tells why nothing asked for an event.
type Why string

// The reasons.
const (
	NotApplying Why = "not_applicable" // the step does not apply
	Again       Why = "again"          // the step was already done
	AfterEnd    Why = "closed"         // the case was closed
)

// Verdict is what became of one event.
type Verdict struct {
	Activity string
	Day      calendar.Day
	Line     int
	Sort     Sort
	Why      Why          // of Extra
	Step     *dsl.Step    // the step it was judged by; nil: none
	Before   *dsl.Step    // OutOfOrder: a step that was still to be done first
	Late     bool         // it did the step after its due day
	Due      calendar.Day // with Late
	Resource string
}

// End is how a step of a case ended.
type End uint8

// The ends. Those from Done to Lapsed were required at some time.
const (
	Done     End = iota
	Skipped      // passed over: a step after it was done, or the case ended, and it applied
	Pending      // required and not yet done, in a case that goes on
	Lapsed       // the model itself let it go: it no longer applies, or an outcome closed the case
	NotKnown     // the log does not tell whether it applied, or whether it was done
	NotAsked     // never required
	Ends     = int(NotAsked) + 1
)

var endNames = [Ends]string{"done", "skipped", "open", "lapsed", "undetermined", "not_required"}

// String returns the end as files name it.
func (e End) String() string { return endNames[e] }

// StepEnd is how one step of a case ended.
type StepEnd struct {
	Step     *dsl.Step
	End      End
	Required *calendar.Day // the first day it was required; nil: never, or not known
	Done     *calendar.Day // the day it was last of all done with; of a step that repeats the last time
	Due      *calendar.Day // the day it was due, as last known; nil: nothing bounded it
	Late     bool          // it was done after that day, or not at all and the day has passed
	Times    int           // of a step that repeats: how often it was done
	LateN    int           // of these, how often late
	Missed   int           // of a step that repeats: how often it was due and not done before it no longer applied or the case ended
	Told     bool          // it was done by what was known from the beginning, or by a value told at another step: no event did it
}

// Bounded is how a limit of a case ended.
type Bounded struct {
	Limit *dsl.Limit
	State LimitState
}

// LimitState is how a limit stands at the end of a case.
type LimitState uint8

// The states.
const (
	Kept    LimitState = iota // what ends it came in time
	Broken                    // it came late, or its day has passed without it
	Running                   // its day has not passed
	NotOpen                   // what it counts from has not happened, or is not in the log
)

var limitNames = [...]string{"kept", "broken", "running", "not_begun"}

// String returns the state as files name it.
func (s LimitState) String() string { return limitNames[s] }

// Case is one trace, replayed.
type Case struct {
	ID       string
	Line     int
	Group    string
	Version  string
	First    calendar.Day
	Last     calendar.Day // of its events
	At       calendar.Day // the day on which its end was judged
	Names    []string     // the activities, in the order of their times
	Verdicts []Verdict    // on those that the mapping does not set aside
	Ignored  int          // events that the mapping sets aside
	Aside    int          // events left out for their lifecycle transition
	Steps    []StepEnd    // by step of the version
	Limits   []Bounded
	Outcome  *dsl.Outcome // that closed it; nil: none
	Ended    bool         // an outcome closed it, or the log says that it has ended
	Sorted   bool         // its events were not in the order of their times
	Visits   []*dsl.Term  // the actors of the steps that were done, one for each event, in order
}

// Days is how many days lie between the first and the last event.
func (c *Case) Days() int { return int(c.Last - c.First) }

// Count returns how many events have the verdict.
func (c *Case) Count(s Sort) (n int) {
	for i := range c.Verdicts {
		if c.Verdicts[i].Sort == s {
			n++
		}
	}
	return n
}

// EndedAs counts how many steps ended so.
func (c *Case) EndedAs(e End) (n int) {
	for i := range c.Steps {
		if c.Steps[i].End == e {
			n++
		}
	}
	return n
}

// Fit is the measure of how well events and steps fit: what was judged, and what of that went as the model has it.
type Fit struct {
	Judged  int // events that did a step or were asked for by none
	Fitting int // those that did a required one
	Asked   int // steps that were required and have ended: done or skipped; each missed time of a step that comes back is one too
	Done    int
}

func (f *Fit) add(g Fit) {
	f.Judged, f.Fitting, f.Asked, f.Done = f.Judged+g.Judged, f.Fitting+g.Fitting, f.Asked+g.Asked, f.Done+g.Done
}

// Fitness is 1 - (events that do not fit + steps skipped) / (events judged + steps asked), as alignments with a cost of 1 for each
// have it. It is not there where nothing was judged.
func (f Fit) Fitness() (float64, bool) {
	if !f.Some() {
		return 0, false
	}
	return float64(f.Fitting+f.Done) / float64(f.Judged+f.Asked), true
}

// Some tells whether anything was judged.
func (f Fit) Some() bool { return f.Judged+f.Asked > 0 }

// Perfect tells whether something was judged and all of it fits.
func (f Fit) Perfect() bool {
	return f.Some() && f.Judged == f.Fitting && f.Asked == f.Done
}

// Fit measures the case.
func (c *Case) Fit() Fit {
	f := Fit{Fitting: c.Count(Fits), Done: c.EndedAs(Done)}
	for i := range c.Verdicts {
		if c.Verdicts[i].Sort.Judged() {
			f.Judged++
		}
	}
	f.Asked = f.Done
	for i := range c.Steps {
		switch s := &c.Steps[i]; {
		case s.Step.Every != nil:
			f.Asked += s.Missed
		case s.End == Skipped:
			f.Asked++
		}
	}
	return f
}

// Handovers counts how often a step was done by another actor than the step before.
func (c *Case) Handovers() (n int) {
	for i := 1; i < len(c.Visits); i++ {
		if c.Visits[i] != c.Visits[i-1] {
			n++
		}
	}
	return n
}
