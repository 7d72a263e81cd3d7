// Package examples_test runs the cases to try, and holds the answers against the table in README.md.
package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// TestTheCasesAnswerAsTheTableSays reads rows such as
//
//	| `newly-ill.json` | what it shows | `open` | `behovsbedomning` |
//
// where an outcome or the reason for being stuck may stand after the status, and late or soon after a step.
func TestTheCasesAnswerAsTheTableSays(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var faults diag.List
	set := interpreter.NewSet(dsl.Load(dsl.ReadFS(workflows.FS, &faults)))
	seen := map[string]bool{}
	for _, line := range strings.Split(string(readme), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.Contains(cells[1], "`") {
			continue
		}
		name := quoted.FindStringSubmatch(cells[1])[1]
		seen[name] = true
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("cases", name)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var faults diag.List
			c := interpreter.ReadCase(diag.NewSource(path, string(text)), &faults)
			d := set.Decide(c, interpreter.Query{Model: "faros", Today: calendar.Day(0), Lang: lang.EN}, &faults)
			if len(faults) > 0 || d == nil {
				for _, f := range faults {
					t.Error(f.Message(lang.EN))
				}
				t.FailNow()
			}
			got := "`" + string(d.Status) + "`"
			if d.Outcome != nil {
				got += ", `" + d.Outcome.ID + "`"
			}
			if d.Stuck != nil {
				got += ", `" + string(d.Stuck.Why) + "`"
			}
			if want := strings.TrimSpace(cells[3]); got != want {
				t.Errorf("status is %s, the table says %s", got, want)
			}
			var next []string
			for _, n := range d.Next {
				s := "`" + n.Step + "`"
				if n.Time != interpreter.OK && strings.Contains(cells[4], s+", "+string(n.Time)) {
					s += ", " + string(n.Time)
				}
				next = append(next, s)
			}
			if got, want := strings.Join(next, ", "), strings.TrimSpace(cells[4]); got != want {
				t.Errorf("next is %s, the table says %s", got, want)
			}
		})
	}
	files, err := filepath.Glob("cases/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[filepath.Base(f)] {
			t.Errorf("%s is not in the table of README.md", f)
		}
	}
}
