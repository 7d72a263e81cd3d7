package remote

import (
	"iter"
	"net/http"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// Moving says which open cases another version of their model is to answer for.
type Moving struct {
	Model  string   `json:"model"`
	From   string   `json:"from,omitempty"`   // the version that answers now; "": any but To
	To     string   `json:"to"`               // the version that is to answer
	Cases  []string `json:"cases,omitempty"`  // these alone; nil: all
	DryRun bool     `json:"dry_run"`          // nothing is changed: it is told what would be
	Faulty bool     `json:"faulty,omitempty"` // also cases whose facts the version cannot take; without it they stay
	Why    string   `json:"why,omitempty"`    // is kept with the case
}

// Moved is a case that was moved, or would be. It tells how the case stands and no facts.
type Moved struct {
	Case    string    `json:"case"`
	Before  *Stood    `json:"before"`  // nil: Left tells why
	After   *Stood    `json:"after"`   //
	Changed []string  `json:"changed"` // what differs: "status", "outcome", "steps", "due"
	Faults  []BadFact `json:"faults"`  // facts that the version cannot take
	Moved   bool      `json:"moved"`   // or would be
	Left    string    `json:"left"`    // why not: "faulty", "closed", "other", "unknown" or "broken"; "" where it is
}

// Stood is how a case stands by a version.
type Stood struct {
	Version string        `json:"version"`
	Status  string        `json:"status"`
	Outcome *string       `json:"outcome"`
	Due     *calendar.Day `json:"due"` // the nearest
	Steps   []ListedStep  `json:"steps"`
}

// BadFact is a fact that a version cannot take: which, and what kind of fault it is. What the fact says is not told.
type BadFact struct {
	Fact string `json:"fact"` // "": the fault is of no one fact
	Code string `json:"code"`
}

// Move lets another version of a model answer for cases, or with DryRun tells who would change, and how. They come by id, page by page
// as they are asked for, and each page is done when it comes: whoever stops early leaves the rest as it was, and asked again, the rest
// is moved. An error ends the list. A page whose answer is lost on its way is asked for again, and then no longer has the cases that
// were moved the first time; their timelines tell.
func (c Cases) Move(m Moving) iter.Seq2[*Moved, error] {
	return func(yield func(*Moved, error) bool) {
		if m.Cases != nil && len(m.Cases) == 0 {
			return
		}
		body := struct {
			Moving
			After string `json:"after,omitempty"`
		}{Moving: m}
		for {
			var page struct {
				Cases []Moved
				Next  *string
			}
			if err := c.send(http.MethodPost, "/v1/moves", nil, body, &page); err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Cases {
				if !yield(&page.Cases[i], nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			body.After = *page.Next
		}
	}
}

// Figures are how many cases there are, and how they stand. A number below Least is not told (nil), nor is a sum from which one could
// be reckoned; what is not listed is none at all.
type Figures struct {
	At      calendar.Day `json:"at"`
	Counted time.Time    `json:"counted"` // the moment that they show: to count many cases takes a while
	Least   int          `json:"least"`
	Cases   *int64       `json:"cases"` // open or closed
	Models  []struct {
		Model    string         `json:"model"`
		Cases    *int64         `json:"cases"`
		Versions []VersionCount `json:"versions"`
	} `json:"models"`
}

// VersionCount counts the cases of a version: each once by how it stands, and the steps that are required in open ones, of which a case
// can have several.
type VersionCount struct {
	Version string `json:"version"`
	Cases   *int64 `json:"cases"`
	States  []struct {
		State    string `json:"state"` // open or closed
		Cases    *int64 `json:"cases"`
		Statuses []struct {
			Status   string `json:"status"` // as the model has it; of closed cases, when they were closed
			Cases    *int64 `json:"cases"`
			Outcomes []struct {
				Outcome string `json:"outcome"`
				Cases   *int64 `json:"cases"`
			} `json:"outcomes"`
		} `json:"statuses"`
	} `json:"states"`
	Steps []struct {
		Step  string `json:"step"`
		Actor string `json:"actor"`
		Cases *int64 `json:"cases"`
		Times []struct {
			Time  interpreter.Lateness `json:"time"`
			Cases *int64               `json:"cases"`
		} `json:"times"`
	} `json:"steps"`
}

// Figures returns how many cases there are, as the service counted them last.
func (c Cases) Figures() (*Figures, error) { return get[Figures](c, "/v1/figures") }
