package live_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

// These run on a clock of their own, in which a minute takes no time.

func TestTextThatIsNotQuietWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("a.toml", alone("a", "1", 1))
		cfg := live.Config{Dir: f.dir, Rescan: 10 * time.Millisecond, Debounce: 100 * time.Millisecond, LongestWait: time.Second}
		l, err := live.OpenWithoutEvents(cfg)
		must(t, err)
		defer l.Close()
		n := 1
		for range 3 {
			began := time.Now()
			for before := l.Snapshot().Generation; l.Snapshot().Generation == before; {
				n++
				f.rename("a.toml", alone("a", "1", n)) // whole, since a look comes at the same moment
				time.Sleep(50 * time.Millisecond)
			}
			if took := time.Since(began); took < 900*time.Millisecond || took > 1200*time.Millisecond {
				t.Errorf("a text that changes all the time went live after %s, want the longest wait", took)
			}
		}
		time.Sleep(time.Second)

		f.rename("a.toml", alone("a", "1", 1000))
		began := time.Now()
		for before := l.Snapshot().Generation; l.Snapshot().Generation == before; {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(began); took < 100*time.Millisecond || took > 200*time.Millisecond {
			t.Errorf("a single save went live after %s, want the debounce", took)
		}
	})
}

func TestDefaultsFollowAPolledFolderWithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("a.toml", alone("a", "1", 1))
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		for n := 2; n < 20; n++ {
			time.Sleep(time.Duration(n) * 77 * time.Millisecond)
			f.write("a.toml", alone("a", "1", n))
			time.Sleep(2 * time.Second)
			wantAnswer(t, l, "a", single(n))
		}
	})
}

func TestStatusTellsWhenTheFolderWasReadAndTakenIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("a.toml", alone("a", "1", 1))
		opened := time.Now()
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		time.Sleep(time.Minute)
		s := l.Status()
		if !s.Changed.Equal(opened) || !s.Since.Equal(opened) || time.Since(s.Looked) > time.Second {
			t.Errorf("opened %s: %+v", opened, s)
		}
		f.write("a.toml", "[model]\n")
		time.Sleep(5 * time.Second)
		if s := l.Status(); !s.Since.Equal(opened) || !s.Changed.After(opened) || s.OK || s.Generation != 1 {
			t.Errorf("after a bad save: %+v", s)
		}
	})
}

// A fault of our own is no reason to stop serving.
func TestPanicWhileReloadingKeepsWhatIsLive(t *testing.T) {
	f := pair(t)
	cfg := f.quick()
	var log logged
	cfg.Logger = log.logger()
	var panics atomic.Bool // the watcher reads it too
	cfg.Tests = func(*dsl.Set, *interpreter.Set) map[live.Key]diag.List {
		if panics.Load() {
			panic("oj")
		}
		return nil
	}
	l := open(t, cfg)
	panics.Store(true)
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))
	if m := status(l, "liten", "1"); codes(m.Faults) != "live-own-fault" || codes(l.Status().Faults) != "live-own-fault" {
		t.Errorf("%+v", m)
	}
	wantLine(t, &log, "[ERROR] live: a fault of stegvis itself; what is live stays: panic=oj", 1)
	panics.Store(false)
	f.write("liten.toml", model("liten", 2)+"\n")
	reload(t, l)
	wantAnswer(t, l, "liten", whole(2))
}
