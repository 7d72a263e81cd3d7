package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/export"
)

func inForm(t fataler, name string, r export.Request) string {
	t.Helper()
	format, err := export.Find(name)
	if err != nil {
		t.Errorf("%v", err)
		return ""
	}
	var b bytes.Buffer
	if err := format.Write(&b, r); err != nil {
		t.Errorf("%v", err)
	}
	return b.String()
}

// The forms of FAROS and of a small model that has everything, as they are today. The page has its place in docs/models.
func TestTheFormsAreThoseExpected(t *testing.T) {
	suffix := map[string]string{"svg": ".svg", "mermaid": ".mmd", "dot": ".dot", "csv": ".csv", "jsonschema": ".schema.json", "bpmn": ".bpmn"}
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		if id := r.Model.Model().ID; id != "faros" && id != "allt" {
			continue
		}
		for _, f := range export.Formats() {
			if f.Name == "md" || f.Name == "bpmn" && r.Model.Model().ID == "faros" { // the one is too long to read
				continue
			}
			got := inForm(t, f.Name, r)
			path := filepath.Join("testdata", "forms", r.Model.Model().ID+"."+string(r.Lang)+suffix[f.Name])
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(path); err != nil || string(want) != got {
				t.Errorf("%s is not what the model gives today (%v); go test ./internal/export -update writes it", path, err)
			}
		}
	}
}

func TestEveryModelHasEveryForm(t *testing.T) {
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		t.Run(fileOf(r), func(t *testing.T) { checkForms(t, r) })
	}
}

func TestTheSameModelGivesTheSameBytesInEveryForm(t *testing.T) {
	first, second := requests(shipped(t)), requests(shipped(t))
	for i := range first {
		for _, f := range export.Formats() {
			if inForm(t, f.Name, first[i]) != inForm(t, f.Name, second[i]) {
				t.Errorf("%s of %s differs between two reads of the same files", f.Name, fileOf(first[i]))
			}
		}
	}
}

// missing is what stands where the catalogue lacks a sentence.
var missing = regexp.MustCompile(`\[(drawing|table|schema|format|steps|stages|time|every|rule|answer)\.[a-z._-]+\]|<no value>`)

// checkForms holds every form to what must be true of it for any model.
func checkForms(t fataler, r export.Request) {
	t.Helper()
	for _, f := range export.Formats() {
		if lost := missing.FindString(inForm(t, f.Name, r)); lost != "" {
			t.Errorf("%s lacks the words for %s", f.Name, lost)
		}
	}
	checkDrawing(t, r)
	checkTable(t, r)
	checkDOT(t, r)
	if !json.Valid([]byte(inForm(t, "jsonschema", r))) {
		t.Errorf("the schema is no JSON")
	}
}

// A drawing is well-formed, stands alone, tells in words what it is, and nothing in it lies on anything else.
func checkDrawing(t fataler, r export.Request) {
	t.Helper()
	for _, width := range []int{0, 240, 358, 700, 1000} {
		r.Width = width
		for _, wrong := range export.Untidy(r) {
			t.Errorf("in the drawing of width %d %s", width, wrong)
		}
	}
	r.Width = 0
	text := inForm(t, "svg", r)
	allowed := []string{"svg", "title", "desc", "rect", "path", "g", "text", "circle", "style"}
	d := xml.NewDecoder(strings.NewReader(text))
	var path, told []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("the drawing is not well-formed: %v", err)
			return
		}
		switch x := token.(type) {
		case xml.StartElement:
			if !slices.Contains(allowed, x.Name.Local) {
				t.Errorf("the drawing has a <%s>", x.Name.Local)
			}
			for _, a := range x.Attr {
				if strings.Contains(a.Name.Local, "href") || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "url(") {
					t.Errorf("the drawing asks for something else: %s", a.Name.Local)
				}
			}
			if len(path) == 0 && !slices.ContainsFunc(x.Attr, func(a xml.Attr) bool { return a.Name.Local == "role" && a.Value == "img" }) {
				t.Errorf("the drawing does not say that it is an image")
			}
			path = append(path, x.Name.Local)
			if len(path) == 2 {
				told = append(told, x.Name.Local)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
	if len(told) < 2 || told[0] != "title" || told[1] != "desc" {
		t.Errorf("the drawing does not begin with a title and a description, but with %v", told[:min(2, len(told))])
	}
}

// A table has a rule or more for each step and each outcome, numbered one after another in each of the two, all rows of one
// length, and nothing that a spreadsheet takes for a formula.
func checkTable(t fataler, r export.Request) {
	t.Helper()
	text, marked := strings.CutPrefix(inForm(t, "csv", r), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked {
		t.Errorf("the table cannot be read by a spreadsheet: %v, byte order mark %v", err, marked)
		return
	}
	id := slices.IndexFunc(rows[0], func(h string) bool { return strings.HasSuffix(h, ": Id") })
	var ids []string
	number, policy := 0, ""
	for _, row := range rows[1:] {
		if row[0][:1] != policy {
			policy, number = row[0][:1], 0
		}
		number++
		if row[1] != fmt.Sprint(number) || policy != "C" && policy != "F" {
			t.Errorf("rule %d begins with %q", number, row[:2])
		}
		ids = append(ids, row[id])
		for i, cell := range row {
			if condition := strings.HasPrefix(rows[0][i], "Villkor: ") || strings.HasPrefix(rows[0][i], "Condition: "); condition && cell == "" {
				t.Errorf("a condition of rule %d is empty", number)
			}
			if cell != "-" && cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
	}
	m := r.Model.Model()
	want := slices.Concat(idsOf(m)["step"], idsOf(m)["outcome"])
	slices.Sort(want)
	slices.Sort(ids)
	want = slices.Compact(want) // a step and an outcome can have one id
	if got := slices.Compact(ids); !slices.Equal(got, want) {
		t.Errorf("the table has rules for %q, and the model has %q", got, want)
	}
}

var dotString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// Without its quoted strings, a chart for Graphviz has nothing but our own words in it.
func checkDOT(t fataler, r export.Request) {
	t.Helper()
	words := regexp.MustCompile(`^(digraph|graph|subgraph|node|cluster\d+|[so]\d+|label|labelloc|t|fontname|Arial|newrank|true|shape|box|fontsize|11|style|dashed|rounded|peripheries|penwidth|2|Q)$`)
	for _, line := range strings.Split(inForm(t, "dot", r), "\n") {
		for _, w := range regexp.MustCompile(`[^\s{}\[\]=,>-]+`).FindAllString(dotString.ReplaceAllString(line, "Q"), -1) {
			if !words.MatchString(w) {
				t.Errorf("the chart for Graphviz has %q in %s", w, line)
			}
		}
	}
}

// A step that comes after all others, said one by one, gets arrows from those alone that lead to no other of them.
func TestArrowsThatOthersImplyAreSaidInWords(t *testing.T) {
	for _, r := range requests(shipped(t)) {
		if r.Model.Model().ID != "halland" || r.Lang != "sv" {
			continue
		}
		text := inForm(t, "svg", r)
		if !strings.Contains(text, "även efter 1, 2") {
			t.Errorf("the drawing does not say what else the last step comes after")
		}
		if n := export.Arrows(r); n > 20 {
			t.Errorf("the drawing has %d arrows", n)
		}
	}
}
