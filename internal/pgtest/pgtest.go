// Package pgtest starts a real PostgreSQL for tests: Debian's, on a free port of this machine, with its data in a folder that goes
// away with it. A test that needs one and finds none fails, and says what to install.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Server is a running PostgreSQL.
type Server struct {
	Port     int
	dir      string
	bin      string
	settings []string
	command  *exec.Cmd
	as       *syscall.SysProcAttr
	exited   chan struct{}
	made     atomic.Int64
}

// Start starts a server that ends with the test, with settings beside our own, as NAME=VALUE.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := &Server{bin: folder(t), settings: settings, as: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}}
	// The path of a socket has room for some 100 letters, so not t.TempDir.
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s.dir = dir
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		s.as.Credential = nobody(t)
		if err := os.Chown(dir, int(s.as.Credential.Uid), int(s.as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, "initdb", "--pgdata", filepath.Join(dir, "data"), "--username", "stegvis", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	s.Port = freePort(t)
	s.Up(t)
	t.Cleanup(func() { s.Down(t) })
	return s
}

// folder finds where the server's commands are: on the PATH, or where Debian puts them.
func folder(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for i := len(found) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(found[i], "initdb")); err == nil {
			return found[i]
		}
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	t.Fatal("the tests of the store need PostgreSQL: apt install postgresql")
	return ""
}

// nobody is whom the server runs as where the tests run as root.
func nobody(t testing.TB) *syscall.Credential {
	t.Helper()
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
			gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
			if err1 == nil && err2 == nil {
				return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
			}
		}
	}
	t.Fatal("there is neither a user postgres nor nobody to run PostgreSQL as")
	return nil
}

// freePort takes a port until the test ends: nobody else is given it while the server is down, and the server can listen on it, since
// both reuse the address.
func freePort(t testing.TB) int {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return at.(*syscall.SockaddrInet4).Port
}

func (s *Server) cmd(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir, c.SysProcAttr = s.dir, s.as
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+s.dir)
	return c
}

func (s *Server) run(t testing.TB, name string, args ...string) {
	t.Helper()
	c := s.cmd(name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as.Credential} // without Pdeathsig, which a thread that ends would send
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// Up starts the server again after Down or Kill, and returns when it answers.
func (s *Server) Up(t testing.TB) {
	t.Helper()
	// Without fsync what is committed is lost with the machine, not with the process, and tests lose no machines.
	s.command = s.cmd("postgres", "-c", "fsync=off", "-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-c", "listen_addresses=127.0.0.1", "-c", "port="+strconv.Itoa(s.Port),
		"-c", "max_connections=200", "-c", "shared_buffers=64MB")
	for _, x := range s.settings {
		s.command.Args = append(s.command.Args, "-c", x)
	}
	s.command.SysProcAttr = &syscall.SysProcAttr{Credential: s.as.Credential}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.command.Stdout, s.command.Stderr = log, log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	s.exited = make(chan struct{})
	go func(c *exec.Cmd, exited chan struct{}) {
		c.Wait()
		close(exited)
	}(s.command, s.exited)
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := db.PingContext(ctx)
		cancel()
		if err == nil {
			return
		}
		select {
		case <-s.exited:
			text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			t.Fatalf("PostgreSQL ended while it started:\n%s", text)
		case <-t.Context().Done():
			t.Fatal("PostgreSQL did not start in time")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Down stops the server as an operator does: connections end, what was committed is kept.
func (s *Server) Down(t testing.TB) { s.end(syscall.SIGINT) }

// Kill ends the server and all its processes at once, as a lost machine does.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.command.Process.Signal(syscall.SIGSTOP) // so that it starts no others, nor hears of those that end
	pid := s.command.Process.Pid
	for state := ""; state != "T" && !gone(strconv.Itoa(pid)); state = stateOf(strconv.Itoa(pid)) {
		time.Sleep(time.Millisecond)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	children := strings.Fields(string(text))
	for _, child := range children {
		if n, err := strconv.Atoi(child); err == nil {
			syscall.Kill(n, syscall.SIGKILL)
		}
	}
	s.end(syscall.SIGKILL)
	for _, child := range children { // until none holds the memory that they share
		for !gone(child) {
			time.Sleep(time.Millisecond)
		}
	}
}

// stateOf is the letter that the kernel has for how a process stands; "" where there is none.
func stateOf(pid string) string {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if _, state, ok := strings.Cut(string(text), ") "); err == nil && ok {
		return state[:1]
	}
	return ""
}

// gone tells whether a process has ended, be it that nobody has asked how.
func gone(pid string) bool { return strings.Contains("ZX", stateOf(pid)) }

func (s *Server) end(sig syscall.Signal) {
	s.command.Process.Signal(sig)
	<-s.exited
}

func (s *Server) address(database string) string {
	return fmt.Sprintf("postgres://stegvis@127.0.0.1:%d/%s?sslmode=disable", s.Port, database)
}

// Database makes a new, empty database and returns its address.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", s.made.Add(1))
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.address(name)
}
