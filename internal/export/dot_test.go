package export_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/export"
)

// Graphviz itself lays out the charts without a word: a node for each step and each outcome, with its title as it is.
func TestGraphvizDrawsTheChart(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil {
		t.Fatal("this test needs Graphviz: apt-get install graphviz")
	}
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		checkGraphviz(t, r)
	}
	if t.Failed() {
		return
	}
	rapid.Check(t, func(t *rapid.T) { checkGraphviz(t, anyModel(t)[0]) })
}

func checkGraphviz(t fataler, r export.Request) {
	t.Helper()
	text := inForm(t, "dot", r)
	cmd := exec.Command("dot", "-Tdot_json")
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &out, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Errorf("Graphviz says %v: %s\n%s", err, said.String(), text)
		return
	}
	var chart struct {
		Objects []struct{ Name, Label string }
		Edges   []struct{}
	}
	if err := json.Unmarshal(out.Bytes(), &chart); err != nil {
		t.Errorf("Graphviz answers %v", err)
		return
	}
	m := r.Model.Model()
	arrows := 0
	shown := map[string]string{}
	for _, o := range chart.Objects {
		if strings.HasPrefix(o.Name, "cluster") {
			continue
		}
		shown[o.Name] = plain(o.Label)
	}
	for _, s := range m.Steps {
		arrows += len(s.After)
		found := false
		for name, label := range shown {
			found = found || strings.HasPrefix(name, "s") && strings.Contains(label, strings.Join(strings.Fields(s.Title.In(r.Lang)), " "))
		}
		if !found {
			t.Errorf("Graphviz does not show the step %s", s.ID)
		}
	}
	if len(shown) < len(m.Steps)+len(m.Outcomes) || len(chart.Edges) < arrows {
		t.Errorf("Graphviz shows %d nodes and %d arrows of %d steps, %d outcomes and %d arrows", len(shown), len(chart.Edges), len(m.Steps), len(m.Outcomes), arrows)
	}
}

// plain is a label without how it is written: its marks, and where its lines break.
func plain(label string) string {
	label = strings.NewReplacer(`\\`, `\`, `\n`, " ", `\"`, `"`, "&amp;", "&").Replace(label)
	return strings.Join(strings.Fields(label), " ")
}
