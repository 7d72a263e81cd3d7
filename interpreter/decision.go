package interpreter

import "github.com/stegvis/stegvis/dsl/calendar"

// Decision is the answer to "what next for this case?". It is what the command line, the HTTP service
// and this package give alike; as JSON every key is always present, empty where it has nothing to say.
type Decision struct {
	Model    string        `json:"model"`
	Version  string        `json:"version"`
	Hash     string        `json:"hash"`
	At       calendar.Day  `json:"at"`
	Status   Status        `json:"status"`
	Next     []NextStep    `json:"next"`
	Upcoming []Upcoming    `json:"upcoming"`
	Missing  []MissingFact `json:"missing"`
	Outcome  *Ending       `json:"outcome"`
	Stuck    *Stuck        `json:"stuck"`
	Limits   []LimitState  `json:"limits"`
}

// Status tells in one word how a case stands.
type Status string

// The statuses of a case.
const (
	Open       Status = "open"        // something is required
	Waiting    Status = "waiting"     // only scheduled steps
	NeedsFacts Status = "needs_facts" // nothing is required until a fact is known
	Closed     Status = "closed"      // an outcome
	StuckCase  Status = "stuck"       // none of these
)

// Lateness tells how a due day stands to the day asked about.
type Lateness string

// OK, Soon and Late are for steps and limits, Met for limits alone.
const (
	OK   Lateness = "ok"
	Soon Lateness = "soon"
	Late Lateness = "late"
	Met  Lateness = "met"
)

// NextStep is a step that is required.
type NextStep struct {
	Step           string        `json:"step"`
	Title          string        `json:"title"`
	Stage          *string       `json:"stage"`
	Kind           string        `json:"kind"`
	Actor          string        `json:"actor"`
	With           []string      `json:"with"`
	Due            *calendar.Day `json:"due"`
	Time           Lateness      `json:"time"`
	DaysLeft       *int          `json:"days_left"` // negative when late; null where Due is
	Unmet          []UnmetItem   `json:"unmet"`
	Duties         []DutyFinding `json:"duties"`
	Because        *Reasons      `json:"because"`
	Source         *string       `json:"source"`
	Interpretation *string       `json:"interpretation"`
}

// UnmetItem is an entry of a required step's checklist that is not true, or not known to be.
type UnmetItem struct {
	Title string   `json:"title"`
	Facts []string `json:"facts"`
}

// DutyFinding is a duty of an overlay that a required step breaks.
type DutyFinding struct {
	ID    string `json:"id"`
	Law   string `json:"law"`
	Title string `json:"title"`
	Step  string `json:"step"`
}

// Upcoming is a step whose first day lies ahead.
type Upcoming struct {
	Step string       `json:"step"`
	From calendar.Day `json:"from"`
}

// MissingFact is a fact to ask for: the question, who can answer, and which steps and outcomes it decides.
type MissingFact struct {
	Fact    string   `json:"fact"`
	Ask     string   `json:"ask"`
	AskOf   *string  `json:"ask_of"`
	Decides []string `json:"decides"`
}

// Ending is the outcome that closed a case.
type Ending struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	To    []string `json:"to"`
}

// Stuck tells why nothing can be said of a case.
type Stuck struct {
	Why   StuckReason `json:"why"`
	Facts []string    `json:"facts"`
}

// StuckReason tells whose fault it is that a case is stuck.
type StuckReason string

// NoRule: the model says nothing. Unobtainable: it hangs on facts that nobody can tell.
const (
	NoRule       StuckReason = "no_rule"
	Unobtainable StuckReason = "unobtainable"
)

// LimitState is how a limit of the whole case stands.
type LimitState struct {
	ID   string       `json:"id"`
	Due  calendar.Day `json:"due"`
	Time Lateness     `json:"time"`
}
