package measure

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/table"
)

// The report as JSON. Keys that have nothing to say are present, and empty or null.
type reportJSON struct {
	Model     string        `json:"model"`
	Version   string        `json:"version"`
	Hash      string        `json:"hash"`
	At        calendar.Day  `json:"at"`
	Arrivals  *string       `json:"arrivals"`
	Cohort    *cohortJSON   `json:"cohort"`
	Open      int           `json:"open"`
	Metrics   []figureJSON  `json:"metrics"`
	Drivers   []driverJSON  `json:"drivers"`
	Handovers handoversJSON `json:"handovers"`
	Ways      []targetJSON  `json:"ways"`
	Limits    []limitJSON   `json:"limits"`
	Consent   consentJSON   `json:"consent"`
	Outcomes  []outcomeJSON `json:"outcomes"`
	Law       []lawJSON     `json:"law"`
	Facts     []factJSON    `json:"facts"`
	Sources   []sourceJSON  `json:"sources"`
	Loads     []loadJSON    `json:"loads"`
}

type cohortJSON struct {
	Cases   int `json:"cases"`
	Refused int `json:"refused"`
	Closed  int `json:"closed"`
	Lived   int `json:"lived"`
}

// figureJSON is a figure with its definition.
type figureJSON struct {
	ID      string        `json:"id"`
	Title   lang.Text     `json:"title"`
	Value   *float64      `json:"value"`
	Absent  table.Absence `json:"absent,omitempty"`
	Note    *lang.Text    `json:"note"`
	Unit    lang.Text     `json:"unit"`
	Formula lang.Text     `json:"formula"`
	Inputs  lang.Text     `json:"inputs"`
}

type driverJSON struct {
	Role   Role        `json:"role"`
	Steps  []string    `json:"steps"`
	Actors []actorJSON `json:"actors"`
	Done   int         `json:"done"`
}

type actorJSON struct {
	Actor string `json:"actor"`
	Steps int    `json:"steps"`
	Done  int    `json:"done"`
}

type handoversJSON struct {
	Least    *extremeJSON `json:"least"`
	Most     *extremeJSON `json:"most"`
	Unproven bool         `json:"unproven"`
	Total    int          `json:"total"`
	Links    []linkJSON   `json:"links"`
}

type extremeJSON struct {
	N       int             `json:"n"`
	Exact   bool            `json:"exact"`
	Outcome string          `json:"outcome"`
	Case    json.RawMessage `json:"case"` // a case file
}

type linkJSON struct {
	From   string      `json:"from"`
	To     string      `json:"to"`
	Pairs  [][2]string `json:"pairs"`
	Cohort int         `json:"cohort"`
}

type targetJSON struct {
	Goal     Goal     `json:"goal"`
	Outcome  *string  `json:"outcome"`
	Longest  *wayJSON `json:"longest"`
	Exact    bool     `json:"exact"`
	Unproven bool     `json:"unproven"`
	Shortest *wayJSON `json:"shortest"`
}

type wayJSON struct {
	Origin  *string       `json:"origin"` // the fact that it counts from; null: the opening
	Bounded bool          `json:"bounded"`
	Fewest  int           `json:"fewest"`
	Most    *int          `json:"most"` // of the links that are bounded; null: none is
	Links   []wayLinkJSON `json:"links"`
}

type wayLinkJSON struct {
	From   *string   `json:"from"`
	To     *string   `json:"to"`
	Event  *string   `json:"event"`
	Stage  *string   `json:"stage"`
	Open   *string   `json:"open"`
	Fewest int       `json:"fewest"`
	Most   *int      `json:"most"` // null: nothing bounds the link
	Text   lang.Text `json:"text"`
}

type limitJSON struct {
	Limit   string `json:"limit"`
	Max     string `json:"max"`
	Longest *int   `json:"longest"`
	Slack   *int   `json:"slack"`
	Stays   *int   `json:"stays"`
}

type consentJSON struct {
	Fact    *string       `json:"fact"`
	Points  []string      `json:"points"`
	Sharing []sharingJSON `json:"sharing"`
}

type sharingJSON struct {
	Step     string          `json:"step"`
	Before   bool            `json:"before"`
	Refused  bool            `json:"refused"`
	Unproven bool            `json:"unproven"`
	Case     json.RawMessage `json:"case"`
}

type outcomeJSON struct {
	Outcome   string          `json:"outcome"`
	Outside   bool            `json:"outside"`
	Reachable bool            `json:"reachable"`
	Unproven  bool            `json:"unproven"`
	Cohort    *int            `json:"cohort"`
	Least     *extremeJSON    `json:"least"`
	Most      *extremeJSON    `json:"most"`
	Case      json.RawMessage `json:"case"`
}

type lawJSON struct {
	Overlay string         `json:"overlay"`
	Duty    string         `json:"duty"`
	Demand  lang.Text      `json:"demand"`
	Verdict verify.Verdict `json:"verdict"`
}

type factJSON struct {
	Fact     string   `json:"fact"`
	Steps    []string `json:"steps"`
	Outcomes []string `json:"outcomes"`
	Reaches  *int     `json:"reaches"` // null: not worked out
	Waiting  *int     `json:"waiting"`
}

type sourceJSON struct {
	Sort    Sort `json:"sort"`
	Total   int  `json:"total"`
	Stated  int  `json:"stated"`
	Both    int  `json:"both"`
	Chosen  int  `json:"chosen"`
	Neither int  `json:"neither"`
}

type loadJSON struct {
	Capacity string   `json:"capacity"`
	Limit    *string  `json:"limit"` // null: the longest time to an outcome
	Cases    int      `json:"cases"`
	Months   *float64 `json:"months"`
	PerPlace *float64 `json:"per_place"`
	Open     *float64 `json:"open"`
	Places   *float64 `json:"places"`
}

// MarshalJSON writes the report for programs, with texts in both languages.
func (r *Report) MarshalJSON() ([]byte, error) {
	w := &jsonWriter{r: r}
	out := w.report()
	if w.err != nil {
		return nil, w.err
	}
	return json.Marshal(out)
}

// jsonWriter gathers the parts, and the first fault of a case that cannot be written.
type jsonWriter struct {
	r   *Report
	err error
}

func stepIDs(steps []*dsl.Step) []string {
	out := []string{}
	for _, s := range steps {
		out = append(out, s.ID)
	}
	return out
}

// idOf returns what id points to where there is a thing that has it.
func idOf(is bool, id func() string) *string {
	if !is {
		return nil
	}
	s := id()
	return &s
}

func (w *jsonWriter) caseFile(c *verify.Case) json.RawMessage {
	if c == nil {
		return nil
	}
	text, err := c.Case().MarshalJSON()
	if err != nil && w.err == nil {
		w.err = err
	}
	return text
}

func (w *jsonWriter) extreme(x *Extreme) *extremeJSON {
	if x == nil {
		return nil
	}
	return &extremeJSON{x.N, x.Exact, x.Outcome.ID, w.caseFile(x.Case)}
}

func way(x *ways.Way, text func(ways.Link, lang.Lang) string) *wayJSON {
	if x == nil {
		return nil
	}
	out := &wayJSON{Origin: factID(x.Origin), Bounded: x.Bounded(), Fewest: x.Fewest, Links: []wayLinkJSON{}}
	if len(x.OpenLinks()) < len(x.Links) {
		out.Most = &x.Most
	}
	for _, l := range x.Links {
		var most *int
		if l.Open == "" && l.Time != nil {
			most = &l.Most
		}
		out.Links = append(out.Links, wayLinkJSON{
			From: stepID(l.From), To: stepID(l.To), Event: factID(l.Event), Fewest: l.Fewest, Most: most,
			Stage: idOf(l.Stage != nil, func() string { return l.Stage.ID }), Open: idOf(l.Open != "", func() string { return string(l.Open) }),
			Text: both(func(n lang.Lang) string { return text(l, n) }),
		})
	}
	return out
}

func stepID(s *dsl.Step) *string { return idOf(s != nil, func() string { return s.ID }) }
func factID(f *dsl.Fact) *string { return idOf(f != nil, func() string { return f.ID }) }
