package verify

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

// The report as JSON. Keys that have nothing to say are present and empty.
type reportJSON struct {
	Model    string        `json:"model"`
	Version  string        `json:"version"`
	Hash     string        `json:"hash"`
	At       calendar.Day  `json:"at"`
	Faults   int           `json:"faults"`
	Accepted int           `json:"accepted"`
	Remarks  int           `json:"remarks"`
	Findings []findingJSON `json:"findings"`
	Duties   []dutyJSON    `json:"duties"`
}

type findingJSON struct {
	ID       string      `json:"id"`
	Code     Code        `json:"code"`
	Weight   Weight      `json:"weight"`
	Text     lang.Text   `json:"text"`
	Subjects []string    `json:"subjects"`
	Steps    []string    `json:"steps"`
	Outcomes []string    `json:"outcomes"`
	Facts    []string    `json:"facts"`
	Clause   string      `json:"clause"`
	Accept   *acceptJSON `json:"accept"`
	Case     *caseJSON   `json:"case"`
}

type acceptJSON struct {
	ID             string     `json:"id"`
	When           *string    `json:"when"` // null: in all cases
	Reason         lang.Text  `json:"reason"`
	Source         *string    `json:"source"`
	Interpretation *lang.Text `json:"interpretation"`
}

type caseJSON struct {
	Case    json.RawMessage `json:"case"` // a case file
	Lived   bool            `json:"lived"`
	InOrder bool            `json:"in_order"`
	History []string        `json:"history"` // the facts, in the order in which they come
}

type dutyJSON struct {
	Overlay string       `json:"overlay"`
	Duty    string       `json:"duty"`
	Law     lang.Text    `json:"law"`
	Verdict Verdict      `json:"verdict"`
	Demands []demandJSON `json:"demands"`
}

type demandJSON struct {
	Kind    string    `json:"kind"`
	ID      string    `json:"id"`
	Verdict Verdict   `json:"verdict"`
	Text    lang.Text `json:"text"`
	Steps   []string  `json:"steps"`
	Actors  []string  `json:"actors"`
	Case    *caseJSON `json:"case"`
}

// MarshalJSON writes the report for programs, with texts in both languages.
func (r *Report) MarshalJSON() ([]byte, error) {
	out := reportJSON{
		Model: r.Model.ID, Version: r.Model.Version, Hash: r.Model.Hash, At: r.Day, Faults: r.Faults(), Accepted: r.Count(Accepted), Remarks: r.Count(Remark), Findings: []findingJSON{}, Duties: []dutyJSON{},
	}
	for _, f := range r.Findings {
		j := findingJSON{ID: f.ID(), Code: f.Code, Weight: f.Weight, Text: inBoth(f.Text), Subjects: list(f.Subjects), Steps: stepIDs(f.Steps), Outcomes: []string{}, Facts: []string{}, Clause: f.Clause}
		for _, o := range f.Outcomes {
			j.Outcomes = append(j.Outcomes, o.ID)
		}
		for _, x := range f.Facts {
			j.Facts = append(j.Facts, x.ID)
		}
		j.Accept = acceptOf(f.Accept)
		var err error
		if j.Case, err = f.Case.json(); err != nil {
			return nil, err
		}
		out.Findings = append(out.Findings, j)
	}
	for _, d := range r.Duties {
		j := dutyJSON{Overlay: d.Duty.Overlay.ID, Duty: d.Duty.ID, Law: d.Duty.Law, Verdict: d.Verdict, Demands: []demandJSON{}}
		for i := range d.Demands {
			x := &d.Demands[i]
			c, err := x.Case.json()
			if err != nil {
				return nil, err
			}
			actors := []string{}
			for _, a := range x.Actors {
				actors = append(actors, a.ID)
			}
			j.Demands = append(j.Demands, demandJSON{x.Demand.Kind.String(), x.Demand.ID, x.Verdict, inBoth(x.Text), stepIDs(x.Steps), actors, c})
		}
		out.Duties = append(out.Duties, j)
	}
	return json.Marshal(out)
}

func acceptOf(a *dsl.Accept) *acceptJSON {
	if a == nil {
		return nil
	}
	out := &acceptJSON{ID: a.ID, Reason: a.Reason}
	if a.When != nil {
		out.When = &a.When.Text
	}
	if a.Origin.Source != "" {
		out.Source = &a.Origin.Source
	}
	if !a.Origin.Interpretation.IsZero() {
		out.Interpretation = &a.Origin.Interpretation
	}
	return out
}

func (c *Case) json() (*caseJSON, error) {
	if c == nil {
		return nil, nil
	}
	text, err := c.Case().MarshalJSON()
	if err != nil {
		return nil, err
	}
	out := &caseJSON{Case: text, Lived: c.Lived, InOrder: c.InOrder, History: []string{}}
	for _, f := range c.History {
		out.History = append(out.History, f.ID)
	}
	return out, nil
}

func inBoth(text func(lang.Lang) string) lang.Text {
	return lang.Text{SV: text(lang.SV), EN: text(lang.EN)}
}

func list(s []string) []string { return append([]string{}, s...) }

func stepIDs(steps []*dsl.Step) []string {
	out := []string{}
	for _, s := range steps {
		out = append(out, s.ID)
	}
	return out
}
