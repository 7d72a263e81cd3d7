package dsl

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Model is one version of a region's model, checked: every name resolved, every rule typed. It is
// self-contained (what it uses of a vocabulary is part of it) and never changes.
type Model struct {
	ID      string
	Version string
	Title   lang.Text
	Help    lang.Text
	Lang    lang.Lang // the language that the file itself is written in
	Region  lang.Text
	InForce calendar.Day // the first day this version applies
	Start   *Fact        // the event or date on which a case started, which chooses its version; nil: the day asked about
	Consent *Fact        // the fact that opens what SeenBy closes; nil where the model has none
	// ConsentFor are the actors for whom another fact than Consent does, in file order.
	ConsentFor []ConsentFor
	Notes      []*Note

	Sources    []*Source
	Actors     []*Term
	Kinds      []*Term
	Tags       []*Term
	Facts      []*Fact // those of the vocabularies used, then the model's own, in file order
	Defines    []*Define
	Stages     []*Stage
	Steps      []*Step
	Outcomes   []*Outcome
	Limits     []*Limit
	Capacities []*Capacity
	Accepts    []*Accept  // the findings of verify that the file accepts
	Overlays   []*Overlay // those that lie over it, by id

	// Order lists definitions, stages and steps so that each comes after all it depends on.
	Order []Node

	// Hash identifies everything that an answer of this model can depend on: "sha256:" and the digest of the
	// bytes of its file, of the vocabularies it uses, of the overlays over it, and of the translations of them all.
	Hash  string
	Files []*diag.Source // what went into Hash, each once; loaded alone they make this model again
	Span  diag.Span      // the [model] header

	rules map[*Rule]*rule.Expr // those of the overlays, typed by this model's own facts
}

// ConsentFor is an actor and the fact that opens to it, and it alone, what SeenBy closes.
type ConsentFor struct {
	Actor *Term
	Fact  *Fact // a bool
}

// ConsentTo returns the fact that opens to the actor with the id what SeenBy closes: its own, or else that of the model. It is nil
// where there is neither.
func (m *Model) ConsentTo(actor string) *Fact {
	for _, c := range m.ConsentFor {
		if c.Actor.ID == actor {
			return c.Fact
		}
	}
	return m.Consent
}

// Note is something the source tells that is no rule: kept for the pages about the model.
type Note struct {
	ID     string
	Text   lang.Text
	Origin Origin
}

// Source is a text that the model was made from.
type Source struct {
	ID    string
	Title lang.Text
	URL   string
	Span  diag.Span
}

// Origin tells where a part of a model comes from. Both can be set, when a part is stated and another chosen.
type Origin struct {
	Source         string    // stated by a source: its id, and after a colon the place in it
	Interpretation lang.Text // chosen by the author where the source is silent or garbled, and why
}

// Term is a word of a vocabulary: an actor, a kind of step, or a tag.
type Term struct {
	ID    string
	Title lang.Text
	Help  lang.Text
	Span  diag.Span
}

// Fact is something that can be known of a case.
type Fact struct {
	ID     string
	Type   rule.Type
	Labels []lang.Text // Enum, Set: the title of each of Type.Values
	Unit   lang.Text   // Int, Number
	Title  lang.Text
	Ask    lang.Text // the question that asks for it
	Help   lang.Text
	AskOf  *Term   // who can answer; nil where the file names none
	SeenBy []*Term // who may see it without the person's consent
	Index  int     // its place in Model.Facts
	Origin Origin
	Span   diag.Span // the id
	Shared bool      // it comes from a vocabulary
}

// Rule is an expression with the text it was written as.
type Rule struct {
	Text string
	Expr *rule.Expr
	Span diag.Span
}

// Define is a named rule.
type Define struct {
	ID     string
	Title  lang.Text
	Rule   *Rule
	Index  int
	Origin Origin
	Span   diag.Span
}

// Stage is a phase of a model; its rule and its time bound its steps.
type Stage struct {
	ID     string
	Title  lang.Text
	Help   lang.Text
	When   *Rule // nil: always
	Time   *Time
	Steps  []*Step // in file order
	Index  int
	Origin Origin
	Span   diag.Span
}

// Time bounds a step or a stage, counted from a fact.
type Time struct {
	From      *Fact              // a date or an event
	Min       *calendar.Duration // the shortest stay, for the analyses
	Max       *calendar.Duration // gives the due day
	NotBefore *calendar.Duration // the first day a step is required
	Roll      bool               // a due day on a day off moves to the next workday
	Origin    Origin
	Span      diag.Span
}

// Every makes a step come back while it applies.
type Every struct {
	Period calendar.Duration
	Since  *Fact // when it was last done; nil where the file names none
	Start  *Fact // what the first period counts from; nil where the file names none
	Roll   bool
	Origin Origin
	Span   diag.Span
}

// Step is something that somebody must do.
type Step struct {
	ID     string
	Title  lang.Text
	Help   lang.Text
	Stage  *Stage // nil: none
	Kind   *Term
	Actor  *Term
	With   []*Term
	Tags   []*Term
	After  []*Step // resolved: named by the file, or the step above
	When   *Rule   // nil: always
	Done   []*Item // empty when the step repeats
	Time   *Time
	Every  *Every // nil: the step does not repeat
	Index  int
	Origin Origin
	Span   diag.Span
}

// Item is one entry of a step's checklist.
type Item struct {
	ID    string // "" where the file gives none
	Title lang.Text
	Help  lang.Text
	Rule  *Rule
	Facts []*Fact // those that its rule names, definitions entered, in the order of the text
	Span  diag.Span
}

// Outcome is a way for a case to end.
type Outcome struct {
	ID     string
	Title  lang.Text
	Help   lang.Text
	Stage  *Stage  // nil: none; else the stage's rule holds too
	After  []*Step // all must be passed; with a stage, all its steps that do not repeat
	When   *Rule   // nil: always (the stage and After decide)
	To     []*Term // who takes over
	Tags   []*Term
	Index  int
	Origin Origin
	Span   diag.Span
}

// Limit bounds a whole case from one event until another.
type Limit struct {
	ID     string
	Title  lang.Text
	Help   lang.Text
	From   *Fact
	Until  []*Fact // the first to happen counts
	Max    calendar.Duration
	Roll   bool
	Index  int
	Origin Origin
	Span   diag.Span
}

// Capacity is how many cases one person or unit can carry, as the source guides.
type Capacity struct {
	Role   string
	Title  lang.Text
	Actor  *Term
	Cases  int
	Origin Origin
	Span   diag.Span
}

// Node is a definition, a stage or a step; one of the three is set.
type Node struct {
	Define *Define
	Stage  *Stage
	Step   *Step
}
