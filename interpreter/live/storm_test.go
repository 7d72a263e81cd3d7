package live_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/stegvis/stegvis/interpreter/live"
)

func TestStormOfWritesEndsInTheLastText_FAULTS6(t *testing.T) {
	f := pair(t)
	l := open(t, f.slow())
	c := callForWhole(t, l, 1)
	writes := 4_000
	if soak {
		writes = 40_000
	}
	for n := range writes {
		f.write("ord.toml", vocabulary(n%7+2))
	}
	f.write("ord.toml", vocabulary(9))
	f.write("liten.toml", model("liten", 9))
	eventually(t, 2*time.Second, "the last text is live", answers(l, "liten", whole(9)))
	c.end()
}

// When the system's queue of events overflows nobody knows what was lost.
func TestLostEventsAreMadeUpForByARead_FAULTS6(t *testing.T) {
	f := pair(t)
	var deaf *fsnotify.Watcher
	l, err := live.OpenWithEvents(f.slow(), func() (*fsnotify.Watcher, error) {
		var err error
		deaf, err = fsnotify.NewWatcher()
		return deaf, err
	})
	must(t, err)
	t.Cleanup(l.Close)
	for _, path := range deaf.WatchList() {
		must(t, deaf.Remove(path))
	}
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	time.Sleep(300 * time.Millisecond)
	wantAnswer(t, l, "liten", whole(1))
	deaf.Errors <- fsnotify.ErrEventOverflow
	eventually(t, 2*time.Second, "what was lost is live", answers(l, "liten", whole(2)))
	f.write("ord.toml", vocabulary(3))
	f.write("liten.toml", model("liten", 3))
	eventually(t, 2*time.Second, "the folder is watched again", answers(l, "liten", whole(3)))
}

// An event that comes while the folder is read may be of what was written after the read, also where what was read is taken in at once
// since it has waited for long enough, or is what was there before.
func TestAnEventWhileTheFolderIsReadHasItReadAgain_FAULTS7(t *testing.T) {
	for name, change := range map[string]func(folder){
		"nothing has changed": func(folder) {},
		"a text has changed":  func(f folder) { f.write("liten.toml", model("liten", 1)+"# slut\n") },
	} {
		t.Run(name, func(t *testing.T) {
			f := pair(t)
			cfg := f.slow()
			cfg.Debounce, cfg.LongestWait = time.Minute, 2*time.Minute
			next, err := live.NextLook(cfg, func() { change(f) })
			must(t, err)
			if next > cfg.LongestWait {
				t.Errorf("it is read again after %s", next)
			}
		})
	}
}

func TestWriterThatNeverStopsDoesNotStopReloads_FAULTS7(t *testing.T) {
	f := newFolder(t)
	f.write("a.toml", alone("a", "1", 1))
	l := open(t, f.slow())
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 2; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				f.write("a.toml", alone("a", "1", n))
			}
		}
	})
	began, first := time.Now(), l.Snapshot().Generation
	for range 3 {
		before := l.Snapshot().Generation
		eventually(t, 2*time.Second, "a reload while the writer writes", func() bool { return l.Snapshot().Generation > before })
	}
	close(stop)
	writing.Wait()
	// Each waits for quiet, at the least. That it waits for longest where there is none is shown where the clock is the test's own.
	if n, most := l.Snapshot().Generation-first, time.Since(began)/(100*time.Millisecond)+1; n > uint64(most) {
		t.Errorf("%d reloads in %s of writing: it does not wait for quiet", n, time.Since(began))
	}
}

func TestVocabularyAndModelChangedInTurnNeverMix_FAULTS8(t *testing.T) {
	f := pair(t)
	l := f.open()
	c := callForWhole(t, l, 2)
	last := 100
	if soak {
		last = 2000
	}
	for n := 2; n <= last; n++ {
		first, second := "ord.toml", "liten.toml"
		if n%2 == 0 {
			first, second = second, first
		}
		texts := map[string]string{"ord.toml": vocabulary(n), "liten.toml": model("liten", n)}
		f.write(first, texts[first])
		if n%3 == 0 { // one alone is seen, and refused
			reload(t, l)
			wantAnswer(t, l, "liten", whole(n-1))
		}
		f.rename(second, texts[second])
		reload(t, l)
		wantAnswer(t, l, "liten", whole(n))
	}
	c.end()
}

// A request works on one snapshot from start to end, whatever is reloaded meanwhile.
func TestSnapshotStaysAsItWasThroughReloads_FAULTS50(t *testing.T) {
	f := pair(t)
	l := f.open()
	var requests sync.WaitGroup
	taken, reloaded := make(chan struct{}, 8), make(chan struct{})
	for range cap(taken) {
		requests.Go(func() {
			s := l.Snapshot()
			first, err := answerOf(s.Set, "liten")
			taken <- struct{}{}
			<-reloaded
			second, err2 := answerOf(s.Set, "liten")
			if err != nil || err2 != nil || first != whole(1) || second != whole(1) || s.Generation != 1 {
				t.Errorf("a request of generation %d got %q, %v and then %q, %v", s.Generation, first, err, second, err2)
			}
		})
	}
	for range cap(taken) {
		<-taken
	}
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(2))
	f.remove("liten.toml")
	f.write("a.toml", alone("a", "1", 1))
	reload(t, l)
	close(reloaded)
	requests.Wait()
}

func TestPollingSeesWhatEventsWould_FAULTS43(t *testing.T) {
	f := pair(t)
	var log logged
	cfg := live.Config{Dir: f.dir, Logger: log.logger()}
	l, err := live.OpenWithoutEvents(cfg)
	must(t, err)
	t.Cleanup(l.Close)
	if s := l.Status(); s.Watching != live.Polling || s.Why != live.ErrNoEvents.Error() {
		t.Errorf("it watches by %q, %q", s.Watching, s.Why)
	}
	for n := 2; n < 4; n++ {
		f.write("ord.toml", vocabulary(n))
		f.write("liten.toml", model("liten", n))
		eventually(t, 2*time.Second, "polling sees the save", answers(l, "liten", whole(n)))
	}
	const want = `[WARN]  live: the system gives no events of the folder; it is polled: dir=%s why="no events here"`
	wantLine(t, &log, fmt.Sprintf(want, f.dir), 1)
}

// Whether no watcher can be had, or nothing be added to the one there is.
func TestFoldersThatCannotBeWatchedArePolledUntilTheyCan_FAULTS43(t *testing.T) {
	f := pair(t)
	var log logged
	cfg := f.slow()
	cfg.Logger, cfg.Rescan = log.logger(), 20*time.Millisecond
	tries := 0
	l, err := live.OpenWithEvents(cfg, func() (*fsnotify.Watcher, error) {
		tries++
		if tries < 3 {
			return nil, live.ErrNoEvents
		}
		w, err := fsnotify.NewWatcher()
		if err == nil && tries < 5 {
			err = w.Close()
		}
		return w, err
	})
	must(t, err)
	t.Cleanup(l.Close)
	eventually(t, 2*time.Second, "there are events again", func() bool { return l.Status().Watching == live.Events })
	f.write("ord.toml", vocabulary(2))
	f.write("liten.toml", model("liten", 2))
	eventually(t, 2*time.Second, "the save is live", answers(l, "liten", whole(2)))
	wantLine(t, &log, "[WARN]  live: the system gives no events of the folder; it is polled", 1)
	wantLine(t, &log, "[INFO]  live: the system gives events of the folder again", 1)
}

// A folder that changes faster than it can be read is not read in parts: what is live stays until it holds still.
func TestFolderThatNeverHoldsStillMixesNothing_FAULTS7(t *testing.T) {
	f := pair(t)
	for n := range 300 {
		f.write(fmt.Sprintf("m%d.toml", n), alone(fmt.Sprintf("m%d", n), "1", 1))
	}
	l := f.open()
	c := callForWhole(t, l, 1)
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 2; ; n++ {
			select {
			case <-stop:
				return
			default:
				f.rename("ord.toml", vocabulary(n))
				f.rename("liten.toml", model("liten", n))
			}
		}
	})
	eventually(t, 10*time.Second, "it is told that the folder does not hold still, or it does", func() bool {
		return strings.Contains(codes(l.Status().Faults), "live-folder-changing") || l.Snapshot().Generation > 3
	})
	close(stop)
	writing.Wait()
	f.write("ord.toml", vocabulary(1_000_000))
	f.write("liten.toml", model("liten", 1_000_000))
	eventually(t, 5*time.Second, "what the writer ended with is live", answers(l, "liten", whole(1_000_000)))
	c.end()
	if s := l.Status(); !s.OK {
		t.Errorf("%+v\n%s", s, text(s.Faults))
	}
}
