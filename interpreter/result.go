package interpreter

import "github.com/stegvis/stegvis/dsl/calendar"

// StepStatus is where one step of a case stands.
type StepStatus uint8

// The statuses of a step (DESIGN 3.5).
const (
	NotApplicable StepStatus = iota
	Done
	WaitingStep  // an after step is not passed
	Scheduled    // its first day lies ahead
	Required     //
	Undetermined // its after is passed, whether it applies is unknown
)

var stepStatusNames = [...]string{"not_applicable", "done", "waiting", "scheduled", "required", "undetermined"}

// String returns the status as JSON and test files write it.
func (s StepStatus) String() string { return stepStatusNames[s] }

// Result is what a decision found, by index into the model's steps, outcomes and limits. The caller owns
// it and can use it again and again; its slices are valid until the next Decide. The zero value is ready.
type Result struct {
	Status   Status
	Outcome  int     // the outcome that closes the case, or -1
	Next     []int32 // required steps in file order, those that repeat last
	Upcoming []int32 // scheduled steps in file order, those that repeat last
	Missing  []Missing
	Stuck    []int32 // facts that nobody can tell and that the case hangs on, in file order
	Limits   []LimitResult

	at         calendar.Day
	steps      []stepState
	stages     []Truth
	breaches   []breach
	items      []Truth // checklist items; filled in for required steps
	temps      []Truth
	valueTemps []valueTemp
	stack      []int64
	base       int
	scratch    scratch
}

// Missing is a fact to ask for.
type Missing struct {
	Fact     int32
	Steps    []int32 // the steps it decides
	Outcomes []int32 // the outcomes it decides
	due      calendar.Day
	hasDue   bool
}

// LimitResult is how a limit stands; limits whose start is not known are left out.
type LimitResult struct {
	Limit int32
	Due   calendar.Day
	Time  Lateness
}

type valueTemp struct {
	v  int64
	ok bool
}

// stepState is what a decision knows of one step.
type stepState struct {
	status  StepStatus
	applies Truth
	done    bool
	passed  bool // steps after it can go on
	open    bool // every step it comes after is passed
	hasDue  bool
	hasFrom bool // of the first day
	time    Lateness
	due     calendar.Day
	first   calendar.Day // the first day it is required, where its time names one
}

func (s *stepState) late() bool { return s.status == Required && s.hasDue && s.time == Late }

// StepStatus returns where the step with index i stands.
func (r *Result) StepStatus(i int) StepStatus { return r.steps[i].status }

// Passed tells whether steps that come after the step with index i can go on.
func (r *Result) Passed(i int) bool { return r.steps[i].passed }

// Due returns the last day in time of the step with index i, if anything bounds it.
func (r *Result) Due(i int) (calendar.Day, bool) { return r.steps[i].due, r.steps[i].hasDue }

// Time returns how the due day of the step with index i stands to the day asked about.
func (r *Result) Time(i int) Lateness { return r.steps[i].time }

// From returns the first day of the scheduled step with index i.
func (r *Result) From(i int) (calendar.Day, bool) { return r.steps[i].first, r.steps[i].hasFrom }

// fit makes room for the program's results; after the first time it allocates nothing.
func (r *Result) fit(p *Program) {
	if len(r.steps) != len(p.steps) {
		r.steps = make([]stepState, len(p.steps))
	}
	if len(r.stages) != len(p.stages) {
		r.stages = make([]Truth, len(p.stages))
	}
	if len(r.items) != p.items {
		r.items = make([]Truth, p.items)
	}
	if len(r.temps) != p.temps {
		r.temps = make([]Truth, p.temps)
	}
	if len(r.valueTemps) != p.valueTemps {
		r.valueTemps = make([]valueTemp, p.valueTemps)
	}
	if n := p.depth * p.nesting; len(r.stack) < n {
		r.stack = make([]int64, n)
	}
	r.base = 0
	r.Next, r.Upcoming, r.Missing, r.Stuck, r.Limits = r.Next[:0], r.Upcoming[:0], r.Missing[:0], r.Stuck[:0], r.Limits[:0]
	r.breaches = r.breaches[:0]
	r.Outcome = -1
}
