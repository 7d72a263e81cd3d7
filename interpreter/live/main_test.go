package live_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/goleak"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(starvedDir); dir != "" {
		os.Exit(starve(dir))
	}
	goleak.VerifyTestMain(m)
}

// soak tells whether the long runs are asked for.
var soak = os.Getenv("STEGVIS_SOAK") != ""

// vocabulary is a vocabulary of the edition n. Its fact has a value that only models of the same edition name, so that
// a set that mixed two editions would not load.
func vocabulary(n int) string {
	return strings.ReplaceAll(`[vocabulary]
id    = "ord"
title = "Ord"
lang  = "sv"

[[actor]]
id    = "af"
title = "Arbetsförmedlingen"

[[kind]]
id    = "mote"
title = "Möte"

[[fact]]
id     = "lage"
type   = "enum"
values = { vN = "Läge N", annat = "Annat läge" }
title  = "Läget N"
ask    = "Vilket är läget?"
ask_of = "af"
`, "N", fmt.Sprint(n))
}

// model is a model of the edition n that uses the vocabulary.
func model(id string, n int) string {
	return strings.NewReplacer("ID", id, "N", fmt.Sprint(n)).Replace(`[model]
id       = "ID"
title    = "Modell N"
lang     = "sv"
version  = "1"
in_force = 2020-01-01
uses     = ["ord"]

[[step]]
id    = "forsta"
title = "Första mötet N"
kind  = "mote"
actor = "af"
done  = ["lage == 'vN'"]

[[step]]
id    = "andra"
title = "Andra mötet N"
kind  = "mote"
actor = "af"
done  = ["known(lage)"]

[[outcome]]
id    = "slut"
title = "Slut N"
when  = "lage == 'vN'"
to    = ["af"]
`)
}

// broken is a model with a fault in a rule.
func broken(id string, n int) string {
	return strings.Replace(model(id, n), "known(lage)", "known(lge)", 1)
}

// alone is a model without a vocabulary, of a given version.
func alone(id, version string, n int) string {
	return strings.NewReplacer("ID", id, "VERSION", version, "N", fmt.Sprint(n)).Replace(`[model]
id       = "ID"
title    = "Ensam N"
lang     = "sv"
version  = "VERSION"
in_force = 2020-01-01

[[actor]]
id    = "af"
title = "Arbetsförmedlingen"

[[kind]]
id    = "mote"
title = "Möte"

[[fact]]
id    = "klar_ID"
type  = "bool"
title = "Klart N"
ask   = "Är det klart?"

[[step]]
id    = "enda"
title = "Enda steget N"
kind  = "mote"
actor = "af"
done  = ["klar_ID"]

[[outcome]]
id    = "slut"
title = "Slut"
when  = "klar_ID"
`)
}

// folder is a folder of workflow files.
type folder struct {
	t   testing.TB
	dir string
}

func newFolder(t testing.TB) folder { return folder{t, t.TempDir()} }

// pair is a folder with the vocabulary and one model, liten, of edition 1.
func pair(t testing.TB) folder {
	f := newFolder(t)
	f.write("ord.toml", vocabulary(1))
	f.write("liten.toml", model("liten", 1))
	return f
}

func (f folder) path(name string) string { return filepath.Join(f.dir, name) }

// write saves a file in place: the old text is cut away, then the new one written.
func (f folder) write(name, text string) {
	f.t.Helper()
	must(f.t, os.WriteFile(f.path(name), []byte(text), 0o644))
}

// rename saves a file by writing another and renaming it.
func (f folder) rename(name, text string) {
	f.t.Helper()
	must(f.t, os.WriteFile(f.path("."+name+".new"), []byte(text), 0o644))
	must(f.t, os.Rename(f.path("."+name+".new"), f.path(name)))
}

func (f folder) remove(name string) {
	f.t.Helper()
	must(f.t, os.Remove(f.path(name)))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quick is a configuration that follows at once, so that tests take no time.
func (f folder) quick() live.Config {
	return live.Config{Dir: f.dir, Debounce: 5 * time.Millisecond, LongestWait: 100 * time.Millisecond, Rescan: 50 * time.Millisecond, Hold: time.Hour}
}

// asked is a configuration that follows nothing by itself: Reload alone looks. What lies in the folder between two writes, or half way
// through one, is then never taken in.
func (f folder) asked() live.Config {
	return live.Config{Dir: f.dir, Debounce: time.Hour, LongestWait: time.Hour, Rescan: time.Hour, Hold: time.Hour}
}

func (f folder) open() *live.Live {
	f.t.Helper()
	return open(f.t, f.quick())
}

func open(t testing.TB, cfg live.Config) *live.Live {
	t.Helper()
	l, err := live.Open(cfg)
	must(t, err)
	t.Cleanup(l.Close)
	return l
}

func reload(t testing.TB, l *live.Live) {
	t.Helper()
	must(t, l.Reload(t.Context()))
}

var today, _ = calendar.Parse("2026-03-01")

// ask puts a case of which nothing is known through a model, and returns what the answer shows of the editions that it
// was made from: the title of the next step, which the model says, and what it lacks, which is the title of a fact of the vocabulary.
func ask(t testing.TB, set *interpreter.Set, id string) string {
	t.Helper()
	answer, err := answerOf(set, id)
	must(t, err)
	return answer
}

func answerOf(set *interpreter.Set, id string) (string, error) {
	return answerOfVersion(set, id, "")
}

// answerOfVersion is answerOf for one version.
func answerOfVersion(set *interpreter.Set, id, version string) (string, error) {
	c := interpreter.NewCase("fall")
	if id == "faros" {
		c.Set("arbetsformaga_nedsatt", true)
	}
	var faults diag.List
	d := set.Decide(c, interpreter.Query{Model: id, Version: version, Today: today, Lang: lang.SV}, &faults)
	if d == nil {
		return "", fmt.Errorf("no answer: %s", text(faults))
	}
	if len(d.Next) == 0 || len(d.Next[0].Unmet) == 0 {
		return "", fmt.Errorf("an answer without a step, or with one that lacks nothing: %+v", d)
	}
	return d.Next[0].Title + ", " + d.Next[0].Unmet[0].Title, nil
}

// whole is what ask returns for the edition n of a model that uses the vocabulary.
func whole(n int) string { return fmt.Sprintf("Första mötet %d, Läget %d", n, n) }

// single is what ask returns for the edition n of a model that is alone.
func single(n int) string { return fmt.Sprintf("Enda steget %d, Klart %d", n, n) }

func wantAnswer(t testing.TB, l *live.Live, id, want string) {
	t.Helper()
	if got := ask(t, l.Current(), id); got != want {
		t.Errorf("%s answers %q, want %q", id, got, want)
	}
}

// patience is how long to wait for what is promised within a time. The long run holds to the promise; elsewhere the
// machine may be busy with other tests.
func patience(promised time.Duration) time.Duration {
	if soak {
		return promised
	}
	return max(promised, 30*time.Second)
}

// eventually waits until what holds, for at most the time that is promised.
func eventually(t testing.TB, promised time.Duration, what string, holds func() bool) {
	t.Helper()
	longest := patience(promised)
	for end := time.Now().Add(longest); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", longest, what)
		}
	}
}

func answers(l *live.Live, id, want string) func() bool {
	return func() bool {
		got, err := answerOf(l.Current(), id)
		return err == nil && got == want
	}
}

// status returns the status of one version of a model, the zero one where there is none.
func status(l *live.Live, id, version string) live.ModelStatus {
	for _, m := range l.Status().Models {
		if m.Key == (live.Key{Model: id, Version: version}) {
			return m
		}
	}
	return live.ModelStatus{}
}

// codes returns the codes of faults, joined.
func codes(faults diag.List) string {
	var out []string
	for _, d := range faults {
		if d.Severity == diag.Error {
			out = append(out, d.Code)
		}
	}
	return strings.Join(out, " ")
}

// only tells whether no error has another code.
func only(faults diag.List, code string) bool {
	return !slices.ContainsFunc(faults, func(d *diag.Diagnostic) bool { return d.Severity == diag.Error && d.Code != code })
}

func text(faults diag.List) string {
	var b bytes.Buffer
	faults.WriteText(&b, diag.TextOptions{Lang: lang.EN})
	return b.String()
}

// logged is a logger and what it was told.
type logged struct{ casetest.Output }

func (l *logged) logger() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Output: l, Level: hclog.Debug, DisableTime: true})
}

// wantLine wants the log to have so many lines that begin like this.
func wantLine(t testing.TB, log *logged, line string, times int) {
	t.Helper()
	if n := strings.Count("\n"+log.String(), "\n"+line); n != times {
		t.Errorf("the log has %d lines %q, want %d:\n%s", n, line, times, log)
	}
}
