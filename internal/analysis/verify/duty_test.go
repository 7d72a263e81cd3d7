package verify_test

import (
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// Duties asked about alone have the verdicts that they have in the whole report, also one that only cases out of order break: here an
// ending that no case comes to past the step, but that waits for a fact alone.
func TestDutiesAskedAboutAloneStandAsInTheReport(t *testing.T) {
	words := strings.TrimPrefix(head, head[:strings.Index(head, "[[actor]]")])
	shared := "[vocabulary]\nid = \"ord\"\ntitle = \"Ord\"\nlang = \"sv\"\n" + words + "[[kind]]\nid = \"ask\"\ntitle = \"Ask\"\n" + fact("v1", `type = "event"`) + fact("v2", `type = "event"`)
	model := strings.Replace(strings.TrimSuffix(head, words), "title", "uses = [\"ord\"]\ntitle", 1) +
		strings.Replace(step("a", `done = ["happened(v1)"]`), `"k"`, `"ask"`, 1) + step("b", "after = [\"a\"]\ndone = [\"happened(v2)\"]") + outcome("slut", `when = "happened(v2)"`)
	overlay := "[overlay]\nid = \"lag\"\nuses = [\"ord\"]\ntitle = \"Lag\"\nlang = \"sv\"\nin_force = 2020-01-01\n" +
		"[[duty]]\nid = \"fraga\"\ntitle = \"Fråga\"\nlaw = \"1 §\"\n[[duty.on_every_way]]\nid = \"alltid\"\ntitle = \"Alltid\"\nsteps = { kinds = [\"ask\"] }\n"
	set := dsl.Load([]*diag.Source{diag.NewSource("m.toml", model), diag.NewSource("o.toml", overlay), diag.NewSource("v.toml", shared)})
	if set.Faults.HasErrors() {
		t.Fatal(set.Faults[0].Code, set.Faults[0].Args)
	}
	p := interpreter.Compile(set.Models[0])
	if got := verify.Run(p, day).Duties[0].Verdict; got != verify.MetInOrder {
		t.Errorf("in the report the duty is %s", got)
	}
	if got := verify.Duties(p, day)[0].Verdict; got != verify.MetInOrder {
		t.Errorf("asked about alone it is %s", got)
	}
}
