package live_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

func TestReloadValidInvalidValid_FAULTS1(t *testing.T) {
	f := pair(t)
	f.write("bredvid.toml", alone("bredvid", "1", 1))
	l := f.open()
	first := status(l, "liten", "1")
	if !first.OK() || !l.Status().OK || l.Snapshot().Generation != 1 {
		t.Fatalf("after opening: %+v", l.Status())
	}

	f.write("liten.toml", broken("liten", 1))
	f.write("bredvid.toml", alone("bredvid", "1", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))
	wantAnswer(t, l, "bredvid", single(2))
	m := status(l, "liten", "1")
	if m.OK() || m.Hash != first.Hash || m.Since != first.Since || codes(m.Faults) != "rule-unknown-name" {
		t.Errorf("a model with a fault: %+v\n%s", m, text(m.Faults))
	}
	if m := status(l, "bredvid", "1"); !m.OK() || l.Status().OK {
		t.Errorf("the model beside it: %+v", m)
	}

	f.write("liten.toml", "[model\nid = ")
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))
	if m := status(l, "liten", "1"); m.OK() || m.Hash != first.Hash {
		t.Errorf("a model that is no TOML: %+v", m)
	}

	f.write("ord.toml", vocabulary(3))
	f.write("liten.toml", model("liten", 3))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(3))
	if m := status(l, "liten", "1"); !m.OK() || m.Hash == first.Hash || !l.Status().OK {
		t.Errorf("the next good save does not heal it: %+v", m)
	}
}

func TestBrokenVocabularyKeepsTheModelsThatUseIt(t *testing.T) {
	f := pair(t)
	f.write("tva.toml", model("tva", 1))
	f.write("bredvid.toml", alone("bredvid", "1", 1))
	l := f.open()

	f.write("ord.toml", strings.Replace(vocabulary(2), `"enum"`, `"enmu"`, 1))
	f.write("liten.toml", model("liten", 2))
	f.write("bredvid.toml", alone("bredvid", "1", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))
	wantAnswer(t, l, "tva", whole(1))
	wantAnswer(t, l, "bredvid", single(2))
	for _, id := range []string{"liten", "tva"} {
		if m := status(l, id, "1"); m.OK() || !strings.Contains(text(m.Faults), "ord.toml") {
			t.Errorf("%s: %+v", id, m)
		}
	}

	f.write("ord.toml", vocabulary(2))
	f.write("tva.toml", model("tva", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(2))
	wantAnswer(t, l, "tva", whole(2))
	if s := l.Status(); !s.OK {
		t.Errorf("%+v\n%s", s, text(s.Faults))
	}
}

// Translations that cannot be read do not tell whose they are; the model would load without them.
func TestBrokenTranslationsKeepTheModel(t *testing.T) {
	f := newFolder(t)
	f.write("lang.toml", long(1))
	f.write("lang.en.toml", texts(1))
	l := f.open()
	for _, bad := range []string{"[texts]\nof = \"lan", "hej", "[texts]\nof = \"lang\"\nlang = \"en\"\n[stepp]\n"} {
		f.write("lang.en.toml", bad) // first: the texts of before would go with the model of after
		f.write("lang.toml", long(2))
		reload(t, l)
		if m := status(l, "lang", "1"); m.OK() || l.Snapshot().Generation != 1 || !strings.Contains(text(m.Faults), "lang.en.toml") {
			t.Errorf("with %q: %+v\n%s", bad, m, text(m.Faults))
		}
	}
	f.write("lang.en.toml", texts(2))
	reload(t, l)
	if s := l.Status(); !s.OK || s.Generation != 2 {
		t.Errorf("%+v\n%s", s, text(s.Faults))
	}
}

// A kept model and a new one may not mean different things by one fact.
func TestNewModelThatContradictsAKeptOneIsKeptBack(t *testing.T) {
	f := pair(t)
	f.write("tva.toml", model("tva", 1))
	l := f.open()

	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	f.write("tva.toml", broken("tva", 2))
	reload(t, l)
	wantAnswer(t, l, "tva", whole(1))
	wantAnswer(t, l, "liten", whole(1))
	m := status(l, "liten", "1")
	if codes(m.Faults) != "live-fact-conflict" {
		t.Fatalf("%+v\n%s", m, text(m.Faults))
	}
	want := f.path("ord.toml") + ":15:10: error: the fact `lage` has another type or other values in the model `tva`, version `1`, whose earlier text is still live because its new one cannot go live [live-fact-conflict]\n" +
		"  15 | id     = \"lage\"\n" +
		"     |          ^^^^^^\n" +
		"     = hint: Mend that model first. Then both can go live together.\n" +
		"     : " + f.path("ord.toml") + ":15:10: so it stands in the text of `tva`, version `1`, that is live\n" +
		"  15 | id     = \"lage\"\n" +
		"     |          ^^^^^^\n"
	if got := text(m.Faults); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}

	f.write("tva.toml", model("tva", 2))
	reload(t, l)
	wantAnswer(t, l, "tva", whole(2))
	wantAnswer(t, l, "liten", whole(2))
	if s := l.Status(); !s.OK {
		t.Errorf("%+v", s)
	}
}

func TestModelWhoseTestsFailIsKept(t *testing.T) {
	f := pair(t)
	f.write("bredvid.toml", alone("bredvid", "1", 1))
	cfg := f.quick()
	var failing atomic.Value // the title of models whose tests fail; the watcher reads it too
	failing.Store("")
	cfg.Tests = func(read *dsl.Set, candidate *interpreter.Set) map[live.Key]diag.List {
		failures := map[live.Key]diag.List{}
		for _, m := range read.Models {
			if m.Title.SV == failing.Load() {
				var faults diag.List
				faults.Error(m.Span, "test-case", nil)
				failures[live.Key{Model: m.ID, Version: m.Version}] = faults
			}
		}
		if candidate.Versions("bredvid") == nil || candidate.Versions("liten") == nil {
			t.Error("the candidate set lacks a model")
		}
		return failures
	}
	l := open(t, cfg)
	failing.Store("Modell 2")
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	f.write("bredvid.toml", alone("bredvid", "1", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))
	wantAnswer(t, l, "bredvid", single(2))
	if m := status(l, "liten", "1"); codes(m.Faults) != "test-case" {
		t.Errorf("%+v", m)
	}
	failing.Store("")
	f.write("liten.toml", model("liten", 2)+"\n")
	reload(t, l)
	wantAnswer(t, l, "liten", whole(2))
	if !l.Status().OK {
		t.Errorf("%+v", l.Status())
	}
}

// Tests are run against a set that could go live, and what fails them may leave others that cannot.
func TestModelIsKeptBackBesideOneWhoseTestsFail(t *testing.T) {
	f := pair(t)
	f.write("tva.toml", model("tva", 1))
	cfg := f.quick()
	var fails atomic.Bool // the watcher reads it too
	cfg.Tests = func(_ *dsl.Set, candidate *interpreter.Set) map[live.Key]diag.List {
		if a, b := ask(t, candidate, "liten"), ask(t, candidate, "tva"); a != b {
			t.Errorf("the tests are given a set that contradicts itself: %q and %q", a, b)
		}
		if !fails.Load() {
			return nil
		}
		var faults diag.List
		faults.Error(diag.Span{}, "test-case", nil)
		return map[live.Key]diag.List{{Model: "tva", Version: "1"}: faults}
	}
	l := open(t, cfg)
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	f.write("tva.toml", broken("tva", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))

	fails.Store(true)
	f.write("tva.toml", model("tva", 2))
	reload(t, l)
	wantAnswer(t, l, "tva", whole(1))
	wantAnswer(t, l, "liten", whole(1))
	if m := status(l, "liten", "1"); codes(m.Faults) != "live-fact-conflict" {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}

	fails.Store(false)
	f.write("tva.toml", model("tva", 2)+"\n")
	reload(t, l)
	wantAnswer(t, l, "tva", whole(2))
	wantAnswer(t, l, "liten", whole(2))
}

// The tests of a model can turn bad without a change of the model: it stays, and the status says so.
func TestModelThatIsLiveStaysWhenItsTestsTurnBad(t *testing.T) {
	f := pair(t)
	cfg := f.quick()
	var bad atomic.Bool // the watcher reads it too
	cfg.Tests = func(read *dsl.Set, _ *interpreter.Set) map[live.Key]diag.List {
		if !bad.Load() {
			return nil
		}
		var faults diag.List
		faults.Error(diag.Span{}, "test-case", nil)
		return map[live.Key]diag.List{{Model: "liten", Version: "1"}: faults}
	}
	l := open(t, cfg)
	bad.Store(true)
	f.write("liten_test.toml", "[test]\nof = \"liten\"\n")
	reload(t, l)
	m := status(l, "liten", "1")
	if m.OK() || m.Hash == "" || l.Snapshot().Generation != 1 {
		t.Errorf("%+v", m)
	}
}

func TestVersionChangedInPlaceTakesThePlaceOfTheOld(t *testing.T) {
	f := newFolder(t)
	f.write("a.toml", alone("a", "1", 1))
	l := f.open()

	f.write("a.toml", strings.Replace(alone("a", "2", 2), `"bool"`, `"bol"`, 1))
	reload(t, l)
	wantAnswer(t, l, "a", single(1))
	if m := status(l, "a", "1"); m.OK() || m.Hash == "" {
		t.Errorf("the version that is live while the new one has faults: %+v", m)
	}

	f.write("a.toml", alone("a", "2", 2))
	reload(t, l)
	wantAnswer(t, l, "a", single(2))
	if n := len(l.Current().Versions("a")); n != 1 {
		t.Errorf("%d versions are live, want 1", n)
	}

	f.write("a1.toml", alone("a", "1", 1))
	reload(t, l)
	if n := len(l.Current().Versions("a")); n != 2 {
		t.Errorf("with both files %d versions are live, want 2", n)
	}
}

func TestTwoFilesOfOneVersionKeepWhatIsLive(t *testing.T) {
	f := newFolder(t)
	f.write("a.toml", alone("a", "1", 1))
	l := f.open()
	f.write("kopia.toml", alone("a", "1", 2))
	reload(t, l)
	wantAnswer(t, l, "a", single(1))
	if m := status(l, "a", "1"); m.OK() || m.Hash == "" {
		t.Errorf("%+v", m)
	}
	f.remove("kopia.toml")
	reload(t, l)
	if m := status(l, "a", "1"); !m.OK() {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
}

func TestUnchangedModelIsNotCompiledAgain(t *testing.T) {
	f := pair(t)
	f.write("bredvid.toml", alone("bredvid", "1", 1))
	l := f.open()
	program := l.Current().Versions("liten")[0]
	f.write("bredvid.toml", alone("bredvid", "1", 2))
	reload(t, l)
	wantAnswer(t, l, "bredvid", single(2))
	if l.Current().Versions("liten")[0] != program {
		t.Error("a model was compiled again though nothing in it changed")
	}
}

func TestTouchedFileChangesNothing(t *testing.T) {
	f := pair(t)
	l := f.open()
	before := l.Snapshot()
	f.rename("liten.toml", model("liten", 1))
	reload(t, l)
	if after := l.Snapshot(); after != before {
		t.Errorf("generation %d became %d", before.Generation, after.Generation)
	}
}

func TestOpenServesTheGoodModelsBesideBadOnes(t *testing.T) {
	f := pair(t)
	f.write("dalig.toml", broken("dalig", 1))
	l := f.open()
	wantAnswer(t, l, "liten", whole(1))
	if m := status(l, "dalig", "1"); m.OK() || m.Hash != "" || m.File != "dalig.toml" || len(m.Faults) == 0 {
		t.Errorf("%+v", m)
	}
	if l.Current().Versions("dalig") != nil {
		t.Error("a broken model is live")
	}
}

func TestOpenWithoutAnyGoodModelFailsAndNamesTheFaults(t *testing.T) {
	for name, c := range map[string]struct {
		file, text, want string
	}{
		"broken":  {"liten.toml", "[model]\nid = \"x\"\n", "liten.toml:1:"},
		"nothing": {"las.txt", "hej", "live-no-model"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write(c.file, c.text)
			l, err := live.Open(f.quick())
			var none *live.NoModelError
			if !errors.As(err, &none) {
				t.Fatalf("Open gave %v, %v", l, err)
			}
			if !strings.Contains(err.Error(), c.want) || !none.Faults.HasErrors() {
				t.Errorf("the error says %q\n%s", err, text(none.Faults))
			}
		})
	}
	t.Run("no folder", func(t *testing.T) {
		f := newFolder(t)
		f.dir += "/saknas"
		_, err := live.Open(f.quick())
		var none *live.NoModelError
		if !errors.As(err, &none) || codes(none.Faults) != "no-folder" {
			t.Errorf("Open gave %v", err)
		}
	})
}

// The one that is kept has the fact as a choice between values, the new one as yes or no.
func TestFactOfAnotherKindThanInAKeptModelIsRefused(t *testing.T) {
	f := newFolder(t)
	f.write("a.toml", alone("a", "1", 1))
	f.write("b.toml", alone("b", "1", 1))
	l := f.open()
	f.write("a.toml", "[model]\nid = \"a\"\n")
	f.write("b.toml", strings.NewReplacer("when  = \"klar_b\"", "when  = \"happened(klar_a)\"", "klar_b\"", "klar_a\"", "\"bool\"", "\"event\"", "[\"klar_b\"]", "[\"happened(klar_a)\"]").Replace(alone("b", "1", 2)))
	reload(t, l)
	wantAnswer(t, l, "a", single(1))
	wantAnswer(t, l, "b", single(1))
	if m := status(l, "b", "1"); codes(m.Faults) != "live-fact-conflict" {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
}

func TestReloadEndsWithItsContext(t *testing.T) {
	f := pair(t)
	l := f.open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Reload(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Reload gave %v", err)
	}
}

func TestCloseEndsReloads(t *testing.T) {
	f := pair(t)
	l := f.open()
	l.Close()
	l.Close()
	if err := l.Reload(t.Context()); !errors.Is(err, live.ErrClosed) {
		t.Errorf("Reload after Close gave %v", err)
	}
	wantAnswer(t, l, "liten", whole(1))
}
