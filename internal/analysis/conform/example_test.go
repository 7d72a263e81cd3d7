package conform_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
)

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "eventlog", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What the example's twelve cases are to show, settled by hand from the model's file. Events that fit, and those that only tell facts, are
// counted; all others are named.
var exampleCases = []struct {
	id, group             string
	fits, information     int
	deviations            []string
	skipped, late, lapsed []string
	open, unknown         []string
	missed                int // weekly contacts
	outcome, limit        string
	handovers             int
	fitness               string
}{
	{id: "f-01", group: "Norr", fits: 20, information: 1, outcome: "anstallning", limit: "kept", handovers: 3, fitness: "38/38"},
	{id: "f-02", group: "Norr", fits: 8, information: 1, deviations: []string{"2025-02-18 Trepartssamtal out_of_order before information"}, open: []string{"starta_introduktion"}, limit: "running", handovers: 2, fitness: "16/17"},
	{id: "f-03", group: "Söder", fits: 4, information: 1, deviations: []string{"2025-02-05 Beredning out_of_order before personligt_mote"}, skipped: []string{"personligt_mote"}, open: []string{"trepartssamtal"}, limit: "running", handovers: 2, fitness: "8/10"},
	{id: "f-04", group: "Söder", fits: 13, information: 1, deviations: []string{"2025-03-20 Handlingsplan upprättad fits late", "2025-06-20 Uppföljningsmöte fits late"},
		late: []string{"handlingsplan", "uppfoljningsmote", "ny_handlingsplan"}, open: []string{"ny_handlingsplan"}, missed: 1, limit: "running", handovers: 2, fitness: "24/25"},
	{id: "f-05", group: "Norr", fits: 17, information: 1, deviations: []string{"2025-02-28 Nivåbedömning extra again nivabedomning", "2025-03-19 Slutbedömning extra not_applicable slutbedomning", "2025-05-20 Veckokontakt extra closed veckokontakt"},
		lapsed: []string{"veckokontakt"}, outcome: "utbildning", limit: "kept", handovers: 3, fitness: "33/36"},
	{id: "f-06", group: "Söder", fits: 13, information: 1, lapsed: []string{"veckokontakt"}, outcome: "aterford", limit: "kept", handovers: 2, fitness: "25/25"},
	{id: "f-07", group: "Norr", information: 1, deviations: []string{"2025-02-10 Medicinskt underlag inkom extra closed behovsbedomning"}, outcome: "ej_aktuell", limit: "not_begun", fitness: "0/1"},
	{id: "f-08", group: "Söder", fits: 5, information: 1, outcome: "till_af", limit: "not_begun", handovers: 2, fitness: "9/9"},
	{id: "f-09", group: "Norr", information: 1, deviations: []string{"2025-02-12 Medicinskt underlag inkom undetermined behovsbedomning", "2025-02-19 SASSAM-utredning klar undetermined behovsbedomning", "2025-02-26 Personligt möte undetermined personligt_mote"},
		unknown: []string{"behovsbedomning", "personligt_mote"}, limit: "not_begun", fitness: "none"},
	{id: "f-10", group: "Söder", fits: 18, information: 1, missed: 1, outcome: "medicinsk_rehabilitering", limit: "broken", handovers: 4, fitness: "35/36"},
	{id: "f-11", group: "Norr", fits: 7, information: 1, deviations: []string{"2025-03-05 Telefonsamtal unmapped", "2025-03-26 Nivåbedömnig unmapped"}, open: []string{"nivabedomning"}, limit: "running", handovers: 2, fitness: "13/13"},
	{id: "f-12", group: "Söder", fits: 7, information: 1, open: []string{"nivabedomning"}, limit: "running", handovers: 2, fitness: "13/13"},
}

func TestEveryVerdictOfTheExampleIsTheOneSettledByHand(t *testing.T) {
	_, cases := replay(t, casetest.Shipped(t), example(t, "faros.mapping.toml"), example(t, "faros.xes"), conform.Options{})
	if len(cases) != len(exampleCases) {
		t.Fatalf("%d cases", len(cases))
	}
	for i, want := range exampleCases {
		c := cases[i]
		var deviations []string
		for k := range c.Verdicts {
			v := &c.Verdicts[k]
			text := fmt.Sprintf("%s %s %s", v.Day, v.Activity, v.Sort)
			switch {
			case v.Sort == conform.Information, v.Sort == conform.Fits && !v.Late:
				continue
			case v.Late:
				text += " late"
			case v.Sort == conform.OutOfOrder:
				text += " before " + v.Before.ID
			case v.Sort == conform.Extra:
				text += " " + string(v.Why) + " " + v.Step.ID
			case v.Step != nil:
				text += " " + v.Step.ID
			}
			deviations = append(deviations, text)
		}
		ends := map[conform.End][]string{}
		var late []string
		missed := 0
		for _, s := range c.Steps {
			ends[s.End] = append(ends[s.End], s.Step.ID)
			missed += s.Missed
			if s.Late {
				late = append(late, s.Step.ID)
			}
		}
		outcome, fitness := "", "none"
		if c.Outcome != nil {
			outcome = c.Outcome.ID
		}
		if fit := c.Fit(); fit.Judged+fit.Asked > 0 {
			fitness = fmt.Sprintf("%d/%d", fit.Fitting+fit.Done, fit.Judged+fit.Asked)
		}
		same := func(what string, got, want any) {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %s: got %v, want %v", "case "+c.ID, what, got, want)
			}
		}
		same("id", c.ID, want.id)
		same("group", c.Group, want.group)
		same("fits", c.Count(conform.Fits), want.fits)
		same("information", c.Count(conform.Information), want.information)
		same("deviations", strings.Join(deviations, "; "), strings.Join(want.deviations, "; "))
		same("skipped", ends[conform.Skipped], want.skipped)
		same("lapsed", ends[conform.Lapsed], want.lapsed)
		same("open", ends[conform.Pending], want.open)
		same("undetermined", ends[conform.NotKnown], want.unknown)
		same("late", late, want.late)
		same("missed", missed, want.missed)
		same("outcome", outcome, want.outcome)
		same("limit", c.Limits[0].State, want.limit)
		same("handovers", c.Handovers(), want.handovers)
		same("fitness", fitness, want.fitness)
	}
}

// Both files of the example tell the same.
func TestTheExampleIsTheSameAsXESAndAsCSV(t *testing.T) {
	set := casetest.Shipped(t)
	told := func(mapping, log string) (string, []string) {
		r, cases := replay(t, set, example(t, mapping), example(t, log), conform.Options{})
		var out []string
		for _, c := range cases {
			text := fmt.Sprint(c.ID, c.Group, c.First, c.Last, c.Ended, c.Aside, c.Sorted)
			for k := range c.Verdicts {
				v := &c.Verdicts[k]
				text += fmt.Sprint("\n", v.Activity, v.Day, v.Text(lang.EN), v.Resource)
			}
			for _, s := range c.Steps {
				text += fmt.Sprint("\n", s.Step.ID, s.End, s.Late, s.Times)
			}
			out = append(out, text)
		}
		j, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return string(j), out
	}
	j1, c1 := told("faros.mapping.toml", "faros.xes")
	j2, c2 := told("faros-csv.mapping.toml", "faros.csv")
	if !slices.Equal(c1, c2) {
		t.Errorf("the cases differ:\n%s\n\n%s", strings.Join(c1, "\n\n"), strings.Join(c2, "\n\n"))
	}
	if j1 != j2 {
		t.Errorf("the reports differ:\n%s\n\n%s", j1, j2)
	}
}

// The same log gives the same bytes on any number of cores.
func TestTheReportIsTheSameOnAnyNumberOfCores(t *testing.T) {
	set := casetest.Shipped(t)
	first := ""
	for _, workers := range []int{1, 2, 7} {
		r, _ := replay(t, set, example(t, "faros.mapping.toml"), example(t, "faros.xes"), conform.Options{Workers: workers})
		j, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(j)
		}
		if string(j) != first {
			t.Errorf("with %d workers the report is another", workers)
		}
	}
}

func TestEverySentenceExistsInBothLanguages(t *testing.T) {
	r, cases := replay(t, casetest.Shipped(t), example(t, "faros.mapping.toml"), example(t, "faros.xes"), conform.Options{})
	var columns []string
	for _, tab := range r.Tables() {
		for _, c := range tab.Columns {
			columns = append(columns, c.ID)
		}
	}
	casetest.Sentences(t, conform.Catalogue, casetest.Naming{Words: columns, Endings: []string{".help"}})
	var texts []lang.Text
	add := func(text func(lang.Lang) string) {
		texts = append(texts, lang.Text{SV: text(lang.SV), EN: text(lang.EN)})
	}
	for _, tab := range r.Tables() {
		texts = append(texts, tab.Title, tab.Help)
		for _, c := range tab.Columns {
			texts = append(texts, c.Title, c.Help)
			if c.Help.SV == "" || c.Help.EN == "" {
				t.Errorf("%s.%s is not defined", tab.ID, c.ID)
			}
		}
		for _, row := range tab.Rows {
			for i, c := range row {
				add(func(l lang.Lang) string { return c.Text(tab.Columns[i], l) })
			}
		}
	}
	for _, c := range cases {
		for k := range c.Verdicts {
			add(c.Verdicts[k].Text)
		}
	}
	for s := range conform.Sorts {
		add(conform.Sort(s).Text)
	}
	for e := range conform.Ends {
		add(conform.End(e).Text)
	}
	for i := range r.Unseen[0] {
		add(r.Unseen[0][i].Text)
	}
	for _, text := range texts {
		for _, s := range []string{text.SV, text.EN} {
			if strings.HasPrefix(s, "[") || strings.Contains(s, "<no value>") {
				t.Errorf("there are no words for %s", s)
			}
		}
	}
}
