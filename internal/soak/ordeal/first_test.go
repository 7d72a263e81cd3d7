package ordeal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stegvis/stegvis/internal/pgtest"
)

// killedAt starts the service, and lets it be killed at its nth system call of the kinds on one thread. It returns false where it was
// ready before that; it is killed then too.
func (s *service) killedAt(calls string, n int) bool {
	s.t.Helper()
	s.prefix = []string{"strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=" + calls, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", calls, n)}
	s.launch()
	err := s.ready()
	s.prefix = nil
	if err != nil {
		if strings.Contains(s.said(1000), "strace:") || s.runs() {
			s.t.Fatalf("%v: %s", err, s.said(1000))
		}
		return true
	}
	pid := s.command.Process.Pid
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // nothing where its nth call came after all, and it is gone
	for _, child := range strings.Fields(string(text)) {
		n, err := strconv.Atoi(child)
		must(s.t, err)
		if err := syscall.Kill(n, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			s.t.Fatal(err)
		}
	}
	<-s.exited
	return false
}

// The service is killed at every place of its first start: while it makes its keys, its tables and those of its jobs. The next start
// goes well, and somebody can begin: the first key is there and opens.
func TestAServiceKilledAtItsFirstStartCanBeStarted_FAULTS32(t *testing.T) {
	db := pgtest.Start(t)
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			places := 0
			for n := 1; ; n += 1 + rand.IntN(either(60, 6)) {
				dir := t.TempDir()
				args := keeping(dir)
				if kind == "postgres" {
					args = append(args, "--store", db.Database(t))
				}
				s := newService(t, dir, args...)
				killed := s.killedAt("write,pwrite64,fsync", n)
				s.start()
				s.useKey(filepath.Join(dir, "kept", "first.key"))
				if g := s.sure("POST", "/v1/cases", map[string]any{"model": "faros"}); !g.ok() {
					t.Fatalf("killed at %d: %s", n, g)
				}
				s.kill()
				if !killed {
					break
				}
				places++
			}
			if places == 0 {
				t.Error("it was never killed")
			}
			t.Logf("killed at %d places", places)
		})
	}
}
