package conform_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/internal/eventlog"
	"github.com/stegvis/stegvis/interpreter"
)

// wholeMapping maps every fact of every version of a model: an event is the activity of its name, a value that of a column.
func wholeMapping(programs []*interpreter.Program) string {
	var b strings.Builder
	m := programs[0].Model()
	fmt.Fprintf(&b, "[log]\nmodel = %q\n", m.ID)
	seen := map[string]bool{}
	for _, p := range programs {
		for _, f := range p.Model().Facts {
			if seen[f.ID] {
				continue
			}
			seen[f.ID] = true
			if f.Type.Kind == rule.Event {
				fmt.Fprintf(&b, "[[activity]]\nname = %q\nevent = %q\n", f.ID, f.ID)
			} else {
				fmt.Fprintf(&b, "[[activity]]\nname = %q\nvalue_of = { %s = \"value\" }\n", f.ID, f.ID)
			}
		}
	}
	return b.String()
}

// storyRows are the events of a story, as rows of CSV: case, activity, time, value. Of what is told several times on a day the last counts.
func storyRows(id string, s cohort.Story) (rows [][]string) {
	var list []cohort.Telling
	for _, t := range s.Tellings {
		again := false
		for i := range list {
			if list[i].Day == t.Day && list[i].Fact == t.Fact {
				list[i].Value, again = t.Value, true
			}
		}
		if _, ours := s.Program.FactIndex(t.Fact); ours && !again {
			list = append(list, t)
		}
	}
	for n, t := range list {
		rows = append(rows, []string{id, t.Fact, fmt.Sprintf("%sT08:%02d:%02d", t.Day, n/60%60, n%60), cell(s.Program, t)})
	}
	return rows
}

func cell(p *interpreter.Program, t cohort.Telling) string {
	i, _ := p.FactIndex(t.Fact)
	switch v := t.Value.(type) {
	case nil:
		return interpreter.CellNobody
	case []string:
		if len(v) == 0 {
			return interpreter.CellEmptySet
		}
		return strings.Join(v, interpreter.CellSplit)
	case calendar.Day:
		if p.Model().Facts[i].Type.Kind == rule.Event {
			return ""
		}
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

// inTurn tells whether nothing of the story was done before its time, and nothing told unasked that is for a step to find out.
func inTurn(s cohort.Story) bool {
	if s.Program == nil || s.Hasty || len(s.Tellings) == 0 {
		return false
	}
	for _, t := range s.Tellings {
		if t.Free && inChecklist(s.Program.Model(), t.Fact) {
			return false
		}
	}
	return true
}

func inChecklist(m *dsl.Model, fact string) bool {
	for _, s := range m.Steps {
		for _, item := range s.Done {
			for _, f := range item.Facts {
				if f.ID == fact {
					return true
				}
			}
		}
	}
	return false
}

// replay replays the text of a log and returns its cases, in order.
func replay(t testing.TB, set *interpreter.Set, mapping, log string, o conform.Options) (*conform.Report, []*conform.Case) {
	t.Helper()
	var faults diag.List
	m := conform.ReadMapping(diag.NewSource("m.toml", mapping), set, "", "", &faults)
	casetest.Refuse(t, faults)
	if m == nil {
		t.Fatal("no mapping")
	}
	r, err := eventlog.Open(strings.NewReader(log), m.Log, &faults)
	if err != nil {
		casetest.Refuse(t, faults)
	}
	defer r.Close()
	var cases []*conform.Case
	o.Mapping, o.Each = m, func(c *conform.Case) error {
		cases = append(cases, c)
		return nil
	}
	o.Faulty = func(f *conform.Faulty) { casetest.Refuse(t, f.Faults) }
	report, err := conform.Run(context.Background(), r, o)
	if err != nil {
		casetest.Refuse(t, report.Broken)
		t.Fatal(err)
	}
	return report, cases
}

// runFaulty replays a log that may have faulty traces.
func runFaulty(t testing.TB, m *conform.Mapping, log string, faulty func(*conform.Faulty)) *conform.Report {
	t.Helper()
	var faults diag.List
	r, err := eventlog.Open(strings.NewReader(log), m.Log, &faults)
	casetest.Refuse(t, faults)
	if err != nil {
		t.Fatal(err)
	}
	report, err := conform.Run(context.Background(), r, conform.Options{Mapping: m, Name: "log.csv", Faulty: faulty})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// What a cohort lives through a model in turn, fits the model: no event is out of order, too early or extra, and no step is skipped.
func TestWhatIsLivedInTurnFits(t *testing.T) {
	set := casetest.Shipped(t)
	for _, id := range set.IDs() {
		t.Run(id, func(t *testing.T) {
			c := cohort.New(set, cohort.Options{Seed: 11, At: casetest.Day(t, "2026-03-01"), Models: []string{id}})
			var text bytes.Buffer
			w := csv.NewWriter(&text)
			w.Write([]string{"case:concept:name", "concept:name", "time:timestamp", "value"})
			lived := 0
			for i := range 1500 {
				s := c.Story(i)
				if !inTurn(s) {
					continue
				}
				lived++
				for _, row := range storyRows(fmt.Sprint("c", i), s) {
					w.Write(row)
				}
			}
			w.Flush()
			report, cases := replay(t, set, wholeMapping(set.Versions(id)), text.String(), conform.Options{})
			if lived < 100 || len(cases) != lived {
				t.Fatalf("%d stories in turn, %d cases", lived, len(cases))
			}
			if report.All.Events[conform.Fits] < lived || report.All.Closed == 0 {
				t.Errorf("%d events fit and %d cases are closed: too few to show anything", report.All.Events[conform.Fits], report.All.Closed)
			}
			told := 0
			for _, c := range cases {
				for _, v := range c.Verdicts {
					if v.Sort == conform.OutOfOrder || v.Sort == conform.Early || v.Sort == conform.Extra || v.Sort == conform.Unmapped {
						if told++; told < 10 {
							t.Errorf("case %s, %s: %s %s %s", c.ID, v.Day, v.Activity, v.Sort, v.Text("en"))
						}
					}
				}
				for _, s := range c.Steps {
					if s.End == conform.Skipped && s.Step.Every == nil { // contacts are neglected now and then
						if told++; told < 10 {
							t.Errorf("case %s: %s is skipped", c.ID, s.Step.ID)
						}
					}
				}
			}
		})
	}
}
