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

	program    *Program // what the memory below fits
	at         calendar.Day
	bits       []uint64 // truth values
	sets       []stepSets
	steps      []stepState // of those ahead
	breaches   []breach
	valueTemps []valueTemp
	stack      []int64
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

// stepSets says of 64 steps which are what, by a bit for each.
type stepSets struct {
	applies, not uint64 // neither: it is not known whether they apply
	done, passed uint64
	ahead        uint64 // required, scheduled or undetermined
}

// stepState is what a decision knows of a step that lies ahead.
type stepState struct {
	status  StepStatus
	time    lateCode
	hasDue  bool
	hasFrom bool // of the first day
	due     calendar.Day
	soon    calendar.Day // the first day on which due is soon
	first   calendar.Day // the first day it is required, where its time names one
}

// lateCode is a Lateness as a number.
type lateCode uint8

const (
	isOK lateCode = iota
	isSoon
	isLate
)

var latenesses = [...]Lateness{OK, Soon, Late}

// step returns where the step with index i stands; without a day where it does not lie ahead.
func (r *Result) step(i int) stepState {
	switch s, at := &r.sets[i>>6], i&63; {
	case s.ahead>>at&1 != 0:
		return r.steps[i]
	case s.done>>at&1 != 0:
		return stepState{status: Done}
	case s.not>>at&1 != 0:
		return stepState{status: NotApplicable}
	}
	return stepState{status: WaitingStep}
}

// StepStatus returns where the step with index i stands.
func (r *Result) StepStatus(i int) StepStatus { return r.step(i).status }

// Passed tells whether steps that come after the step with index i can go on.
func (r *Result) Passed(i int) bool { return r.sets[i>>6].passed>>(i&63)&1 != 0 }

func (r *Result) isDone(i int) bool { return r.sets[i>>6].done>>(i&63)&1 != 0 }

// Due returns the last day in time of the step with index i, if anything bounds it.
func (r *Result) Due(i int) (calendar.Day, bool) {
	s := r.step(i)
	return s.due, s.hasDue
}

// SoonFrom returns the first day on which the due day of the step with index i is soon, if anything bounds it.
func (r *Result) SoonFrom(i int) (calendar.Day, bool) {
	s := r.step(i)
	return s.soon, s.hasDue
}

// Time returns how the due day of the step with index i stands to the day asked about.
func (r *Result) Time(i int) Lateness { return latenesses[r.step(i).time] }

// From returns the first day of the scheduled step with index i.
func (r *Result) From(i int) (calendar.Day, bool) {
	s := r.step(i)
	return s.first, s.hasFrom
}

// fit makes room for the program's results; after the first time it allocates nothing.
func (r *Result) fit(p *Program) {
	if r.program != p {
		r.program = p
		r.bits = make([]uint64, (p.bits+63)/64*2)
		r.steps = make([]stepState, len(p.steps))
		r.sets = make([]stepSets, len(p.sets))
		r.valueTemps = make([]valueTemp, p.valueTemps)
		r.stack = make([]int64, p.depth)
		r.scratch = scratch{}
	}
	r.Next, r.Upcoming, r.Missing, r.Stuck, r.Limits = r.Next[:0], r.Upcoming[:0], r.Missing[:0], r.Stuck[:0], r.Limits[:0]
	r.breaches = r.breaches[:0]
	r.Outcome = -1
}
