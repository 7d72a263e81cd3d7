package export_test

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/export"
	"github.com/stegvis/stegvis/interpreter"
)

// fixtures returns the models of dsl's own tests, which have everything that a model can have.
func fixtures(t testing.TB) *interpreter.Set {
	t.Helper()
	var faults diag.List
	sources := dsl.ReadDir(filepath.Join("..", "..", "dsl", "testdata", "good"), &faults)
	if faults.HasErrors() {
		t.Fatal(faults.Summary(lang.EN))
	}
	return setOf(t, sources)
}

func TestAPageTellsOfEverythingInTheModel(t *testing.T) {
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		t.Run(fileOf(r), func(t *testing.T) { checkPage(t, r) })
	}
}

// fataler is what testing.T and rapid.T share.
type fataler interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

var (
	headingLine = regexp.MustCompile(`^#{1,6} (.*)$`)
	linkTo      = regexp.MustCompile(`[^\\](?:\\\\)*\]\(#([^)]*)\)`)
	bar         = regexp.MustCompile(`(^|[^\\])(\\\\)*\|`)
	placeholder = regexp.MustCompile(`\\\[[a-z]*[c-z][a-z]*\.[a-z._-]+\\\]|<no value>`) // random texts know the letters a and b alone
)

// checkPage holds a page to what must be true of every page: all ids are there, in both languages nothing lacks its
// words, links lead somewhere, and no text of the model becomes a mark.
func checkPage(t fataler, r export.Request) {
	t.Helper()
	var b strings.Builder
	format, _ := export.Find("md")
	if err := format.Write(&b, r); err != nil {
		t.Errorf("%v", err)
	}
	text := b.String()
	m := r.Model.Model()
	for kind, ids := range idsOf(m) {
		for _, id := range ids {
			if !strings.Contains(text, "`"+id+"`") {
				t.Errorf("the %s %s is not on the page", kind, id)
			}
		}
	}
	if lost := placeholder.FindString(text); lost != "" {
		t.Errorf("the page lacks the words for %s", lost)
	}
	headings, columns := 0, 0
	anchors := map[string]int{}
	var links []string
	inDiagram := false
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			inDiagram = !inDiagram
			continue
		}
		if inDiagram {
			continue
		}
		if h := headingLine.FindStringSubmatch(line); h != nil {
			headings++
			anchors[anchorOf(h[1], anchors)] = 0
		}
		for _, l := range linkTo.FindAllStringSubmatch(line, -1) {
			links = append(links, l[1])
		}
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		n := len(bar.FindAllString(strings.ReplaceAll(line, "||", "| |"), -1))
		if columns == 0 {
			columns = n
		}
		if n != columns {
			t.Errorf("a row of a table has %d bars, not %d: %s", n, columns, line)
		}
	}
	if want := export.Headings(r); headings != want {
		t.Errorf("the page reads as having %d headings, not %d", headings, want)
	}
	for _, to := range links {
		if _, ok := anchors[to]; !ok {
			t.Errorf("a link leads nowhere: #%s", to)
		}
	}
}

// anchorOf finds by its written form the anchor of a heading: its own, with the next number where it is taken.
func anchorOf(written string, taken map[string]int) string {
	plain := regexp.MustCompile("\\\\(.)|[*`]").ReplaceAllString(written, "$1")
	first := export.Anchor(plain)
	a := first
	for {
		if _, ok := taken[a]; !ok {
			return a
		}
		taken[first]++
		a = first + "-" + strconv.Itoa(taken[first])
	}
}

func idsOf(m *dsl.Model) map[string][]string {
	out := map[string][]string{"model": {m.ID}}
	for _, f := range m.Facts {
		out["fact"] = append(out["fact"], f.ID)
	}
	for _, d := range m.Defines {
		out["definition"] = append(out["definition"], d.ID)
	}
	for _, s := range m.Stages {
		out["stage"] = append(out["stage"], s.ID)
	}
	for _, s := range m.Steps {
		out["step"] = append(out["step"], s.ID)
	}
	for _, o := range m.Outcomes {
		out["outcome"] = append(out["outcome"], o.ID)
	}
	for _, x := range m.Limits {
		out["limit"] = append(out["limit"], x.ID)
	}
	for _, c := range m.Capacities {
		out["capacity"] = append(out["capacity"], c.Role)
	}
	for _, o := range m.Overlays {
		out["overlay"] = append(out["overlay"], o.ID)
		for _, d := range o.Duties {
			out["duty"] = append(out["duty"], d.ID)
		}
	}
	return out
}

// The gaps that the sources have stand on the pages by name.
func TestThePagesShowTheGapsOfTheirSources(t *testing.T) {
	gaps := map[string][]string{
		"faros.md":              {"4 + 12 + 50 = 66 veckor, alltså 462 dagar", "Gränsen är 12 månader, alltså 365–366 dagar", "Ingen regel i modellen frågar efter ”Samtycke till att myndigheterna utbyter uppgifter”"},
		"faros.en.md":           {"4 + 12 + 50 = 66 weeks, that is 462 days", "The limit is 12 months, that is 365–366 days", "No rule of the model asks for “Consent"},
		"nu.md":                 {"Ingen regel i modellen frågar efter ”Samtycke till att myndigheterna utbyter uppgifter”"},
		"halland.md":            {"men för sent. Inget som leder fram till de här stegen gör det: [2 Komplettering från vården]"},
		"eskilstuna-2014.md":    {"personen faller mellan stolarna", "Modellen påbörjar ingen åtgärd: den har inget steg av slaget Insats"},
		"eskilstuna-2020.en.md": {"the person falls between the chairs"},
		"samordning.md":         {"har ingen som samordnar"},
	}
	for _, r := range requests(shipped(t)) {
		text := page(t, r)
		for _, gap := range gaps[fileOf(r)] {
			if !strings.Contains(text, gap) {
				t.Errorf("%s does not say: %s", fileOf(r), gap)
			}
		}
		delete(gaps, fileOf(r))
	}
	for name := range gaps {
		t.Errorf("there is no %s", name)
	}
}

func TestTheSameModelGivesTheSameBytes(t *testing.T) {
	first, second := requests(shipped(t)), requests(shipped(t))
	for i := range first {
		if page(t, first[i]) != page(t, second[i]) {
			t.Errorf("%s differs between two reads of the same files", fileOf(first[i]))
		}
	}
}

func TestAnUnknownFormatNamesThoseThereAre(t *testing.T) {
	_, err := export.Find("mdd")
	var unknown export.UnknownFormat
	if !errors.As(err, &unknown) {
		t.Fatalf("the error is %v", err)
	}
	if unknown.Name != "mdd" || unknown.Near != "md" || !slices.Contains(unknown.Known, "md") || !strings.Contains(err.Error(), "md") {
		t.Errorf("the error is %#v: %v", unknown, err)
	}
	for _, f := range export.Formats() {
		if sv, en := f.Title(lang.SV), f.Title(lang.EN); sv == en || strings.HasPrefix(sv, "[") || strings.HasPrefix(en, "[") {
			t.Errorf("the format %s does not say what it is", f.Name)
		}
	}
}

type full struct{}

var errFull = errors.New("no room")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAFailedWriteIsTold(t *testing.T) {
	for _, f := range export.Formats() {
		if err := f.Write(full{}, requests(fixtures(t))[0]); !errors.Is(err, errFull) {
			t.Errorf("%s: the error is %v", f.Name, err)
		}
	}
}
