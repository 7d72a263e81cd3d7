package live_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/interpreter/live"
	"github.com/stegvis/stegvis/workflows"
)

// faros is the edition n of the shipped model: the title of its first step tells it, and so does that of the fact
// that the step waits for.
func faros(t testing.TB, n int) string {
	t.Helper()
	data, err := fs.ReadFile(workflows.FS, "faros.toml")
	must(t, err)
	text := string(data)
	for _, mark := range []struct{ table, key, value string }{
		{"[[step]]", "title", fmt.Sprintf("Första mötet %d", n)},
		{"[[fact]]", "title", fmt.Sprintf("Läget %d", n)},
	} {
		from := strings.Index(text, mark.table)
		from += strings.Index(text[from:], "\n"+mark.key) + 1
		to := from + strings.Index(text[from:], "\n")
		text = text[:from] + fmt.Sprintf("%s = %q", mark.key, mark.value) + text[to:]
	}
	return text
}

// bad tells which editions are broken: a third of them, saved in every way.
func bad(n int) bool { return n/3%3 == 0 && n > 2 }

// spoilt is the edition n with one of several faults.
func spoilt(t testing.TB, n int) string {
	text := faros(t, n)
	switch n / 3 % 4 {
	case 0:
		return text[:len(text)/2] // cut off
	case 1:
		return strings.Replace(text, "\n[[step]]", "\n[[step]", 1) // no TOML
	case 2:
		return strings.Replace(text, "actor", "actr", 1) // an unknown key
	}
	at := strings.LastIndex(text, " and ") + 1
	return text[:at] + "&& " + text[at+len("and "):] // a fault in a rule
}

// While a loop rewrites the shipped model, a third of the editions broken, callers get answers of whole good editions
// only, and never an older one than was there when they began to ask.
func TestSoakReloads_FAULTS9(t *testing.T) {
	reloads, callers := 1000, 1
	switch {
	case soak:
		reloads, callers = 10_000, 2
	case raced:
		reloads = 100
	}
	f := newFolder(t)
	for _, name := range []string{"vocabulary.toml", "vocabulary.en.toml", "faros.en.toml"} {
		data, err := fs.ReadFile(workflows.FS, name)
		must(t, err)
		f.write(name, string(data))
	}
	f.write("faros.toml", faros(t, 1))
	cfg := f.quick()
	cfg.StateDir = t.TempDir()
	l := open(t, cfg)
	wantAnswer(t, l, "faros", whole(1))

	var newest atomic.Int64 // the edition that every answer must have, or a later one
	newest.Store(1)
	c := call(t, l, "faros", callers, newest.Load, func(answer string, since int64) string {
		n, ok := edition(answer)
		switch {
		case !ok:
			return "mixed"
		case n < since:
			return fmt.Sprintf("stale, after edition %d", since)
		case bad(int(n)):
			return "broken"
		}
		return ""
	})

	saves := []func(name, text string){f.write, f.rename, f.relink}
	last := 1
	for n := 2; n <= reloads+1; n++ {
		save := saves[n%len(saves)]
		if bad(n) {
			save("faros.toml", spoilt(t, n))
			reload(t, l)
			if m := status(l, "faros", "1"); m.OK() {
				t.Fatalf("edition %d is broken and nothing is said of it", n)
			}
			wantAnswer(t, l, "faros", whole(last))
			continue
		}
		save("faros.toml", faros(t, n))
		reload(t, l)
		if got := ask(t, l.Current(), "faros"); got != whole(n) {
			t.Fatalf("edition %d is saved and read, and the answer is %q\n%s", n, got, text(status(l, "faros", "1").Faults))
		}
		last = n
		newest.Store(int64(n))
	}
	c.end()
	t.Logf("%d reloads, %d answers, the slowest took %s", reloads, c.asked.Load(), time.Duration(c.slowest.Load()).Round(time.Microsecond))

	l.Close()
	f.write("faros.toml", spoilt(t, 3))
	again := open(t, cfg)
	wantAnswer(t, again, "faros", whole(last))
	if m := status(again, "faros", "1"); !m.Saved {
		t.Errorf("after a restart on a broken file: %+v", m)
	}
}

// relink saves a file as a link to a new one: the link is replaced.
func (f folder) relink(name, text string) {
	f.t.Helper()
	below, err := os.MkdirTemp(f.dir, "..")
	must(f.t, err)
	must(f.t, os.WriteFile(below+"/"+name, []byte(text), 0o644))
	old, _ := os.Readlink(f.path(name))
	must(f.t, os.Symlink(below[len(f.dir)+1:]+"/"+name, f.path(name+".ny")))
	must(f.t, os.Rename(f.path(name+".ny"), f.path(name)))
	if old != "" {
		must(f.t, os.RemoveAll(f.path(old[:len(old)-len(name)-1])))
	}
}

// The same without forcing anything: what the files end with is what is live, however they were saved.
func TestSoakEvents_FAULTS9(t *testing.T) {
	f := pair(t)
	cfg := f.slow()
	cfg.Debounce, cfg.LongestWait = 2*time.Millisecond, 20*time.Millisecond
	l := open(t, cfg)
	c := callForWhole(t, l, 1)
	rounds := 200
	if soak {
		rounds = 3000
	}
	saves := []func(name, text string){f.write, f.rename, f.relink}
	seen := live.Snapshot{}
	for n := 2; n <= rounds; n++ {
		saves[n%3]("ord.toml", vocabulary(n))
		if n%3 == 0 {
			saves[n/3%3]("liten.toml", broken("liten", n))
			continue
		}
		saves[n/3%3]("liten.toml", model("liten", n))
		eventually(t, 5*time.Second, fmt.Sprintf("edition %d is live", n), answers(l, "liten", whole(n)))
		if now := l.Snapshot(); now.Generation <= seen.Generation || now.Set == seen.Set {
			t.Fatalf("generation %d after %d", now.Generation, seen.Generation)
		}
		seen = l.Snapshot()
	}
	c.end()
}
