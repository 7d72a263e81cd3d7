package interpreter

import "github.com/stegvis/stegvis/dsl/calendar"

// Explanation is a decision with the reasons for every step and outcome, in file order.
type Explanation struct {
	*Decision
	Steps    []Reasons        `json:"steps"`
	Outcomes []OutcomeReasons `json:"outcomes"`

	room room
}

// Reasons tells why a step stands where it does, down to the clauses of its rules and the values of the facts,
// and what single change of a fact would move it.
type Reasons struct {
	Step           string       `json:"step"`
	Title          string       `json:"title"`
	Status         string       `json:"status"`
	Text           string       `json:"text"` // the status in words
	Applies        []Clause     `json:"applies"`
	After          []AfterState `json:"after"`
	Items          []ItemState  `json:"items"`
	Time           *TimeReason  `json:"time"`
	Changes        []Change     `json:"changes"`
	Source         *string      `json:"source"`
	Interpretation *string      `json:"interpretation"`
}

// OutcomeReasons tells why an outcome does or does not close the case.
type OutcomeReasons struct {
	Outcome        string       `json:"outcome"`
	Title          string       `json:"title"`
	Status         string       `json:"status"` // closes, waiting, not, unknown or shadowed
	Text           string       `json:"text"`
	Applies        []Clause     `json:"applies"`
	After          []AfterState `json:"after"`
	Source         *string      `json:"source"`
	Interpretation *string      `json:"interpretation"`
}

// Clause is a rule or a part of one, with its value for the case: true, false, or null for unknown.
type Clause struct {
	Text    string      `json:"text"` // in words
	Rule    string      `json:"rule"` // as rules are written
	Value   *bool       `json:"value"`
	Join    string      `json:"join"`    // how Parts make the value: all, any, not, if, same, differ, define; "" for a single test
	Define  *string     `json:"define"`  // the id, where Join is define
	Decides bool        `json:"decides"` // the value of the whole rule hangs on this part
	Facts   []FactState `json:"facts"`   // what a single test looks at
	// Parts are empty for a single test, and for a definition that the same rule has told of before.
	Parts []Clause `json:"parts"`
}

// FactState is what is known of a fact.
type FactState struct {
	Fact  string `json:"fact"`
	Title string `json:"title"`
	State string `json:"state"` // known, not_asked, unobtainable or not_happened
	Value any    `json:"value"` // as a case file gives it; null unless known
	Text  string `json:"text"`  // in words
}

// AfterState is a step that another comes after.
type AfterState struct {
	Step   string `json:"step"`
	Title  string `json:"title"`
	Status string `json:"status"`
	Passed bool   `json:"passed"`
}

// ItemState is an entry of a step's checklist.
type ItemState struct {
	ID     *string `json:"id"`
	Title  string  `json:"title"`
	Met    bool    `json:"met"`
	Clause Clause  `json:"clause"`
}

// TimeReason tells where a step's due day, or its first day, comes from.
type TimeReason struct {
	Fact           string        `json:"fact"` // what the time counts from
	Title          string        `json:"title"`
	From           calendar.Day  `json:"from"`
	Max            *string       `json:"max"`        // the longest time, as the file writes it
	NotBefore      *string       `json:"not_before"` //
	First          *calendar.Day `json:"first"`      // the first day the step is required
	Due            *calendar.Day `json:"due"`
	Stage          *string       `json:"stage"` // set where it is the stage's time that bounds the step
	Repeats        bool          `json:"repeats"`
	Rolled         bool          `json:"rolled"` // the due day was moved off a day off
	Source         *string       `json:"source"`
	Interpretation *string       `json:"interpretation"`
}

// Change is a single fact that, were it so, would put the step in another status.
type Change struct {
	Fact   string `json:"fact"`
	To     any    `json:"to"` // as a case file gives it; null: not happened; "–" for any text that no rule names
	Text   string `json:"text"`
	Status string `json:"status"`
}
