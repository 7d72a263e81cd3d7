package ordeal_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/stegvis/stegvis/internal/pgtest"
)

// onSmallDisk lets the service keep its cases on a disk of its own, of so many MiB, which nobody else sees and which goes away with it.
func (s *service) onSmallDisk(mib int) {
	kept := filepath.Join(s.dir, "kept")
	must(s.t, os.Mkdir(kept, 0o700))
	unshare := []string{"unshare", "--mount"}
	if os.Geteuid() != 0 {
		unshare = append(unshare, "--user", "--map-root-user")
	}
	s.prefix = append(unshare, "sh", "-c", fmt.Sprintf(`mount -t tmpfs -o size=%dm tmpfs "$0" && exec "$@"`, mib), kept)
	s.ownDisk = true
}

// kept is where the service keeps its cases, as it is seen from outside while it runs.
func (s *service) kept() string {
	kept := filepath.Join(s.dir, "kept")
	if s.ownDisk {
		return fmt.Sprintf("/proc/%d/root%s", s.command.Process.Pid, kept)
	}
	return kept
}

// fill fills a disk to the last byte, with a file that it returns.
func fill(t testing.TB, disk string) (ballast string) {
	t.Helper()
	ballast = filepath.Join(disk, "ballast")
	f, err := os.OpenFile(ballast, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	return ballast
}

// trouble is what happens to the disk or the database of a service, until it is undone.
type trouble struct {
	name  string
	cause string // what the log must say of it
	leaky bool   // there may be room for a row of the log now and then: what is answered then must have its row
	begin func(t *testing.T) (undo func())
}

// endure lets clients work through each trouble. Meanwhile what changes a case, or shows one, is refused with 503, since nothing is
// answered that cannot be logged; the log of the service says why; what needs no disk is answered. Afterwards all goes on without a
// restart, and nothing that was acknowledged is lost, or left half done.
func endure(t *testing.T, s *service, troubles ...trouble) {
	w, c := newWitness(t), newCrew(t, 4)
	s.subscribe(w)
	if !c.workers[0].step(s.ask) { // so that there is a case to ask for
		t.Fatal("no case can be opened")
	}
	for round := range either(1, 8) {
		for _, x := range troubles {
			c.begin(s.ask, 10*time.Millisecond)
			time.Sleep(either(150*time.Millisecond, 500*time.Millisecond))
			since := len(s.said(1 << 30))
			undo := x.begin(t)
			h := c.workers[0].cases[0]
			s.becomes(503, "POST", "/v1/cases", map[string]any{"model": "prov"})
			s.becomes(503, "GET", "/v1/cases/"+h.id, nil)
			s.becomes(503, "GET", "/readyz", nil)
			for range 20 {
				switch g := s.sure("GET", "/v1/cases/"+h.id, nil); {
				case g.status == 200 && x.leaky:
					h.reads++
				case g.status != 503 || !strings.Contains(string(g.body), "store-unavailable"):
					t.Errorf("%s: a case is read, though the log cannot be written: %s", x.name, g)
				}
			}
			if g := s.sure("POST", "/v1/models/prov/next", map[string]any{"facts": map[string]any{"lage": "x"}}); g.status != 200 {
				t.Errorf("%s: what needs no disk: %s", x.name, g)
			}
			said := s.said(1 << 30)[since:]
			for end := time.Now().Add(longest); !strings.Contains(said, x.cause); said = s.said(1 << 30)[since:] {
				if time.Now().After(end) {
					t.Fatalf("%s: the log does not say %s:\n%.3000s", x.name, x.cause, said)
				}
				time.Sleep(20 * time.Millisecond)
			}
			undo()
			s.becomes(200, "GET", "/readyz", nil)
			s.becomes(200, "GET", "/v1/cases/"+h.id, nil)
			c.rest()
			if c.settleNew(s.ask); t.Failed() {
				t.Fatalf("%s, round %d", x.name, round)
			}
		}
	}
	t.Logf("%d acknowledged writes", c.acknowledged())
	settle(t, c.workers, s.ask)
	s.checkAudit(c.workers)
	s.checkEvents(c.workers, w)
	s.verify()
}

func TestAFullDiskRefusesAndGoesOn_FAULTS30(t *testing.T) {
	dir := t.TempDir()
	s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"))...)
	s.onSmallDisk(64)
	s.start()
	s.useKey(filepath.Join(s.kept(), "first.key"))
	endure(t, s, trouble{name: "a full disk", cause: "SQLITE_FULL", leaky: true, begin: func(t *testing.T) func() {
		ballast := fill(t, s.kept())
		return func() { must(t, os.Remove(ballast)) }
	}})
}

// failing lets system calls of the service fail with an error, as a broken disk does, until it is undone.
func (s *service) failing(calls, with string) (undo func()) {
	s.t.Helper()
	c := exec.Command("strace", "-f", "-p", fmt.Sprint(s.command.Process.Pid), "-o", "/dev/null", "-e", "trace="+calls, "-e", "inject="+calls+":error="+with)
	said, err := c.StderrPipe()
	must(s.t, err)
	must(s.t, c.Start())
	lines := bufio.NewReader(said)
	first, err := lines.ReadString('\n') // "Process … attached"
	if err != nil || !strings.Contains(first, "attached") {
		s.t.Fatalf("strace: %s %v", first, err)
	}
	rest := make(chan struct{})
	go func() { io.Copy(io.Discard, lines); close(rest) }()
	return func() {
		c.Process.Signal(syscall.SIGINT) // it lets go of the service
		<-rest
		c.Wait()
	}
}

func TestADiskThatFailsRefusesAndGoesOn_FAULTS30(t *testing.T) {
	dir := t.TempDir()
	s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"))...)
	s.start()
	s.useKey(filepath.Join(s.dir, "kept", "first.key"))
	endure(t, s,
		trouble{name: "writes fail", cause: "SQLITE_IOERR", begin: func(*testing.T) func() { return s.failing("pwrite64", "EIO") }},
		trouble{name: "what is written does not reach the disk", cause: "SQLITE_IOERR", begin: func(*testing.T) func() { return s.failing("fsync,fdatasync", "EIO") }},
		trouble{name: "the disk is read-only", cause: "SQLITE", begin: func(*testing.T) func() { return s.failing("pwrite64", "EROFS") }},
	)
}

func TestAReadOnlyDatabaseRefusesAndGoesOn_FAULTS30(t *testing.T) {
	dir := t.TempDir()
	address := pgtest.Start(t).Database(t)
	s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"), "--store", address)...)
	s.start()
	s.useKey(filepath.Join(s.dir, "kept", "first.key"))
	set := func(t *testing.T, value string) {
		db, err := sql.Open("pgx", address)
		must(t, err)
		defer db.Close()
		for _, q := range []string{"ALTER SYSTEM SET default_transaction_read_only = " + value, "SELECT pg_reload_conf()"} {
			_, err := db.ExecContext(context.Background(), q)
			must(t, err)
		}
		// Who connects now is under the new setting once all who were connected before have been told of it.
		for end := time.Now().Add(longest); ; time.Sleep(5 * time.Millisecond) {
			var now string
			fresh, err := sql.Open("pgx", address)
			must(t, err)
			err = fresh.QueryRowContext(context.Background(), "SHOW default_transaction_read_only").Scan(&now)
			fresh.Close()
			must(t, err)
			if now == value {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("the setting of the database is %s and not %s", now, value)
			}
		}
	}
	endure(t, s, trouble{name: "the database is read-only", cause: "postgres 25006", begin: func(t *testing.T) func() {
		set(t, "on")
		return func() { set(t, "off") }
	}})
}

// A service that cannot write where it is to keep cases does not start, and says why.
func TestAReadOnlyFolderIsToldOfAtTheStart_FAULTS30(t *testing.T) {
	dir := t.TempDir()
	s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"))...)
	s.start()
	s.stop()
	kept := filepath.Join(dir, "kept")
	unshare := []string{"unshare", "--mount"}
	if os.Geteuid() != 0 {
		unshare = append(unshare, "--user", "--map-root-user")
	}
	s.prefix = append(unshare, "sh", "-c", `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`, kept)
	since := len(s.said(1 << 30))
	s.launch()
	err := s.ready()
	said := s.said(1 << 30)[since:]
	if err == nil || s.runs() || s.command.ProcessState.ExitCode() != 1 {
		t.Fatalf("it started on a folder that cannot be written: %v\n%s", err, said)
	}
	if !strings.Contains(said, kept) || strings.Contains(said, "goroutine") {
		t.Errorf("it says %s", said)
	}
	s.prefix = nil
	s.start()
}

// A service that finds the disk full when it starts for the first time says so, however far it comes.
func TestAFullDiskIsToldOfAtTheStart_FAULTS30(t *testing.T) {
	for _, room := range []int{0, 8, 64, 200} { // KiB
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			dir := t.TempDir()
			s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"), "--lang", "en")...)
			s.onSmallDisk(1)
			s.prefix[len(s.prefix)-2] = fmt.Sprintf(`mount -t tmpfs -o size=1m tmpfs "$0" && head -c %dk /dev/zero > "$0/ballast" && exec "$@"`, 1024-room)
			s.launch()
			err := s.ready()
			if said := s.said(1 << 30); err == nil || s.runs() || s.command.ProcessState.ExitCode() != 1 || !strings.Contains(said, "The disk of `"+filepath.Join(dir, "kept")) {
				t.Errorf("%v; it says %s", err, said)
			}
		})
	}
}
