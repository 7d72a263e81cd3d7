package live_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/interpreter/live"
)

// slow is the configuration that services run with, but for the rescans: events alone must do.
func (f folder) slow() live.Config { return live.Config{Dir: f.dir, Rescan: time.Hour} }

func TestEverySaveIsOneReloadWithinTwoSeconds_FAULTS3(t *testing.T) {
	vim := func(settings string) func(folder) {
		return func(f folder) {
			editor, err := exec.LookPath("vim")
			if err != nil {
				f.t.Fatal("this test needs vim: ", err)
			}
			for _, name := range []string{"ord.toml", "liten.toml"} {
				cmd := exec.Command(editor, "-N", "-es", "-u", "NONE", "-i", "NONE",
					"-c", "set "+settings, "-c", `%s/1\>/2/ge`, "-c", "%s/version *= \"2\"/version = \"1\"/e", "-c", "wq", f.path(name))
				if out, err := cmd.CombinedOutput(); err != nil {
					f.t.Fatalf("vim: %v\n%s", err, out)
				}
			}
		}
	}
	for name, save := range map[string]func(folder){
		"in place": func(f folder) {
			f.write("ord.toml", vocabulary(2))
			f.write("liten.toml", model("liten", 2))
		},
		"by rename": func(f folder) {
			f.rename("ord.toml", vocabulary(2))
			f.rename("liten.toml", model("liten", 2))
		},
		"by removing and writing anew": func(f folder) {
			f.remove("liten.toml")
			f.write("ord.toml", vocabulary(2))
			f.write("liten.toml", model("liten", 2))
		},
		"in pieces": func(f folder) {
			f.write("ord.toml", vocabulary(2))
			file, err := os.Create(f.path("liten.toml"))
			must(f.t, err)
			defer file.Close()
			for text := model("liten", 2); text != ""; text = text[min(len(text), 100):] {
				_, err := file.WriteString(text[:min(len(text), 100)])
				must(f.t, err)
				time.Sleep(20 * time.Millisecond)
			}
		},
		"by vim, renaming the old":  vim("nobackup writebackup backupcopy=no"),
		"by vim, copying the old":   vim("nobackup writebackup backupcopy=yes"),
		"by vim, keeping a backup":  vim("backup writebackup backupcopy=auto swapfile"),
		"by vim, without a second":  vim("nobackup nowritebackup noswapfile"),
		"by vim, with its defaults": vim("all&"),
	} {
		t.Run(name, func(t *testing.T) {
			f := pair(t)
			l := open(t, f.slow())
			save(f)
			eventually(t, 2*time.Second, "the save is live", answers(l, "liten", whole(2)))
			time.Sleep(300 * time.Millisecond)
			if s := l.Status(); s.Generation != 2 || !s.OK || s.Watching != live.Events {
				t.Errorf("generation %d, want 2; %+v\n%s", s.Generation, s, text(s.Faults))
			}
		})
	}
	t.Run("by swapping ..data", func(t *testing.T) {
		f := newFolder(t)
		mount := newMount(f, 1)
		l := open(t, f.slow())
		mount.swap(2)
		eventually(t, 2*time.Second, "the swap is live", answers(l, "liten", whole(2)))
		time.Sleep(300 * time.Millisecond)
		if s := l.Status(); s.Generation != 2 || !s.OK {
			t.Errorf("generation %d, want 2; %+v\n%s", s.Generation, s, text(s.Faults))
		}
	})
	t.Run("in the folder that ..data leads to", func(t *testing.T) {
		f := newFolder(t)
		newMount(f, 1)
		l := open(t, f.slow())
		must(t, os.WriteFile(f.path("..1/ord.toml"), []byte(vocabulary(2)), 0o644))
		must(t, os.WriteFile(f.path("..1/liten.toml"), []byte(model("liten", 2)), 0o644))
		eventually(t, 2*time.Second, "the save is live", answers(l, "liten", whole(2)))
	})
	for name, below := range map[string]string{"by swapping a link to the folder": "", "by swapping a link above the folder": "regler/faros"} {
		t.Run(name, func(t *testing.T) {
			at := t.TempDir()
			for n := 1; n <= 3; n++ {
				f := folder{t, filepath.Join(at, "utgavor", fmt.Sprint(n), below)}
				must(t, os.MkdirAll(f.dir, 0o755))
				f.write("ord.toml", vocabulary(n))
				f.write("liten.toml", model("liten", n))
			}
			link := filepath.Join(at, "i_drift")
			must(t, os.Symlink("utgavor/1", link))
			f := folder{t, filepath.Join(link, below)}
			l := open(t, f.slow())
			for n := 2; n <= 3; n++ {
				must(t, os.Symlink(fmt.Sprintf("utgavor/%d", n), link+".ny"))
				must(t, os.Rename(link+".ny", link))
				eventually(t, 2*time.Second, "the swap is live", answers(l, "liten", whole(n)))
			}
			behind := folder{t, filepath.Join(at, "utgavor/3", below)}
			behind.write("ord.toml", vocabulary(4))
			behind.write("liten.toml", model("liten", 4))
			eventually(t, 2*time.Second, "a save behind the link is live", answers(l, "liten", whole(4)))
		})
	}
}

// mount is a folder as Kubernetes mounts a ConfigMap: its files are links through the link ..data to the folder of one
// edition, and all of them change at once when that link is replaced.
type mount struct {
	folder
	edition int
}

func newMount(f folder, n int) *mount {
	f.t.Helper()
	m := &mount{folder: f}
	m.swap(n)
	for _, name := range []string{"ord.toml", "liten.toml"} {
		must(f.t, os.Symlink(filepath.Join("..data", name), f.path(name)))
	}
	return m
}

// swap puts the edition n in place of the one before, which is removed.
func (m *mount) swap(n int) {
	m.t.Helper()
	m.make(n)
	m.point(n)
	if m.edition != 0 {
		must(m.t, os.RemoveAll(m.path(fmt.Sprintf("..%d", m.edition))))
	}
	m.edition = n
}

func (m *mount) make(n int) {
	m.t.Helper()
	below := folder{m.t, m.path(fmt.Sprintf("..%d", n))}
	must(m.t, os.Mkdir(below.dir, 0o755))
	below.write("ord.toml", vocabulary(n))
	below.write("liten.toml", model("liten", n))
}

func (m *mount) point(n int) {
	m.t.Helper()
	must(m.t, os.Symlink(fmt.Sprintf("..%d", n), m.path("..data_tmp")))
	must(m.t, os.Rename(m.path("..data_tmp"), m.path("..data")))
}

// callers ask a model all the time, and hold every answer against what is allowed.
type callers struct {
	stop    chan struct{}
	running sync.WaitGroup
	asked   atomic.Int64
	slowest atomic.Int64 // nanoseconds
}

// call starts n callers. since is called before each question, and what it returns is given to wrong with the answer;
// wrong tells what is wrong with that, "" where nothing is.
func call(t *testing.T, l *live.Live, id string, n int, since func() int64, wrong func(answer string, since int64) string) *callers {
	c := &callers{stop: make(chan struct{})}
	for range n {
		c.running.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				default:
				}
				from := since()
				began := time.Now()
				answer, err := answerOf(l.Current(), id)
				took := int64(time.Since(began))
				for was := c.slowest.Load(); took > was && !c.slowest.CompareAndSwap(was, took); was = c.slowest.Load() {
				}
				if c.asked.Add(1)%64 == 0 {
					time.Sleep(time.Millisecond) // so that there is time left for reloads
				}
				if err != nil {
					t.Error(err)
					return
				}
				if fault := wrong(answer, from); fault != "" {
					t.Errorf("%s: %q", fault, answer)
					return
				}
			}
		})
	}
	return c
}

// end stops the callers.
func (c *callers) end() {
	close(c.stop)
	c.running.Wait()
}

// edition returns the edition that an answer is made of; ok is false where it is made of more than one.
func edition(answer string) (n int64, ok bool) {
	var a, b int64
	read, _ := fmt.Sscanf(answer, "Första mötet %d, Läget %d", &a, &b)
	return a, read == 2 && a == b
}

// callForWhole starts callers that want every answer to be of one edition, and none of an edition before one that was
// already answered with.
func callForWhole(t *testing.T, l *live.Live, n int) *callers {
	var newest atomic.Int64
	return call(t, l, "liten", n, newest.Load, func(answer string, since int64) string {
		n, ok := edition(answer)
		switch {
		case !ok:
			return "mixed"
		case n < since:
			return fmt.Sprintf("stale, after edition %d", since)
		}
		for was := newest.Load(); n > was && !newest.CompareAndSwap(was, n); was = newest.Load() {
		}
		return ""
	})
}

func TestThousandSwapsEndInTheLastAndMixNothing_FAULTS4(t *testing.T) {
	f := newFolder(t)
	m := newMount(f, 1)
	l := open(t, f.slow())
	c := callForWhole(t, l, 2)
	const last = 1000
	for n := 2; n <= last; n++ {
		m.swap(n)
		if n%10 == 0 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	eventually(t, 2*time.Second, "the last swap is live", answers(l, "liten", whole(last)))
	c.end()
	if s := l.Status(); !s.OK {
		t.Errorf("%+v\n%s", s, text(s.Faults))
	}
}

// A link that is swapped to and fro as fast as can be looks untouched when it leads where it led before.
func TestLinkSwappedToAndFroMixesNothing_FAULTS4(t *testing.T) {
	f := newFolder(t)
	m := newMount(f, 1)
	m.make(2)
	l := open(t, f.quick())
	c := call(t, l, "liten", 1, func() int64 { return 0 }, func(answer string, _ int64) string {
		if _, ok := edition(answer); !ok {
			return "mixed"
		}
		return ""
	})
	stop := make(chan struct{})
	var swapping sync.WaitGroup
	swapping.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				m.point(n%2 + 1)
			}
		}
	})
	rounds := 100
	if soak {
		rounds = 5000
	}
	for range rounds {
		if err := l.Reload(t.Context()); err != nil && err != live.ErrChanging {
			t.Fatal(err)
		}
		if s := l.Status(); !status(l, "liten", "1").OK() || !only(s.Faults, "live-folder-changing") { // half of each edition would not load
			t.Fatalf("a mix was read: %s", text(s.Faults))
		}
	}
	close(stop)
	swapping.Wait()
	c.end()
	m.point(2)
	reload(t, l)
	wantAnswer(t, l, "liten", whole(2))
}

// A folder is made, and one in it, while it is found out what there is to watch: nobody tells of the inner one.
func TestAFolderThatIsMadeBeforeTheOneItLiesInIsWatchedIsWatchedToo_FAULTS5(t *testing.T) {
	at, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	outer := filepath.Join(at, "regler")
	inner := filepath.Join(outer, "i_drift")
	must(t, os.Mkdir(outer, 0o755))
	list, err := live.Watched(inner, func() { must(t, os.MkdirAll(inner, 0o755)) })
	must(t, err)
	if !slices.Contains(list, inner) {
		t.Errorf("only %q are watched", list)
	}
}

func TestFolderRemovedAndMadeAgainIsFoundAgain_FAULTS5(t *testing.T) {
	at := t.TempDir()
	f := folder{t, filepath.Join(at, "regler", "i_drift")}
	fill := func(n int) {
		must(t, os.MkdirAll(f.dir, 0o755))
		f.write("ord.toml", vocabulary(n))
		f.write("liten.toml", model("liten", n))
	}
	fill(1)
	for name, cfg := range map[string]live.Config{"by events": f.slow(), "by rescans": {Dir: f.dir, Rescan: 200 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			opened := live.Open
			if name == "by rescans" {
				opened = live.OpenWithoutEvents
			}
			l, err := opened(cfg)
			must(t, err)
			t.Cleanup(l.Close)
			n := 1
			for _, gone := range []string{f.dir, filepath.Dir(f.dir)} {
				must(t, os.RemoveAll(gone))
				eventually(t, 2*time.Second, "the status tells that the folder is gone", func() bool {
					return codes(l.Status().Faults) == "no-folder" && codes(status(l, "liten", "1").Faults) == "no-folder"
				})
				if got, _ := answerOf(l.Current(), "liten"); got == "" {
					t.Error("nothing is live while the folder is gone")
				}
				n++
				fill(n)
				eventually(t, 2*time.Second, "the folder that was made again is live", answers(l, "liten", whole(n)))
				n++
				fill(n)
				eventually(t, 2*time.Second, "a save in it is live", answers(l, "liten", whole(n)))
			}
			// Renamed away, and another renamed there.
			must(t, os.Rename(f.dir, filepath.Join(at, "undan_"+name)))
			n++
			fill(n)
			eventually(t, 2*time.Second, "the folder that took its place is live", answers(l, "liten", whole(n)))
			n++
			fill(n)
			eventually(t, 2*time.Second, "a save in it is live", answers(l, "liten", whole(n)))
			fill(1)
			eventually(t, 2*time.Second, "the first edition is live", answers(l, "liten", whole(1)))
		})
	}
}
