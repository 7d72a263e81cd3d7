package compare

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// The report as JSON. Keys that have nothing to say are present, and empty or null.
type reportJSON struct {
	Models     []modelJSON    `json:"models"`
	At         calendar.Day   `json:"at"`
	Kinds      []kindJSON     `json:"kinds"`
	Cells      *matrixJSON    `json:"cells"`
	Cohort     *matrixJSON    `json:"cohort"`
	Partings   []partingJSON  `json:"partings"`
	Outside    outsideJSON    `json:"outside"`
	Orders     [][]string     `json:"orders"` // by model: its kinds
	Turned     []turnedJSON   `json:"turned"`
	Stages     [][]phaseJSON  `json:"stages"` // by row and model
	Outcomes   []endJSON      `json:"outcomes"`
	Limits     []limitJSON    `json:"limits"`
	Duties     []dutyJSON     `json:"duties"`
	Capacities []capacityJSON `json:"capacities"`
	Changes    []changesJSON  `json:"changes"`
	Open       int            `json:"open"`
}

type modelJSON struct {
	Name    string `json:"name"`
	Model   string `json:"model"`
	Version string `json:"version"`
	Hash    string `json:"hash"`
}

type kindJSON struct {
	Kind  string       `json:"kind"`
	Title lang.Text    `json:"title"`
	Steps [][]stepJSON `json:"steps"` // by model
	Pairs []pairJSON   `json:"pairs"`
}

type stepJSON struct {
	Step  string    `json:"step"`
	Stage *string   `json:"stage"`
	Actor string    `json:"actor"`
	With  []string  `json:"with"`
	When  []string  `json:"when"` // the rules of its stage and its own, as rules are written
	Text  lang.Text `json:"text"`
}

type pairJSON struct {
	First      string          `json:"first"`
	Second     string          `json:"second"`
	Verdict    Verdict         `json:"verdict"`
	Text       lang.Text       `json:"text"`
	Sentences  []lang.Text     `json:"sentences"`
	OnlyFirst  *partJSON       `json:"only_first"`
	OnlySecond *partJSON       `json:"only_second"`
	Both       json.RawMessage `json:"both"` // a case file
}

type partJSON struct {
	Case    json.RawMessage `json:"case"` // a case file
	Denied  bool            `json:"denied"`
	When    []conditionJSON `json:"when"`
	All     bool            `json:"all"`
	Beside  json.RawMessage `json:"beside"` // a case file
	Facts   []string        `json:"facts"`
	Clauses []clauseJSON    `json:"clauses"`
}

type conditionJSON struct {
	Facts []string  `json:"facts"`
	Text  lang.Text `json:"text"`
}

type clauseJSON struct {
	Step string `json:"step"`
	Rule string `json:"rule"`
}

type matrixJSON struct {
	Cases   int          `json:"cases"`
	Refused int          `json:"refused"`
	Every   bool         `json:"every"`
	Drawn   bool         `json:"drawn"`
	Text    lang.Text    `json:"text"`
	Differ  [][]int      `json:"differ"`
	Share   [][]*float64 `json:"share"` // null: of no cases
	Low     [][]*float64 `json:"low"`   // of the 95 % interval of a share of cases that were drawn; null: of others
	High    [][]*float64 `json:"high"`  //
}

type outsideJSON struct {
	Groups []groupJSON `json:"groups"`
	All    bool        `json:"all"`
	Cohort int         `json:"cohort"`
	Of     int         `json:"of"`
}

type groupJSON struct {
	When   conditionJSON   `json:"when"`
	Case   json.RawMessage `json:"case"`
	Cohort int             `json:"cohort"`
}

type turnedJSON struct {
	First  string `json:"first"`
	Second string `json:"second"`
	Early  string `json:"early"`
	Late   string `json:"late"`
}

type changesJSON struct {
	First  string       `json:"first"`
	Second string       `json:"second"`
	Parts  []changeJSON `json:"parts"`
}

type changeJSON struct {
	Part  string    `json:"part"`
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
	How   string    `json:"how"`
	What  []string  `json:"what"`
	Cases Verdict   `json:"cases"`
}

// MarshalJSON writes the report for programs, with texts in both languages.
func (r *Report) MarshalJSON() ([]byte, error) {
	names := r.Names()
	out := reportJSON{
		At: r.Day, Kinds: []kindJSON{}, Cells: r.matrixJSON(r.Cells), Cohort: r.matrixJSON(r.Cohort), Turned: []turnedJSON{}, Changes: []changesJSON{}, Open: r.Open,
		Outside: outsideJSON{Groups: []groupJSON{}, All: r.Outside.All, Cohort: r.Outside.Cohort, Of: r.Outside.Of},
	}
	for i, p := range r.Programs {
		m := p.Model()
		out.Models = append(out.Models, modelJSON{names[i], m.ID, m.Version, m.Hash})
		kinds := []string{}
		for _, k := range r.Orders[i].Kinds {
			kinds = append(kinds, k.ID)
		}
		out.Orders = append(out.Orders, kinds)
	}
	for i := range r.Kinds {
		k, err := r.kindJSON(&r.Kinds[i], names)
		if err != nil {
			return nil, err
		}
		out.Kinds = append(out.Kinds, k)
	}
	for _, g := range r.Outside.Groups {
		file, err := caseJSON(g.Case)
		if err != nil {
			return nil, err
		}
		out.Outside.Groups = append(out.Outside.Groups, groupJSON{condition(g.When), file, g.Cohort})
	}
	var err error
	if out.Partings, err = r.partingsJSON(names); err != nil {
		return nil, err
	}
	r.sideJSON(&out)
	for _, t := range r.Turned() {
		out.Turned = append(out.Turned, turnedJSON{names[t.First], names[t.Second], t.Early.ID, t.Late.ID})
	}
	for _, c := range r.Changes {
		x := changesJSON{names[c.First], names[c.Second], []changeJSON{}}
		for _, p := range c.Parts {
			x.Parts = append(x.Parts, changeJSON{p.Part, p.ID, p.Title, p.How, append([]string{}, p.What...), p.Cases})
		}
		out.Changes = append(out.Changes, x)
	}
	return json.Marshal(out)
}

func (r *Report) kindJSON(k *Kind, names []string) (kindJSON, error) {
	out := kindJSON{Kind: k.Kind.ID, Title: k.Kind.Title, Pairs: []pairJSON{}}
	for i, steps := range k.Steps {
		list := []stepJSON{}
		for _, s := range steps {
			x := stepJSON{Step: s.ID, Actor: s.Actor.ID, With: []string{}, When: []string{}, Text: inBoth(func(l lang.Lang) string { return StepText(r.Programs[i], s, l) })}
			for _, w := range s.With {
				x.With = append(x.With, w.ID)
			}
			rules := []*dsl.Rule{s.When}
			if s.Stage != nil {
				x.Stage, rules = &s.Stage.ID, []*dsl.Rule{s.Stage.When, s.When}
			}
			for _, rule := range rules {
				if rule != nil {
					x.When = append(x.When, rule.Text)
				}
			}
			list = append(list, x)
		}
		out.Steps = append(out.Steps, list)
	}
	for i := range k.Pairs {
		p := &k.Pairs[i]
		x := pairJSON{
			First: names[p.First], Second: names[p.Second], Verdict: p.Verdict, Sentences: []lang.Text{},
			Text: inBoth(func(l lang.Lang) string { return p.Verdict.Text(l, names[p.First], names[p.Second]) }),
		}
		en := p.Sentences(k.Kind, names, lang.EN)
		for n, sv := range p.Sentences(k.Kind, names, lang.SV) {
			x.Sentences = append(x.Sentences, lang.Text{SV: sv, EN: en[n]})
		}
		var err error
		for _, part := range []struct {
			to   **partJSON
			from *Part
		}{{&x.OnlyFirst, p.OnlyFirst}, {&x.OnlySecond, p.OnlySecond}} {
			if *part.to, err = part.from.json(); err != nil {
				return out, err
			}
		}
		if x.Both, err = caseJSON(p.Both); err != nil {
			return out, err
		}
		out.Pairs = append(out.Pairs, x)
	}
	return out, nil
}

func (p *Part) json() (*partJSON, error) {
	if p == nil {
		return nil, nil
	}
	out := &partJSON{Denied: p.Denied, When: []conditionJSON{}, All: p.All, Facts: []string{}, Clauses: []clauseJSON{}}
	for _, c := range p.When {
		out.When = append(out.When, condition(c))
	}
	for _, f := range p.Facts {
		out.Facts = append(out.Facts, f.ID)
	}
	for _, c := range p.Clauses {
		out.Clauses = append(out.Clauses, clauseJSON{c.Step.ID, c.Expr.String()})
	}
	var err error
	if out.Case, err = caseJSON(p.Case); err == nil {
		out.Beside, err = caseJSON(p.Beside)
	}
	return out, err
}

// caseJSON writes a case file; null where there is no case.
func caseJSON(w *cells.Witness) (json.RawMessage, error) {
	if w == nil {
		return nil, nil
	}
	return w.Case().MarshalJSON()
}

func condition(c cells.Condition) conditionJSON {
	out := conditionJSON{Facts: []string{}, Text: inBoth(func(l lang.Lang) string { return ConditionText(c, l) })}
	for _, p := range c {
		out.Facts = append(out.Facts, p.Domain.Fact.ID)
	}
	return out
}

func inBoth(text func(lang.Lang) string) lang.Text {
	return lang.Text{SV: text(lang.SV), EN: text(lang.EN)}
}
