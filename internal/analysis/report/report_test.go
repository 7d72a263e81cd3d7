package report_test

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

var spaces = regexp.MustCompile(`\s+`)

// words is the text of a page without its marks.
func words(page string) string {
	return spaces.ReplaceAllString(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")), " ")
}

// What the analyses found stands on the page, all of it and in both languages.
func TestThePageTellsAllThatWasFound(t *testing.T) {
	in := shipped(t, 60)
	for _, l := range lang.All {
		text := page(t, in, l)
		told := words(text)
		want := func(what, s string) {
			t.Helper()
			if !strings.Contains(told, spaces.ReplaceAllString(strings.TrimSpace(s), " ")) {
				t.Errorf("%s: the page lacks %s: %s", l, what, s)
			}
		}
		names := in.Compare.Names()
		for i := range in.Compare.Kinds {
			k := &in.Compare.Kinds[i]
			want("a kind", k.Kind.Title.In(l))
			for n := range k.Pairs {
				want("a verdict", k.Pairs[n].Verdict.Text(l, names[k.Pairs[n].First], names[k.Pairs[n].Second]))
				for _, s := range k.Pairs[n].Sentences(k.Kind, names, l) {
					want("a sentence", s)
				}
			}
		}
		for _, p := range in.Compare.Partings {
			for i := range p.Sets {
				want("a set of facts with which models part", in.Compare.CaseText(p.Sets[i].Case, l))
			}
		}
		for _, d := range in.Compare.Duties {
			want("a duty", d.Duty.Title.In(l))
		}
		for i, p := range in.Compare.Programs {
			want("a hash", p.Model().Hash)
			for _, s := range p.Model().Sources {
				want("a source", s.Title.In(l))
			}
			for _, o := range p.Model().Outcomes {
				want("an outcome", o.Title.In(l))
			}
			for _, f := range in.Verify[i].Findings {
				want("a finding", f.ID())
				want("a finding's text", f.Text(l))
			}
			for k := range in.Measure[i].Figures {
				f := &in.Measure[i].Figures[k]
				want("a figure", f.Text(l))
			}
		}
		for _, m := range measure.Metrics {
			want("a metric", m.Title(l))
			want("a formula", m.Formula(l))
			want("the inputs of a metric", m.Inputs(l))
		}
		for _, table := range in.Tables() {
			want("a table", table.ID+".csv")
		}
		if strings.Contains(told, "[section.") || regexp.MustCompile(`\[[a-z]+(\.[a-z_-]+)+\]`).MatchString(told) {
			t.Errorf("%s: a sentence is missing: %q", l, regexp.MustCompile(`\[[a-z]+(\.[a-z_-]+)+\]`).FindAllString(told, 5))
		}
		if len(text) > 2_000_000 {
			t.Errorf("%s: the page of five models has %d bytes", l, len(text))
		}
	}
}

func TestThePageOfTheSameInputIsTheSame(t *testing.T) {
	in := small(t)
	again := small(t)
	for _, l := range lang.All {
		if page(t, in, l) != page(t, again, l) {
			t.Errorf("%s: two pages of the same input differ", l)
		}
	}
}

func TestEveryTableBehindThePageHasAnIDOfItsOwn(t *testing.T) {
	in := small(t)
	in.Compare.Programs[1] = in.Compare.Programs[0] // so that two models have one name
	in.Simulate[1] = in.Simulate[0]
	in.Measure[1] = in.Measure[0]
	seen := map[string]bool{}
	for _, table := range in.Tables() {
		if seen[table.ID] {
			t.Errorf("two tables are called %s", table.ID)
		}
		seen[table.ID] = true
	}
	if !seen["compare-pairs"] || !seen["measure-matrix"] || !seen["report-findings"] {
		t.Errorf("tables are missing among %v", seen)
	}
}

// Of one model that stands twice each part tells once.
func TestOneModelTwiceTellsEachOfItOnce(t *testing.T) {
	set := casetest.Models(t, file(t, "ord.toml"), file(t, "ett.toml"))
	p := set.Programs()[0]
	text := page(t, found(t, set, []*interpreter.Program{p, p}, 5, nil), lang.SV)
	tables := regexp.MustCompile(`(?s)<table id="table-measure-facts[^"]*".*?</table>`).FindAllString(text, -1)
	if len(tables) != 2 {
		t.Fatalf("there are %d tables of facts", len(tables))
	}
	for _, x := range tables {
		if n := strings.Count(x, `scope="row"`); n != len(p.Model().Facts) {
			t.Errorf("a table of %d facts has %d rows", len(p.Model().Facts), n)
		}
	}
}

// A page of any models can be made: one model twice, and models without stages.
func TestAnyModelsMakeAPage(t *testing.T) {
	set := casetest.Models(t, file(t, "ord.toml"), file(t, "ett.toml"), file(t, "tva.toml"))
	programs := set.Programs()
	one := strings.Replace(file(t, "tva.toml"), `id       = "tva"`, `id       = "tre"`, 1)
	bare := casetest.Models(t, file(t, "ord.toml"), file(t, "tva.toml"), one)
	for _, c := range []struct {
		name     string
		set      *interpreter.Set
		programs []*interpreter.Program
		cases    int
		want     []string
	}{
		{"one model twice", set, []*interpreter.Program{programs[0], programs[0]}, 10, []string{"samma"}},
		{"models without stages", bare, bare.Programs(), 0, []string{"krävs i samma ärenden av alla modellerna"}},
		{"no cohort", set, programs, 0, []string{"Modell ett"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := found(t, c.set, c.programs, c.cases, nil)
			told := words(page(t, in, lang.SV))
			for _, w := range append(c.want, "Ingen fil med tider är given") {
				if !strings.Contains(told, w) {
					t.Errorf("the page lacks %q", w)
				}
			}
		})
	}
}

func TestModelsThatWereNotVerifiedOrMeasuredMakeAPageWithoutThoseParts(t *testing.T) {
	in := small(t)
	in.Verify, in.Measure, in.Simulate = nil, nil, nil
	text := page(t, in, lang.EN)
	for _, id := range []string{"metrics", "handovers", "times", "proofs"} {
		if strings.Contains(text, `<section id="`+id+`"`) {
			t.Errorf("there is a part %s of what was not asked", id)
		}
	}
}

// Whatever stands in a model is text on the page.
func TestNothingInAModelIsTakenForCode(t *testing.T) {
	const evil = `<script>alert(1)</script>'>\"<img src=x onerror=alert(1)>`
	hostile := func(name string) string {
		return regexp.MustCompile(`(?m)^(title|help|region|ask)( *)= ".*"$`).ReplaceAllString(file(t, name), `$1$2= "`+evil+`"`)
	}
	ett := strings.Replace(hostile("ett.toml"), "https://example.org/kalla", "javascript:alert(1)", 1)
	set := casetest.Models(t, hostile("ord.toml"), ett, hostile("tva.toml"))
	text := page(t, found(t, set, set.Programs(), 5, map[string]string{"ett": file(t, "tider.toml")}), lang.SV)
	if n := strings.Count(text, "<script"); n != 1 {
		t.Errorf("there are %d scripts on the page", n)
	}
	for _, s := range []string{"<img", "alert(1)</script>", `href="javascript`} {
		if strings.Contains(text, s) {
			t.Errorf("%s stands on the page as code", s)
		}
	}
	if !strings.Contains(text, "&lt;script&gt;alert(1)") {
		t.Error("the title is not on the page")
	}
}

// Every drawing of a page is well-formed, has a name and a description, and nothing that the page's policy forbids.
func TestDrawingsAreWellFormed(t *testing.T) {
	text := page(t, small(t), lang.SV)
	drawings := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(text, -1)
	if len(drawings) < 7 { // three of each model, and a curve
		t.Fatalf("there are %d drawings", len(drawings))
	}
	for _, d := range drawings {
		if strings.Contains(d, `class="sheet"`) { // shows a part of another, on paper
			continue
		}
		for dec := xml.NewDecoder(strings.NewReader(d)); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %.200s", err, d)
			}
		}
		if !strings.Contains(d, "<title") || !strings.Contains(d, "<desc") || !strings.Contains(d, `role="img"`) || strings.Contains(d, " style=") {
			t.Errorf("a drawing lacks a name, or has a style: %.300s", d)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if ids[m[1]] {
			t.Errorf("two things on the page have the id %s", m[1])
		}
		ids[m[1]] = true
	}
}

// The curve says where steps without a duration leave it open.
func TestTheCurveIsABandWhereDurationsAreMissing(t *testing.T) {
	const band = "ett band mellan sig"
	in := small(t)
	if !in.Simulate[0].Base.Bounds() || !strings.Contains(words(page(t, in, lang.SV)), band) {
		t.Error("a step has no duration, and no band is told of")
	}
	whole := file(t, "tider.toml") + "\n[[duration]]\nstep = \"plan\"\nfixed = \"10 days\"\ninterpretation = \"Påhittad.\"\n"
	in.Simulate = []*simulate.Report{lived(t, in.Compare.Programs[0], whole), nil}
	told := words(page(t, in, lang.SV))
	if in.Simulate[0].Base.Bounds() || strings.Contains(told, band) {
		t.Error("every step has a duration, and there is a band")
	}
	if !strings.Contains(told, "tva: ingen fil med tider är given") {
		t.Error("it is not said of which model there are no durations")
	}
}

// A share among drawn cases is no share of all: where there is no cohort the finding says how many were drawn.
func TestTheFindingSaysThatCasesWereDrawn(t *testing.T) {
	set := casetest.Shipped(t)
	in := found(t, set, []*interpreter.Program{set.Versions("halland")[0], set.Versions("samordning")[0]}, 0, nil)
	if !in.Compare.Cells.Drawn {
		t.Fatal("no cases were drawn")
	}
	n := table.Int(in.Compare.Cells.Cases)
	for l, want := range map[lang.Lang]string{lang.EN: "% of %s cases drawn from all that the rules can tell apart", lang.SV: "% av %s ärenden dragna bland alla som reglerna kan skilja åt"} {
		want = strings.Replace(want, "%s", n.Text(table.Column{Type: table.Count}, l), 1)
		if !strings.Contains(words(page(t, in, l)), want) {
			t.Errorf("%s: the page does not say %q", l, want)
		}
	}
}
