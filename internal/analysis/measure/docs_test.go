package measure_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/measure"
)

var update = flag.Bool("update", false, "write the definitions in docs/metrics.md and docs/matt.md anew")

const begin, end = "<!-- metrics -->\n", "<!-- /metrics -->\n"

// The documents define each metric in the words of the catalogue.
func TestTheDocumentsDefineEveryMetric(t *testing.T) {
	for l, name := range map[lang.Lang]string{lang.EN: "metrics.md", lang.SV: "matt.md"} {
		path := filepath.Join("..", "..", "..", "docs", name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(text), begin)
		_, after, both := strings.Cut(rest, end)
		if !ok || !both {
			t.Fatalf("%s has no place for the metrics", name)
		}
		want := before + begin + definitions(l) + end + after
		switch {
		case want == string(text):
		case *update:
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s does not define the metrics as they are (go test ./internal/analysis/measure -update writes them)", name)
		}
	}
}

func definitions(l lang.Lang) string {
	heads := map[lang.Lang][4]string{lang.EN: {"metric", "formula", "worked out from", "unit"}, lang.SV: {"mått", "formel", "räknas ut från", "enhet"}}[l]
	var out strings.Builder
	for _, group := range measure.Groups() {
		fmt.Fprintf(&out, "\n### %s\n\n%s\n\n| %s | %s | %s | %s |\n|---|---|---|---|\n",
			measure.GroupTitle(group, l), measure.GroupText(group, l), heads[0], heads[1], heads[2], heads[3])
		for _, m := range measure.Metrics {
			if m.Group == group {
				fmt.Fprintf(&out, "| %s<br>`%s` | %s | %s | %s |\n", m.Title(l), m.ID, m.Formula(l), m.Inputs(l), m.Unit(l))
			}
		}
	}
	return out.String() + "\n"
}
