package live_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stegvis/stegvis/interpreter/live"
)

// withState is quick with a state folder.
func (f folder) withState() live.Config {
	cfg := f.quick()
	cfg.StateDir = filepath.Join(f.t.TempDir(), "lage")
	return cfg
}

func TestRestartOnBadFilesServesTheLastGoodSet_FAULTS10(t *testing.T) {
	f := pair(t)
	f.write("a.toml", alone("a", "1", 1))
	cfg := f.withState()
	l := open(t, cfg)
	f.write("a.toml", alone("a", "1", 2))
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	reload(t, l)
	hash := status(l, "liten", "1").Hash
	l.Close()

	f.write("liten.toml", broken("liten", 2))
	f.write("a.toml", alone("a", "1", 3))
	var log logged
	cfg.Logger = log.logger()
	l = open(t, cfg)
	wantAnswer(t, l, "liten", whole(2))
	wantAnswer(t, l, "a", single(3))
	m := status(l, "liten", "1")
	if m.OK() || !m.Saved || m.Hash != hash || codes(m.Faults) != "rule-unknown-name" || l.Status().OK {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
	if m := status(l, "a", "1"); !m.OK() {
		t.Errorf("%+v", m)
	}
	wantLine(t, &log, "[WARN]  live: kept as it was: model=liten version=1 generation=1 hash="+hash, 1)

	// Once more, so that what was kept is kept on.
	l.Close()
	l = open(t, cfg)
	wantAnswer(t, l, "liten", whole(2))

	f.write("liten.toml", model("liten", 2))
	reload(t, l)
	if m := status(l, "liten", "1"); !m.OK() || m.Saved || m.Hash != hash {
		t.Errorf("after the file was mended: %+v", m)
	}
}

func TestRestartWithoutAFolderServesTheLastGoodSet_FAULTS10(t *testing.T) {
	f := pair(t)
	cfg := f.withState()
	open(t, cfg).Close()
	must(t, os.Rename(f.dir, f.dir+".undan"))
	l := open(t, cfg)
	wantAnswer(t, l, "liten", whole(1))
	if m := status(l, "liten", "1"); !m.Saved || codes(m.Faults) != "no-folder" {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
	must(t, os.Rename(f.dir+".undan", f.dir))
	reload(t, l)
	if m := status(l, "liten", "1"); !m.OK() {
		t.Errorf("when the folder is back: %+v\n%s", m, text(m.Faults))
	}
}

func TestFileCutOffOverARestartIsNotLive_FAULTS2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("lang.toml", long(1))
		cfg := f.withState()
		cfg.Hold = 10 * time.Second
		l, err := live.OpenWithoutEvents(cfg)
		must(t, err)
		l.Close()
		cut, _, _ := strings.Cut(long(2), "[[capacity]]")
		f.write("lang.toml", cut)
		l, err = live.OpenWithoutEvents(cfg)
		must(t, err)
		defer l.Close()
		if m := status(l, "lang", "1"); !m.Saved || codes(m.Faults) != "live-looks-cut" {
			t.Errorf("%+v\n%s", m, text(m.Faults))
		}
		f.write("lang.toml", long(2))
		time.Sleep(time.Second)
		wantAnswer(t, l, "lang", single(2))
	})
}

// A damaged state folder costs the last good set, and nothing more.
func TestDamagedStateIsIgnored_FAULTS10(t *testing.T) {
	f := pair(t)
	cfg := f.withState()
	open(t, cfg).Close()
	var files []string
	must(t, filepath.Walk(cfg.StateDir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	if len(files) != 3 {
		t.Fatalf("the state folder has %q, want an index and two texts", files)
	}
	f.write("liten.toml", broken("liten", 1))
	for _, file := range files {
		good, err := os.ReadFile(file)
		must(t, err)
		for at := 0; at < len(good); at += 1 + len(good)/40 {
			flipped := append([]byte{}, good...)
			flipped[at] ^= 1 << (at % 8)
			for _, bad := range [][]byte{flipped, good[:at], append(flipped, good...)} {
				must(t, os.WriteFile(file, bad, 0o644))
				var log logged
				cfg.Logger = log.logger()
				l, err := live.Open(cfg)
				if err == nil {
					l.Close()
					t.Fatalf("%s damaged at byte %d serves", file, at)
				}
				if !strings.Contains(log.String(), "cannot be used") {
					t.Fatalf("%s damaged at byte %d: the log says\n%s", file, at, &log)
				}
			}
		}
		must(t, os.WriteFile(file, good, 0o644))
	}
	l := open(t, cfg)
	wantAnswer(t, l, "liten", whole(1))
}

func TestDamagedStateIsMadeAnewByTheNextGoodStart_FAULTS10(t *testing.T) {
	f := pair(t)
	cfg := f.withState()
	open(t, cfg).Close()
	must(t, os.RemoveAll(filepath.Join(cfg.StateDir, "texts")))
	must(t, os.WriteFile(filepath.Join(cfg.StateDir, "writing-12"), []byte("halv"), 0o644))
	open(t, cfg).Close()
	if _, err := os.Stat(filepath.Join(cfg.StateDir, "writing-12")); err == nil {
		t.Error("what was left half written is still there")
	}
	f.write("liten.toml", broken("liten", 1))
	l := open(t, cfg)
	wantAnswer(t, l, "liten", whole(1))
}

func TestStateKeepsNoMoreThanWhatIsLive(t *testing.T) {
	f := pair(t)
	cfg := f.withState()
	l := open(t, cfg)
	for n := 2; n < 10; n++ {
		f.write("ord.toml", vocabulary(n))
		f.write("liten.toml", model("liten", n))
		reload(t, l)
	}
	files, err := os.ReadDir(filepath.Join(cfg.StateDir, "texts"))
	must(t, err)
	if len(files) != 2 {
		t.Errorf("%d texts are kept, want 2", len(files))
	}
}

// What is live serves though it cannot be saved, and is saved when it can.
func TestStateThatCannotBeWrittenIsToldAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pair(t)
		cfg := f.withState()
		must(t, os.WriteFile(cfg.StateDir, []byte("i vägen"), 0o644))
		l, err := live.OpenWithoutEvents(cfg)
		must(t, err)
		if s := l.Status(); s.SaveWhy == "" || !s.OK {
			t.Errorf("%+v", s)
		}
		must(t, os.Remove(cfg.StateDir))
		time.Sleep(5 * time.Second)
		if s := l.Status(); s.SaveWhy != "" {
			t.Errorf("it is still not saved: %s", s.SaveWhy)
		}
		l.Close()
		f.write("liten.toml", broken("liten", 1))
		l, err = live.OpenWithoutEvents(cfg)
		must(t, err)
		defer l.Close()
		wantAnswer(t, l, "liten", whole(1))
	})
}

// A save that fails half way leaves nothing half done.
func TestSaveThatFailsLeavesNothingBehind(t *testing.T) {
	f := pair(t)
	cfg := f.withState()
	must(t, os.MkdirAll(filepath.Join(cfg.StateDir, "index", "i_vagen"), 0o755))
	l := open(t, cfg)
	if s := l.Status(); s.SaveWhy == "" {
		t.Error("nothing is said of the save that failed")
	}
	l.Close() // it tries again and again
	left, err := filepath.Glob(filepath.Join(cfg.StateDir, "writing-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%q is left, %v", left, err)
	}
	l = open(t, cfg)
	must(t, os.RemoveAll(filepath.Join(cfg.StateDir, "index")))
	eventually(t, 2*time.Second, "it is saved when it can be", func() bool { return l.Status().SaveWhy == "" })
	l.Close()
	f.write("liten.toml", broken("liten", 1))
	again := open(t, cfg)
	wantAnswer(t, again, "liten", whole(1))
}
