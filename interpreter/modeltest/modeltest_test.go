package modeltest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/modeltest"
	"github.com/stegvis/stegvis/workflows"
)

const model = `
[model]
id = "liten"
title = "En liten modell"
lang = "sv"
version = "1"
in_force = 2026-01-01

[[actor]]
id = "fk"
title = "Försäkringskassan"

[[kind]]
id = "mote"
title = "Möte"

[[fact]]
id = "nedsatt"
type = "bool"
title = "Nedsatt"
ask = "Är arbetsförmågan nedsatt?"

[[fact]]
id = "mote"
type = "event"
title = "Mötet"

[[fact]]
id = "ny_tid"
type = "date"
title = "Ny tid"
ask = "När är nästa möte?"

[[step]]
id = "mote"
title = "Möte"
kind = "mote"
actor = "fk"
when = "nedsatt"
done = ["happened(mote)", "known(ny_tid)"]
time = { from = "ny_tid", max = "2 weeks" }

[[step]]
id = "uppfoljning"
title = "Uppföljning"
kind = "mote"
actor = "fk"
when = "nedsatt"
done = ["days_since(ny_tid) > 30"]
time = { from = "ny_tid", not_before = "1 week" }

[[outcome]]
id = "frisk"
title = "Frisk"
when = "nedsatt == false"
`

// law lies over the little model: every meeting should have something done before it, and a last day.
const law = `
[overlay]
id = "lag"
title = "Lagen"
lang = "sv"

[[duty]]
id = "forst"
law = "1 §"
title = "Något först"

  [[duty.before]]
  steps = {}
  first = {}

[[duty]]
id = "tid"
law = "2 §"
title = "I tid"

  [[duty.bounded]]
  steps = {}

  [[duty.bounded]]
  steps = {}
`

// load loads the little model with a test file of the given text.
func load(t *testing.T, test string) (*dsl.Set, *interpreter.Set) {
	t.Helper()
	read := dsl.Load([]*diag.Source{diag.NewSource("liten.toml", model), diag.NewSource("lag.toml", law), diag.NewSource("liten_test.toml", test)})
	if read.Faults.HasErrors() {
		t.Fatal(rendered(t, read.Faults))
	}
	return read, interpreter.NewSet(read)
}

func rendered(t *testing.T, faults diag.List) string {
	t.Helper()
	var b bytes.Buffer
	faults.Sort()
	if err := faults.WriteText(&b, diag.TextOptions{Lang: lang.EN}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func run(t *testing.T, test string) (*modeltest.Report, string) {
	t.Helper()
	read, set := load(t, test)
	var faults diag.List
	s := modeltest.Read(read.Tests[0], &faults)
	report := modeltest.Run([]*modeltest.Suite{s}, set)
	return report, rendered(t, append(faults, report.Faults...))
}

func TestEveryKeyOfAnExpectationIsCompared(t *testing.T) {
	report, said := run(t, `
[test]
of = "liten"

[[case]]
id = "allt"
at = 2026-03-01
facts = { nedsatt = true, ny_tid = 2026-02-26 }
expect = { status = "open", next = ["mote"], due = { mote = 2026-03-12, uppfoljning = "none" }, time = { mote = "ok" }, upcoming = {}, missing = [], outcome = "none", stuck = "none", stuck_facts = [], limits = {}, steps = { mote = "required", uppfoljning = "waiting" }, unmet = { mote = ["mote"] }, duties = { mote = ["forst", "tid"] } }
`)
	if report.Passed != 1 || said != "" {
		t.Fatalf("passed %d:\n%s", report.Passed, said)
	}
	// Each key, changed alone, is found.
	for _, wrong := range []string{
		`status = "waiting"`, `next = []`, `next = ["uppfoljning"]`, `due = { mote = 2026-03-13 }`, `due = { mote = "none" }`, `time = { mote = "late" }`,
		`upcoming = { uppfoljning = 2026-03-05 }`, `missing = ["nedsatt"]`, `outcome = "frisk"`, `stuck = "no_rule"`, `stuck_facts = ["nedsatt"]`,
		`steps = { mote = "done" }`, `unmet = { mote = ["mote", "ny_tid"] }`,
		`duties = { mote = [] }`, `duties = { mote = ["tid"] }`, `duties = { uppfoljning = ["tid"] }`,
	} {
		report, said := run(t, `
[test]
of = "liten"
[[case]]
id = "fel"
at = 2026-03-01
facts = { nedsatt = true, ny_tid = 2026-02-26 }
expect = { `+wrong+` }
`)
		if report.Failed != 1 || strings.Count(said, "[test-mismatch]") != 1 {
			t.Errorf("%s: failed %d tests:\n%s", wrong, report.Failed, said)
		}
	}
}

func TestAJourneyAddsReplacesAndForgetsFacts(t *testing.T) {
	report, said := run(t, `
[test]
of = "liten"

[[journey]]
id = "resa"
title = "Från okänt till frisk"

[[journey.day]]
at = 2026-03-01
expect = { status = "needs_facts", missing = ["nedsatt"] }

[[journey.day]]
at = 2026-03-02
facts = { nedsatt = true }
expect = { status = "open", missing = ["ny_tid"] }

[[journey.day]]
at = 2026-03-03
unobtainable = ["ny_tid"]
expect = { missing = [] }

[[journey.day]]
at = 2026-03-04
facts = { mote = 2026-03-04, ny_tid = 2026-03-10 }
expect = { status = "waiting", next = [], upcoming = { uppfoljning = 2026-03-17 } }

[[journey.day]]
at = 2026-03-05
forget = ["nedsatt"]
expect = { status = "needs_facts", missing = ["nedsatt"] }

[[journey.day]]
at = 2026-03-05
facts = { nedsatt = false }
expect = { status = "closed", outcome = "frisk" }
`)
	if report.Passed != 1 || said != "" {
		t.Fatalf("passed %d:\n%s", report.Passed, said)
	}
}

func TestWhatIsWrongWithATestFileIsToldAtItsPlace(t *testing.T) {
	_, said := run(t, `[test]
of = "liten"

[[case]]
id = "a"
at = 2026-03-01
facts = { nedsat = true }
expct = {}

[[case]]
id = "a"
at = 2026-03-01
facts = { nedsatt = true }
expect = { status = "opn", next = ["mte"], steps = { mote = "no" }, missing = "nedsatt", duties = { mote = ["frst"] } }

[[journey]]
id = "tom"

[[journey]]
id = "bak"
[[journey.day]]
at = 2026-03-02
expect = { status = "needs_facts" }
[[journey.day]]
at = 2026-03-01
forget = ["nedsatt"]
expect = { status = "needs_facts" }
`)
	want := `liten_test.toml:4:3: error: the test ` + "`a`" + ` does not say which answer it expects [test-expects-nothing]`
	for _, line := range []string{
		"liten_test.toml:7:11: error: the model `liten` has no fact called `nedsat` [case-unknown-fact]",
		"liten_test.toml:8:1: error: `[[case]]` has no key `expct` [unknown-key]",
		"liten_test.toml:11:6: error: two tests are called `a` [test-id-twice]",
		"liten_test.toml:14:21: error: `opn` is not an answer that can be given here [test-unknown-word]",
		"liten_test.toml:14:36: error: the model `liten` has no step `mte` [test-unknown-step]",
		"liten_test.toml:14:61: error: `no` is not an answer that can be given here [test-unknown-word]",
		"liten_test.toml:14:79: error:",
		"liten_test.toml:14:109: error: no duty `frst` lies over the model `liten` [test-unknown-duty]",
		"liten_test.toml:16:3: error: the journey `tom` has no days [test-no-days]",
		"liten_test.toml:25:6: error: the day lies before the one above, 2026-03-02 [test-day-before]",
		"liten_test.toml:26:11: error: `nedsatt` is not known, so it cannot be forgotten [test-forgets-unknown]",
	} {
		if !strings.Contains(said, line) {
			t.Errorf("missing: %s", line)
		}
	}
	if strings.Contains(said, want) {
		t.Errorf("a test whose facts are wrong is not run, but it said: %s", want)
	}
	if t.Failed() {
		t.Log(said)
	}
}

func TestCoverageTellsWhatWasNotSeenAndWhatCannotBe(t *testing.T) {
	report, _ := run(t, `
[test]
of = "liten"
[[case]]
id = "a"
at = 2026-03-01
facts = { nedsatt = true }
expect = { status = "open" }
`)
	report.Coverage.Measure()
	m := report.Coverage.Models[0]
	lacks := map[string][]interpreter.Truth{}
	for i := range m.Rules {
		lacks[m.Rules[i].Rule.Rule.Text] = m.Rules[i].Lacks()
	}
	for rule, want := range map[string]string{
		"happened(mote)":          "[true]", // never unknown
		"known(ny_tid)":           "[true]",
		"days_since(ny_tid) > 30": "[true false]",
		"nedsatt == false":        "[true unknown]",
	} {
		got := ""
		for _, v := range lacks[rule] {
			got += " " + v.String()
		}
		if got = "[" + strings.TrimSpace(got) + "]"; got != want {
			t.Errorf("%s lacks %s, want %s", rule, got, want)
		}
	}
	if !m.Required[0] || m.Required[1] || m.Done[0] || m.Closed[0] {
		t.Errorf("required %v, done %v, closed %v", m.Required, m.Done, m.Closed)
	}
}

func TestAnUpdatedFilePassesAndKeepsItsLayout(t *testing.T) {
	const text = `# om filen
[test]
of = "liten"

[[case]]
id = "a" # kommentar
at = 2026-03-01
facts = { nedsatt = true }
expect = { status = "closed",  next = [ "uppfoljning" ] } # sist

[[case]]
id = "b"
at = 2026-03-01
facts = { nedsatt = false }
`
	read, set := load(t, text)
	var faults diag.List
	s := modeltest.Read(read.Tests[0], &faults)
	report := modeltest.Run([]*modeltest.Suite{s}, set)
	got := modeltest.Apply(s.File.Source, report.Edits)
	want := strings.NewReplacer(`"closed",  next = [ "uppfoljning" ]`, `"open",  next = ["mote"]`).Replace(text) + "\n"
	want = strings.TrimSuffix(want, "\n\n")
	want = strings.TrimSuffix(want, "\n") + "\nexpect = { status = \"closed\", next = [], outcome = \"frisk\" }\n"
	if got != want {
		t.Fatalf("got:\n%s\nwant:\n%s", got, want)
	}
	if report, said := run(t, got); report.Passed != 2 {
		t.Fatalf("the updated file fails:\n%s", said)
	}
}

func TestFailuresAreToldOfTheVersionThatFails(t *testing.T) {
	second := strings.NewReplacer(`version = "1"`, `version = "2"`, "2026-01-01", "2026-06-01", `when = "nedsatt == false"`, `when = "nedsatt != false"`).Replace(model)
	read := dsl.Load([]*diag.Source{
		diag.NewSource("liten.toml", model), diag.NewSource("lag.toml", law), diag.NewSource("liten2.toml", second), diag.NewSource("liten_test.toml", `
[test]
of = "liten"
[[case]]
id = "gammal"
at = 2026-03-01
facts = { nedsatt = false }
expect = { outcome = "frisk" }
[[case]]
id = "ny"
at = 2026-07-01
facts = { nedsatt = false }
expect = { outcome = "frisk" }
`)})
	if read.Faults.HasErrors() {
		t.Fatal(rendered(t, read.Faults))
	}
	failures := modeltest.Failures(read, interpreter.NewSet(read))
	if len(failures) != 1 || len(failures[modeltest.Version{Model: "liten", Version: "2"}]) != 1 {
		t.Fatalf("got %v", failures)
	}
}

// TestTheShippedModelsPassTheirTests also demands that the tests try all that can be tried.
func TestTheShippedModelsPassTheirTests(t *testing.T) {
	var faults diag.List
	read := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	set := interpreter.NewSet(read)
	var suites []*modeltest.Suite
	for _, f := range read.Tests {
		suites = append(suites, modeltest.Read(f, &faults))
	}
	report := modeltest.Run(suites, set)
	if all := append(append(faults, read.Faults...), report.Faults...); len(all) > 0 {
		t.Fatal(rendered(t, all))
	}
	report.Coverage.Measure()
	for _, m := range report.Coverage.Models {
		if seen, all := m.Count(); seen != all {
			t.Errorf("%s %s: %d of %d tried; `stegvis test --coverage` tells which are not", m.Program.Model().ID, m.Program.Model().Version, seen, all)
		}
	}
}
