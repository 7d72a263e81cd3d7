package compare

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// What stands side by side, as JSON: lists by model have null where a model has nothing of the sort.

type partingJSON struct {
	First  string    `json:"first"`
	Second string    `json:"second"`
	All    bool      `json:"all"`
	Sets   []setJSON `json:"sets"`
}

type setJSON struct {
	Facts  []string        `json:"facts"`
	Case   json.RawMessage `json:"case"` // a case file
	First  answerJSON      `json:"first"`
	Second answerJSON      `json:"second"`
}

type answerJSON struct {
	Status  interpreter.Status `json:"status"`
	Step    *string            `json:"step"`
	Outcome *string            `json:"outcome"`
	Text    lang.Text          `json:"text"`
}

type phaseJSON struct {
	Stage *string  `json:"stage"`
	Steps []string `json:"steps"`
}

type endJSON struct {
	To       *string    `json:"to"`
	Outcomes [][]string `json:"outcomes"` // by model
}

type limitJSON struct {
	From  string    `json:"from"`
	Until []string  `json:"until"`
	Max   []*string `json:"max"` // by model: ISO 8601
}

type dutyJSON struct {
	Overlay  string            `json:"overlay"`
	Duty     string            `json:"duty"`
	Title    lang.Text         `json:"title"`
	Law      lang.Text         `json:"law"`
	Verdicts []*verify.Verdict `json:"verdicts"` // by model
}

type capacityJSON struct {
	Role  string    `json:"role"`
	Actor string    `json:"actor"`
	Title lang.Text `json:"title"`
	Cases []*int    `json:"cases"` // by model
}

func (r *Report) partingsJSON(names []string) ([]partingJSON, error) {
	out := []partingJSON{}
	for _, p := range r.Partings {
		x := partingJSON{names[p.First], names[p.Second], p.All, []setJSON{}}
		for _, s := range p.Sets {
			file, err := caseJSON(s.Case)
			if err != nil {
				return nil, err
			}
			facts := []string{}
			for _, f := range s.Facts {
				facts = append(facts, f.ID)
			}
			x.Sets = append(x.Sets, setJSON{facts, file, s.First.json(), s.Second.json()})
		}
		out = append(out, x)
	}
	return out, nil
}

func (a Answer) json() answerJSON {
	out := answerJSON{Status: a.Status, Text: inBoth(a.Text)}
	if a.Step != nil {
		out.Step = &a.Step.ID
	}
	if a.Outcome != nil {
		out.Outcome = &a.Outcome.ID
	}
	return out
}

func (r *Report) sideJSON(out *reportJSON) {
	out.Stages, out.Outcomes, out.Limits, out.Duties, out.Capacities = [][]phaseJSON{}, []endJSON{}, []limitJSON{}, []dutyJSON{}, []capacityJSON{}
	for _, row := range r.Stages {
		var phases []phaseJSON
		for _, p := range row.Stages {
			x := phaseJSON{Steps: []string{}}
			if p.Stage != nil {
				x.Stage = &p.Stage.ID
			}
			for _, s := range p.Steps {
				x.Steps = append(x.Steps, s.ID)
			}
			phases = append(phases, x)
		}
		out.Stages = append(out.Stages, phases)
	}
	for _, e := range r.Ends {
		x := endJSON{}
		if e.To != nil {
			x.To = &e.To.ID
		}
		for _, outcomes := range e.Outcomes {
			of := []string{}
			for _, o := range outcomes {
				of = append(of, o.ID)
			}
			x.Outcomes = append(x.Outcomes, of)
		}
		out.Outcomes = append(out.Outcomes, x)
	}
	for _, l := range r.Limits {
		x := limitJSON{From: l.From.ID, Until: []string{}}
		for _, f := range l.Until {
			x.Until = append(x.Until, f.ID)
		}
		for _, of := range l.Limits {
			x.Max = append(x.Max, maxOf(of))
		}
		out.Limits = append(out.Limits, x)
	}
	for _, d := range r.Duties {
		x := dutyJSON{Overlay: d.Duty.Overlay.ID, Duty: d.Duty.ID, Title: d.Duty.Title, Law: d.Duty.Law}
		for _, v := range d.Verdicts {
			x.Verdicts = append(x.Verdicts, orNull(v))
		}
		out.Duties = append(out.Duties, x)
	}
	for _, c := range r.Capacity {
		x := capacityJSON{Role: c.Role, Actor: c.Actor.ID, Title: c.Title}
		for _, of := range c.Capacities {
			var cases *int
			if of != nil {
				cases = &of.Cases
			}
			x.Cases = append(x.Cases, cases)
		}
		out.Capacities = append(out.Capacities, x)
	}
}

func maxOf(l *dsl.Limit) *string {
	if l == nil {
		return nil
	}
	text := l.Max.ISO()
	return &text
}

func orNull[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

func (r *Report) matrixJSON(m *Matrix) *matrixJSON {
	if m == nil {
		return nil
	}
	out := &matrixJSON{Cases: m.Cases, Refused: m.Refused, Every: m.Every, Drawn: m.Drawn, Differ: m.Differ, Text: inBoth(func(l lang.Lang) string { return r.MatrixText(m, l) })}
	for i := range m.Differ {
		n := len(m.Differ)
		share, low, high := make([]*float64, n), make([]*float64, n), make([]*float64, n)
		for j := range m.Differ {
			if s := m.Share(i, j); m.Cases > 0 {
				share[j] = &s
			}
			if x, y, ok := r.Interval(m, i, j); ok {
				low[j], high[j] = &x, &y
			}
		}
		out.Share, out.Low, out.High = append(out.Share, share), append(out.Low, low), append(out.High, high)
	}
	return out
}
