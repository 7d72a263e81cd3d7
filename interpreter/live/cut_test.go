package live_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/interpreter/live"
)

// long is a model of several tables, most of which it could do without: a file that is cut off between two of them is
// a model too.
func long(n int) string {
	var b strings.Builder
	b.WriteString(strings.Replace(alone("lang", "1", n), "[[outcome]]", "[[stage]]\nid    = \"fas\"\ntitle = \"Fas\"\n\n[[step]]\nid    = \"i_fas\"\ntitle = \"I fasen\"\nkind  = \"mote\"\nactor = \"af\"\nstage = \"fas\"\ndone  = [\"klar_lang\"]\n\n[[outcome]]", 1))
	for i := range 3 {
		fmt.Fprintf(&b, "\n[[outcome]]\nid    = \"slut_%d\"\ntitle = \"Slut %d\"\nwhen  = \"klar_lang and %d > 0\"\nto    = [\"af\"]\n", i, i, i)
	}
	b.WriteString("\n[[note]]\nid   = \"sist\"\ntext = \"\"\"\nEn text\n[inte en tabell]\növer flera rader\n\"\"\"\n\n[[capacity]]\nrole  = \"handlaggare\"\nactor = \"af\"\ncases = 30\n")
	return b.String()
}

func TestFileCutOffAtAnyByteIsNeverLive_FAULTS2(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		files map[string]string
		next  string // what is being written when it is cut off
	}{
		"the text that is live":     {"lang.toml", map[string]string{"lang.toml": long(1)}, long(1)},
		"a new text":                {"lang.toml", map[string]string{"lang.toml": long(1)}, long(2)},
		"a new text with new steps": {"lang.toml", map[string]string{"lang.toml": long(1)}, strings.Replace(long(2), "[[stage]]", "[[step]]\nid    = \"ny\"\ntitle = \"Nytt\"\nkind  = \"mote\"\nactor = \"af\"\ndone  = [\"klar_lang\"]\n\n[[stage]]", 1)},
		"a vocabulary":              {"ord.toml", map[string]string{"ord.toml": vocabulary(1) + words, "liten.toml": model("liten", 1)}, vocabulary(1) + words},
		"an overlay":                {"lag.toml", map[string]string{"ord.toml": vocabulary(1), "liten.toml": model("liten", 1), "lag.toml": law(1, "")}, law(1, "")},
		"a new overlay":             {"lag.toml", map[string]string{"ord.toml": vocabulary(1), "liten.toml": model("liten", 1), "lag.toml": law(1, "")}, law(2, "")},
		"translations":              {"lang.en.toml", map[string]string{"lang.toml": long(1), "lang.en.toml": texts(1)}, texts(2)},
	} {
		for save, by := range map[string]func(folder, string, string){"in place": folder.write, "by rename": folder.rename} {
			t.Run(name+" "+save, func(t *testing.T) {
				t.Parallel()
				f := newFolder(t)
				for file, text := range c.files {
					f.write(file, text)
				}
				l := open(t, f.asked())
				if !l.Status().OK {
					t.Fatal(text(l.Status().Faults))
				}
				before := l.Current().Programs()[0]
				complete := len(strings.TrimRight(c.next, "\n"))
				for n := range complete {
					by(f, c.file, c.next[:n])
					reload(t, l)
					if now := l.Current().Programs(); len(now) != 1 || now[0] != before {
						t.Fatalf("%d of %d bytes went live:\n%s", n, len(c.next), c.next[:n])
					}
				}
				by(f, c.file, c.next)
				reload(t, l)
				if s := l.Status(); !s.OK || c.next != c.files[c.file] && s.Generation != 2 {
					t.Errorf("the whole file is not live: %+v\n%s", s, text(s.Faults))
				}
			})
		}
	}
}

// words are tables that no model needs.
const words = `
[[actor]]
id    = "fk"
title = "Försäkringskassan"

[[kind]]
id    = "samtal"
title = "Samtal"
`

func texts(n int) string {
	return fmt.Sprintf(`[texts]
of   = "lang"
lang = "en"

[model]
title = "Alone %d"

[step.enda]
title = "The only step"

[outcome.slut]
title = "End"

[outcome.slut_0]
title = "End"
`, n)
}

func TestEndThatWasDeletedGoesLiveAfterTheHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("lang.toml", long(1))
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		shorter, _, _ := strings.Cut(long(1), "[[capacity]]")
		f.write("lang.toml", shorter)
		time.Sleep(9 * time.Second)
		m := status(l, "lang", "1")
		if m.OK() || l.Snapshot().Generation != 1 {
			t.Fatalf("it went live before the hold: %+v", m)
		}
		if left := time.Until(m.Until); left <= 0 || left > 3*time.Second {
			t.Errorf("it is to go live in %s", left)
		}
		want := f.path("lang.toml") + ":70:4: error: the file ends here, where the text that is live goes on; it may be cut off [live-looks-cut]\n"
		if got := text(m.Faults); !strings.HasPrefix(got, want) {
			t.Errorf("it says\n%s\nwant\n%s", got, want)
		}
		time.Sleep(4 * time.Second)
		if m := status(l, "lang", "1"); !m.OK() || l.Snapshot().Generation != 2 || len(l.Current().Programs()[0].Model().Capacities) != 0 {
			t.Errorf("it did not go live after the hold: %+v\n%s", m, text(m.Faults))
		}
	})
}

func TestHoldCountsFromTheLastChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("lang.toml", long(1))
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		full := long(1)
		from := strings.Index(full, "[[outcome]]\nid    = \"slut_0\"")
		for n := from; n < len(full)-1; n += 40 { // a slow upload
			f.write("lang.toml", full[:n])
			time.Sleep(8 * time.Second)
			if l.Snapshot().Generation != 1 {
				t.Fatalf("the upload went live at byte %d of %d", n, len(full))
			}
		}
		f.write("lang.toml", full)
		time.Sleep(3 * time.Second)
		if !l.Status().OK || l.Snapshot().Generation != 1 {
			t.Errorf("%+v", l.Status())
		}
	})
}

func TestModelWhoseFileIsGoneIsRemovedAfterTheHold_FAULTS12(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pair(t)
		f.write("a.toml", alone("a", "1", 1))
		f.write("a2.toml", alone("a", "2", 2))
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		pinned := l.Snapshot()

		f.remove("a.toml")
		time.Sleep(9 * time.Second)
		if m := status(l, "a", "1"); m.Hash == "" || codes(m.Faults) != "live-model-gone" {
			t.Fatalf("a file that has just gone: %+v", m)
		}
		time.Sleep(5 * time.Second)
		if m := status(l, "a", "1"); m.Hash != "" || len(l.Current().Versions("a")) != 1 || !l.Status().OK {
			t.Fatalf("a file that has long been gone: %+v", m)
		}
		// Whoever asks for the version that is gone is told so, and never gets another; a snapshot keeps it.
		if _, err := answerOfVersion(l.Current(), "a", "1"); err == nil || !strings.Contains(err.Error(), "query-unknown-version") {
			t.Errorf("asked for a version that is gone: %v", err)
		}
		if got, err := answerOfVersion(pinned.Set, "a", "1"); err != nil || got != single(1) {
			t.Errorf("the snapshot answers %q, %v", got, err)
		}

		f.write("a.toml", alone("a", "1", 3))
		time.Sleep(3 * time.Second)
		if got, err := answerOfVersion(l.Current(), "a", "1"); err != nil || got != single(3) {
			t.Errorf("when it is back it answers %q, %v", got, err)
		}
	})
}

func TestFolderWithoutModelsKeepsWhatIsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pair(t)
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		f.remove("liten.toml")
		f.remove("ord.toml")
		time.Sleep(time.Minute)
		wantAnswer(t, l, "liten", whole(1))
		if m := status(l, "liten", "1"); codes(m.Faults) != "live-no-model-left" {
			t.Errorf("%+v\n%s", m, text(m.Faults))
		}
	})
}

// A file that does not tell whose it is may be the one that is missed.
func TestModelThatMayBeInAnUnreadableFileIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pair(t)
		f.write("a.toml", alone("a", "1", 1))
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		f.remove("a.toml")
		f.write("b.toml", "[modell]\nid = \"a\"\n")
		time.Sleep(time.Minute)
		wantAnswer(t, l, "a", single(1))
		if m := status(l, "a", "1"); codes(m.Faults) != "live-model-unsure" {
			t.Errorf("%+v\n%s", m, text(m.Faults))
		}
		f.remove("b.toml")
		time.Sleep(time.Minute)
		if len(l.Current().Versions("a")) != 0 {
			t.Error("it is still live")
		}
	})
}

func TestRenamedFileGoesOnAtOnce(t *testing.T) {
	f := pair(t)
	f.write("a.toml", alone("a", "1", 1))
	l := f.open()
	f.remove("a.toml")
	f.write("b.toml", alone("a", "1", 2))
	f.remove("ord.toml")
	f.write("ordlista.toml", vocabulary(1))
	reload(t, l)
	wantAnswer(t, l, "a", single(2))
	wantAnswer(t, l, "liten", whole(1))
	if s := l.Status(); !s.OK {
		t.Errorf("%+v\n%s", s, text(s.Faults))
	}
}

func TestLooksCut(t *testing.T) {
	const a = "[model]\nid = \"m\"\nversion = \"1\"\n\n[[step]]\nid = \"x\"\ndone = [\"p\"]\n\n[[step]]\nid = \"y\"\ndone = [\"q\"]\n"
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"the same":                       {a, false},
		"without the last line break":    {a[:len(a)-1], false},
		"with a comment at the end":      {a + "# slut\n", false},
		"with more at the end":           {a + "\n[[step]]\nid = \"z\"\n", false},
		"empty":                          {"", true},
		"comments alone":                 {"# hej\n", true},
		"without the last table":         {a[:strings.Index(a, "[[step]]\nid = \"y\"")], true},
		"without the last line":          {strings.TrimSuffix(a, "done = [\"q\"]\n"), true},
		"with half of the last line":     {a[:len(a)-4], true},
		"changed, without the last":      {strings.Replace(a[:strings.Index(a, "[[step]]\nid = \"y\"")], `"p"`, `"r"`, 1), true},
		"without a table in the middle":  {strings.Replace(a, "[[step]]\nid = \"x\"\ndone = [\"p\"]\n\n", "", 1), false},
		"with the last two changed over": {a[:strings.Index(a, "[[step]]\nid = \"x\"")] + "[[step]]\nid = \"y\"\ndone = [\"q\"]\n\n[[step]]\nid = \"x\"\ndone = [\"p\"]\n", false},
		"with another last table":        {strings.Replace(a, `"y"`, `"z"`, 1), false},
		"with another last line":         {strings.Replace(a, `"q"`, `"other"`, 1), false},
		"with a longer last line":        {strings.Replace(a, `["q"]`, `["q", "r"]`, 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := live.LooksCut(a, c.text); got != c.want {
				t.Errorf("looks cut: %v, want %v\n%s", got, c.want, c.text)
			}
		})
	}
}

// Whatever the files are, a text never looks cut beside itself, and its start does as soon as it ends within a table
// that the whole names.
func TestLooksCutHoldsForAnyText(t *testing.T) {
	line := rapid.SampledFrom([]string{"[model]", "[[step]]", "id = \"a\"", "id = \"b\"", "done = [", "\"x\",", "]", "# note", "", "  role = 'r'", "a = 1"})
	rapid.Check(t, func(t *rapid.T) {
		full := strings.Join(rapid.SliceOf(line).Draw(t, "lines"), "\n")
		if live.LooksCut(full, full) {
			t.Fatal("a text looks cut beside itself")
		}
		n := rapid.IntRange(0, len(full)).Draw(t, "n")
		live.LooksCut(full, full[:n])
		live.LooksCut(full[:n], full)
	})
}

func FuzzLooksCut(f *testing.F) {
	f.Add(long(1), long(2))
	f.Add("", "[")
	f.Fuzz(func(t *testing.T, a, b string) {
		if live.LooksCut(a, a) {
			t.Errorf("a text looks cut beside itself: %q", a)
		}
		live.LooksCut(a, b)
	})
}
