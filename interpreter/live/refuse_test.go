package live_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/stegvis/stegvis/interpreter/live"
)

func TestWhatIsNoPlainFileOfTheFolderIsRefusedUnread_FAULTS11(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "utanfor.toml")
	must(t, os.WriteFile(outside, []byte(alone("a", "1", 7)), 0o644))
	for name, c := range map[string]struct {
		put  func(path string) error
		code string
	}{
		"a link that leads out": {func(p string) error { return os.Symlink(outside, p) }, "file-outside"},
		"a link up and out":     {func(p string) error { return os.Symlink("../../../../../../../etc/passwd", p) }, "file-outside"},
		"a link to nowhere":     {func(p string) error { return os.Symlink("nirgends/a.toml", p) }, "file-vanished"},
		"a link to itself":      {func(p string) error { return os.Symlink(filepath.Base(p), p) }, "file-unreadable"},
		"a pipe":                {func(p string) error { return syscall.Mkfifo(p, 0o644) }, "file-special"},
		"a device":              {func(p string) error { return os.Symlink("/dev/zero", p) }, "file-outside"},
		"a folder":              {func(p string) error { return os.Mkdir(p, 0o755) }, "file-special"},
		"a gigabyte":            {gigabyte, "file-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			f := pair(t)
			f.write("a.toml", alone("a", "1", 1))
			l := f.open()
			f.remove("a.toml")
			must(t, c.put(f.path("a.toml")))
			f.write("ord.toml", vocabulary(2))
			f.write("liten.toml", model("liten", 2))

			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			reload(t, l)
			if took := time.Since(began); took > patience(time.Second) {
				t.Errorf("it took %s", took)
			}
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 50<<20 {
				t.Errorf("it took %d MB", grown>>20)
			}
			wantAnswer(t, l, "a", single(1))
			wantAnswer(t, l, "liten", whole(2))
			if m := status(l, "a", "1"); m.OK() || c.code != "" && codes(m.Faults) != c.code {
				t.Errorf("%+v\n%s", m, text(m.Faults))
			}

			must(t, os.RemoveAll(f.path("a.toml")))
			f.write("a.toml", alone("a", "1", 3))
			reload(t, l)
			wantAnswer(t, l, "a", single(3))
		})
	}
}

// gigabyte makes a file that is large and takes no room.
func gigabyte(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Truncate(1 << 30)
}

func TestTooManyFilesKeepWhatIsLive_FAULTS42(t *testing.T) {
	f := pair(t)
	l := f.open()
	for n := range 10_000 {
		f.write(fmt.Sprintf("skrap_%d.toml", n), "")
	}
	f.write("liten.toml", model("liten", 2))
	began := time.Now()
	reload(t, l)
	if took := time.Since(began); took > patience(5*time.Second) {
		t.Errorf("it took %s", took)
	}
	wantAnswer(t, l, "liten", whole(1))
	if m := status(l, "liten", "1"); codes(m.Faults) != "too-many-files" {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
}

func TestThousandsOfFilesWorkInBoundedMemory_FAULTS42(t *testing.T) {
	files := 500
	if soak {
		files = 9_990
	}
	f := pair(t)
	for n := range files {
		f.write(fmt.Sprintf("m%d.toml", n), alone(fmt.Sprintf("m%d", n), "1", 1))
	}
	l := f.open()
	if n := len(l.Current().IDs()); n != files+1 {
		t.Errorf("%d models are live, want %d", n, files+1)
	}
	f.write("m7.toml", alone("m7", "1", 2))
	reload(t, l)
	wantAnswer(t, l, "m7", single(2))
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if most := uint64(64+files/10) << 20; m.HeapAlloc > most {
		t.Errorf("%d files take %d MB, want at most %d", files, m.HeapAlloc>>20, most>>20)
	}
}

const starvedDir = "STEGVIS_TEST_STARVED"

// A process that has run out of file descriptors keeps answering, says what is wrong, and recovers. It is another
// process, since this one needs its own.
func TestNoFileDescriptorsKeepWhatIsLive_FAULTS43(t *testing.T) {
	f := pair(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), starvedDir+"="+f.dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// starve is what that process does.
func starve(dir string) int {
	fail := func(format string, args ...any) int {
		fmt.Printf(format+"\n", args...)
		return 1
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 64, Max: 64}); err != nil {
		return fail("setrlimit: %v", err)
	}
	var taken []*os.File
	take := func(leave int) {
		for {
			file, err := os.Open(os.DevNull)
			if err != nil {
				break
			}
			taken = append(taken, file)
		}
		for range leave {
			taken[len(taken)-1].Close()
			taken = taken[:len(taken)-1]
		}
	}
	give := func() {
		for _, file := range taken {
			file.Close()
		}
		taken = nil
	}
	soon := func(holds func() bool) bool {
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if holds() {
				return true
			}
		}
		return false
	}
	var log logged
	cfg := live.Config{Dir: dir, Rescan: 50 * time.Millisecond, Debounce: 5 * time.Millisecond, Logger: log.logger()}

	l, err := live.Open(cfg)
	if err != nil {
		return fail("%v", err)
	}
	defer l.Close()
	answering := func(n int) bool {
		got, err := answerOf(l.Current(), "liten")
		return err == nil && got == whole(n)
	}
	if !soon(func() bool { take(0); return codes(l.Status().Faults) == "folder-unreadable" }) { // what a look had open is free after it
		return fail("nothing is said of the folder that cannot be read: %+v", l.Status())
	}
	if !answering(1) {
		return fail("it does not answer")
	}
	give()
	save := func(n int) bool { // not at the first try where there is no descriptor for a moment
		return soon(func() bool { return os.WriteFile(dir+"/ord.toml", []byte(vocabulary(n)), 0o644) == nil }) &&
			soon(func() bool { return os.WriteFile(dir+"/liten.toml", []byte(model("liten", n)), 0o644) == nil })
	}
	if !save(2) || !soon(func() bool { return answering(2) && l.Status().OK }) {
		return fail("it does not recover: %+v\n%s", l.Status(), &log)
	}
	l.Close()

	// No instance of inotify can be had, and just enough descriptors to read the folder.
	polled, err := live.OpenWithEvents(cfg, exhausted)
	if err != nil {
		return fail("%v", err)
	}
	defer polled.Close()
	l = polled
	if s := l.Status(); s.Watching != live.Polling || !strings.Contains(s.Why, "too many open files") {
		return fail("it watches by %s, %q", s.Watching, s.Why)
	}
	if !save(3) || !soon(func() bool { return answering(3) }) {
		return fail("polling does not see a save")
	}
	if !strings.Contains(log.String(), "it is polled") {
		return fail("the log does not tell: %s", &log)
	}
	return 0
}

// exhausted asks for a watcher when there is no descriptor left for it.
func exhausted() (*fsnotify.Watcher, error) {
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		return nil, err
	}
	none := was
	none.Cur = 3
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		return nil, err
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
	return fsnotify.NewWatcher()
}
