package compare_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// shipped compares all shipped models, once for all tests.
func shipped(t *testing.T) *compare.Report {
	t.Helper()
	shippedOnce.Do(func() { shippedReport = compareShipped(t) })
	return shippedReport
}

var (
	shippedOnce   sync.Once
	shippedReport *compare.Report
)

func compareShipped(t *testing.T) *compare.Report {
	cohort := []*interpreter.Case{interpreter.NewCase("")}
	return compare.Run(casetest.Shipped(t).Programs(), compare.Options{Day: day, Samples: 200, Seed: 1, Cohort: cohort})
}

// Beside each other stand all stages and steps of each model, each once and in the model's own order.
func TestStagesKeepTheOrderOfTheirModel(t *testing.T) {
	r := shipped(t)
	for i, p := range r.Programs {
		var stages []*dsl.Stage
		steps, beside := 0, 0
		for _, row := range r.Stages {
			phase := row.Stages[i]
			if phase.Stage != nil {
				stages = append(stages, phase.Stage)
			}
			steps += len(phase.Steps)
			for k := range row.Stages {
				if k != i && len(phase.Steps) > 0 && len(row.Stages[k].Steps) > 0 {
					beside++
				}
			}
			for _, s := range phase.Steps {
				if s.Stage != phase.Stage {
					t.Errorf("%s: %s stands in another stage", p.Model().ID, s.ID)
				}
			}
		}
		if !slices.Equal(stages, p.Model().Stages) || steps != len(p.Model().Steps) || beside == 0 {
			t.Errorf("%s: %d stages and %d steps, beside %d others", p.Model().ID, len(stages), steps, beside)
		}
	}
}

// Two versions of a model, of which the later lacks a stage and does something else in the last, stand stage by stage beside each other.
func TestStagesOfVersionsStandBesideEachOther(t *testing.T) {
	stage := func(id, when string) string {
		return "[[stage]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\nwhen = \"" + when + "\"\n"
	}
	before := head("m", "1") + someBools + stage("ett", "b1") + stage("tva", "b2") + stage("tre", "b1 and b2") +
		step("p", "k", "x", done+`stage = "ett"`) + step("q", "l", "x", done+`stage = "tva"`) + step("r", "k", "x", done+`stage = "tre"`)
	after := strings.Replace(head("m", "2"), "2020-01-01", "2021-01-01", 1) + someBools + stage("ett", "b1") + stage("tre", "b1 and b2") +
		step("p", "k", "x", done+`stage = "ett"`) + step("r", "l", "x", done+`stage = "tre"`)
	r := of(t, before, after)
	var got []string
	for _, row := range r.Stages {
		for _, phase := range row.Stages {
			if phase.Stage == nil {
				got = append(got, "-")
				continue
			}
			got = append(got, phase.Stage.ID)
		}
	}
	if want := []string{"ett", "ett", "tva", "-", "tre", "tre"}; !slices.Equal(got, want) {
		t.Errorf("the rows are %v", got)
	}
}

// A model without stages has one row, of steps in none.
func TestAModelWithoutStagesIsOneRow(t *testing.T) {
	r := of(t, head("a", "1")+someBools+step("p", "k", "x", done)+step("q", "l", "y", done), head("b", "1")+someBools+step("p", "k", "x", done))
	if len(r.Stages) != 1 || len(r.Stages[0].Stages[0].Steps) != 2 || len(r.Stages[0].Stages[1].Steps) != 1 {
		t.Errorf("the rows are %v", r.Stages)
	}
}

// What the sources of the shipped models say of limits and capacities, and that others say nothing of it.
func TestLimitsAndCapacitiesSideBySide(t *testing.T) {
	r := shipped(t)
	cells := func(x *table.Table, row, fixed int) (out []string) {
		for i := fixed; i < len(x.Columns); i++ {
			out = append(out, x.Rows[row][i].Text(x.Columns[i], lang.EN))
		}
		return out
	}
	const no = "not stated"
	at := func(id string) int { return slices.Index(r.Names(), id) }
	for _, want := range []struct {
		table      *table.Table
		row        int
		model, has string
	}{
		{r.CapacityTable(), 0, "faros", "30"}, {r.CapacityTable(), 1, "faros", "50"}, {r.CapacityTable(), 2, "nu", "25"},
		{r.LimitTable(), 0, "faros", "12 months"}, {r.LimitTable(), 1, "nu", "6 months"},
	} {
		for i, text := range cells(want.table, want.row, 2) {
			if i == at(want.model) && text != want.has || i != at(want.model) && text != no {
				t.Errorf("%s, row %d: %s has %q", want.table.ID, want.row, r.Names()[i], text)
			}
		}
	}
}

func TestDutiesAreThoseThatVerifyFinds(t *testing.T) {
	r := shipped(t)
	for i, p := range r.Programs {
		found := verify.Run(p, day).Duties
		if len(found) == 0 {
			t.Fatalf("%s has no duties", p.Model().ID)
		}
		for _, d := range found {
			k := slices.IndexFunc(r.Duties, func(x compare.DutyRow) bool { return x.Duty.ID == d.Duty.ID })
			if k < 0 || r.Duties[k].Verdicts[i] != d.Verdict {
				t.Errorf("%s: %s is not %s", p.Model().ID, d.Duty.ID, d.Verdict)
			}
		}
	}
}

func TestOutcomesByWhoTakesOver(t *testing.T) {
	r := of(t, head("a", "1")+someBools+step("p", "k", "x", done)+outcome("u", "when = \"b1 == false\"")+outcome("v", "when = \"b1\"\nto = [\"x\", \"y\"]"),
		head("b", "1")+someBools+step("p", "k", "x", done)+outcome("w", "when = \"b1\"\nto = [\"y\"]"))
	var got []string
	for _, e := range r.Ends {
		text := "nobody"
		if e.To != nil {
			text = e.To.ID
		}
		for _, outcomes := range e.Outcomes {
			text += " |"
			for _, o := range outcomes {
				text += " " + o.ID
			}
		}
		got = append(got, text)
	}
	if want := []string{"x | v |", "y | v | w", "nobody | u |"}; !slices.Equal(got, want) {
		t.Errorf("they are %q", got)
	}
}

// Every table can be written in every format, has words for all that it shows in both languages, and names its columns each by itself,
// also where a model stands there twice.
func TestTheTablesAreWhole(t *testing.T) {
	one := casetest.Shipped(t).Versions("nu")[0]
	for _, r := range []*compare.Report{shipped(t), compare.Run([]*interpreter.Program{one, one, one}, compare.Options{Day: day, Samples: 10, Seed: 1})} {
		seen := map[string]bool{}
		for _, x := range r.Tables() {
			if seen[x.ID] {
				t.Errorf("%s stands there twice", x.ID)
			}
			seen[x.ID] = true
			columns := map[string]bool{}
			for i, c := range x.Columns {
				if columns[c.ID] {
					t.Errorf("%s: column %s stands there twice", x.ID, c.ID)
				}
				columns[c.ID] = true
				for _, l := range lang.All {
					texts := []string{x.Title.In(l), x.Help.In(l), c.Title.In(l), c.Help.In(l)}
					for _, row := range x.Rows {
						texts = append(texts, row[i].Text(c, l))
					}
					for _, text := range texts {
						if strings.Contains(text, "<no value>") || strings.HasPrefix(text, "[") {
							t.Errorf("%s, %s: %q", x.ID, c.ID, text)
						}
					}
					if x.Title.In(l) == "" || x.Help.In(l) == "" || c.Title.In(l) == "" {
						t.Errorf("%s, %s: a title or the help is missing in %s", x.ID, c.ID, l)
					}
				}
			}
			for _, f := range table.Formats {
				var b bytes.Buffer
				if err := x.Write(&b, f, lang.SV); err != nil || b.Len() == 0 {
					t.Errorf("%s as %s: %v", x.ID, f, err)
				}
			}
		}
	}
}

func TestTheReportIsTheSameEachTime(t *testing.T) {
	a, err := shipped(t).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	b, err := compareShipped(t).MarshalJSON()
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("it is another: %v", err)
	}
	if bytes.Contains(a, []byte("<no value>")) || bytes.Contains(a, []byte(`"sv":"["`)) {
		t.Error("words are missing")
	}
}
