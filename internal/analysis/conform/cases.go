package conform

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/interpreter"
)

// CaseWriter writes what was found of each case, one after another: NDJSON with every event and step, CSV and Parquet with
// a flat row.
type CaseWriter struct {
	f     casefile.Format
	json  *json.Encoder
	csv   *csv.Writer
	table *casefile.Table
	rows  *casefile.Rows
}

// rowsAtOnce is how many rows of Parquet are gathered before they are handed on.
const rowsAtOnce = 1000

// caseColumns are the columns of a flat row.
var caseColumns = []casefile.Column{
	{ID: "case", Kind: rule.Text, Required: true}, {ID: "line", Kind: rule.Int, Required: true}, {ID: "group", Kind: rule.Text}, {ID: "version", Kind: rule.Text, Required: true},
	{ID: "first", Kind: rule.Date, Required: true}, {ID: "last", Kind: rule.Date, Required: true}, {ID: "days", Kind: rule.Int, Required: true}, {ID: "at", Kind: rule.Date, Required: true},
	{ID: "ended", Kind: rule.Bool, Required: true}, {ID: "outcome", Kind: rule.Text}, {ID: "fitness", Kind: rule.Number}, {ID: "events", Kind: rule.Int, Required: true},
	{ID: "fits", Kind: rule.Int, Required: true}, {ID: "late_events", Kind: rule.Int, Required: true}, {ID: "early", Kind: rule.Int, Required: true},
	{ID: "out_of_order", Kind: rule.Int, Required: true}, {ID: "extra", Kind: rule.Int, Required: true}, {ID: "event_undetermined", Kind: rule.Int, Required: true},
	{ID: "information", Kind: rule.Int, Required: true}, {ID: "unmapped", Kind: rule.Int, Required: true}, {ID: "ignored", Kind: rule.Int, Required: true},
	{ID: "set_aside", Kind: rule.Int, Required: true}, {ID: "handovers", Kind: rule.Int, Required: true},
	{ID: "done", Kind: rule.Set, Required: true}, {ID: "skipped", Kind: rule.Set, Required: true}, {ID: "open", Kind: rule.Set, Required: true}, {ID: "lapsed", Kind: rule.Set, Required: true},
	{ID: "undetermined", Kind: rule.Set, Required: true}, {ID: "late", Kind: rule.Set, Required: true}, {ID: "limits_broken", Kind: rule.Set, Required: true},
}

// NewCaseWriter returns a writer of the format. The head of CSV is written at once.
func NewCaseWriter(w io.Writer, f casefile.Format) (*CaseWriter, error) {
	out := &CaseWriter{f: f}
	switch f {
	case casefile.CSV:
		out.csv = csv.NewWriter(w)
		var head []string
		for _, c := range caseColumns {
			head = append(head, c.ID)
		}
		return out, out.csv.Write(head)
	case casefile.Parquet:
		out.table, out.rows = casefile.NewTable(w, "case", caseColumns), casefile.NewRows(caseColumns)
	default:
		out.json = json.NewEncoder(w)
		out.json.SetEscapeHTML(false)
	}
	return out, nil
}

// cells are the values of a flat row, by column: string, int, float64, calendar.Day, bool, []string; nil where there is none.
func (c *Case) cells() []any {
	orNil := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	var outcome, fitness any
	if c.Outcome != nil {
		outcome = c.Outcome.ID
	}
	if v, ok := c.Fit().Fitness(); ok {
		fitness = v
	}
	late, lateEvents := []string{}, 0
	for i := range c.Steps {
		if c.Steps[i].Late {
			late = append(late, c.Steps[i].Step.ID)
		}
	}
	for i := range c.Verdicts {
		if c.Verdicts[i].Late {
			lateEvents++
		}
	}
	broken := []string{}
	for _, l := range c.Limits {
		if l.State == Broken {
			broken = append(broken, l.Limit.ID)
		}
	}
	return []any{
		c.ID, c.Line, orNil(c.Group), c.Version, c.First, c.Last, c.Days(), c.At, c.Ended, outcome, fitness, len(c.Verdicts) + c.Ignored,
		c.Count(Fits), lateEvents, c.Count(Early), c.Count(OutOfOrder), c.Count(Extra), c.Count(Undetermined), c.Count(Information), c.Count(Unmapped), c.Ignored, c.Aside, c.Handovers(),
		c.stepsOf(Done), c.stepsOf(Skipped), c.stepsOf(Pending), c.stepsOf(Lapsed), c.stepsOf(NotKnown), late, broken,
	}
}

func (c *Case) stepsOf(e End) []string {
	out := []string{}
	for i := range c.Steps {
		if c.Steps[i].End == e {
			out = append(out, c.Steps[i].Step.ID)
		}
	}
	return out
}

// Write writes a case. One without events has nothing to tell, and no row.
func (w *CaseWriter) Write(c *Case) error {
	if len(c.Names) == 0 {
		return nil
	}
	switch w.f {
	case casefile.CSV:
		var record []string
		for _, v := range c.cells() {
			record = append(record, plain(v))
		}
		return w.csv.Write(record)
	case casefile.Parquet:
		w.rows.Begin()
		for _, v := range c.cells() {
			w.put(v)
		}
		if w.rows.Len() >= rowsAtOnce {
			return w.flush()
		}
		return nil
	}
	return w.json.Encode(c.json())
}

func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case calendar.Day:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []string:
		return strings.Join(v, interpreter.CellSplit)
	}
	return ""
}

func (w *CaseWriter) put(v any) {
	switch v := v.(type) {
	case string:
		w.rows.Text([]byte(v))
	case int:
		w.rows.Int(int64(v))
	case float64:
		w.rows.Number(v)
	case calendar.Day:
		w.rows.Day(v)
	case bool:
		w.rows.Bool(v)
	case []string:
		list := make([][]byte, len(v))
		for i, s := range v {
			list[i] = []byte(s)
		}
		w.rows.List(list)
	default:
		w.rows.Null()
	}
}

func (w *CaseWriter) flush() error {
	err := w.table.Write(w.rows)
	w.rows.Reset()
	return err
}

// Close writes what is left. It does not close what it writes to.
func (w *CaseWriter) Close() error {
	switch {
	case w.csv != nil:
		w.csv.Flush()
		return w.csv.Error()
	case w.table != nil:
		if err := w.flush(); err != nil {
			return err
		}
		return w.table.Close()
	}
	return nil
}

type verdictJSON struct {
	Activity string        `json:"activity"`
	Day      calendar.Day  `json:"day"`
	Line     int           `json:"line"`
	Verdict  string        `json:"verdict"`
	Why      *Why          `json:"why"`
	Step     *string       `json:"step"`
	Before   *string       `json:"before"`
	Late     bool          `json:"late"`
	Due      *calendar.Day `json:"due"`
}

type stepEndJSON struct {
	Step     string        `json:"step"`
	End      string        `json:"end"`
	Required *calendar.Day `json:"required"`
	Done     *calendar.Day `json:"done"`
	Due      *calendar.Day `json:"due"`
	Late     bool          `json:"late"`
	Told     bool          `json:"told"`
	Times    *int          `json:"times"` // of a step that comes back
	Missed   *int          `json:"missed"`
}

// json is the flat row and the verdict on each event and step.
func (c *Case) json() map[string]any {
	out := map[string]any{}
	for i, v := range c.cells() {
		out[caseColumns[i].ID] = v
	}
	verdicts, steps := []verdictJSON{}, []stepEndJSON{}
	for i := range c.Verdicts {
		v := &c.Verdicts[i]
		j := verdictJSON{Activity: v.Activity, Day: v.Day, Line: v.Line, Verdict: v.Sort.String(), Late: v.Late}
		if v.Sort == Extra {
			j.Why = &v.Why
		}
		if v.Step != nil {
			j.Step = &v.Step.ID
		}
		if v.Before != nil {
			j.Before = &v.Before.ID
		}
		if v.Late {
			j.Due = &v.Due
		}
		verdicts = append(verdicts, j)
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.End == NotAsked {
			continue
		}
		j := stepEndJSON{Step: s.Step.ID, End: s.End.String(), Required: s.Required, Done: s.Done, Due: s.Due, Late: s.Late, Told: s.Told}
		if s.Step.Every != nil {
			j.Times, j.Missed = &s.Times, &s.Missed
		}
		steps = append(steps, j)
	}
	out["verdicts"], out["steps"] = verdicts, steps
	return out
}
