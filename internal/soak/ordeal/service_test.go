package ordeal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// soak says that the long forms are run.
var soak = os.Getenv("STEGVIS_SOAK") != ""

// either returns how much of something the short form takes, or the long one.
func either[T any](short, long T) T {
	if soak {
		return long
	}
	return short
}

// longest is how long to wait for what must come: it ends a test that hangs, and measures nothing.
const longest = 3 * time.Minute

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program is the path of the program, built once for all tests.
var program struct {
	sync.Once
	dir, path string
	err       error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if program.dir != "" {
		os.RemoveAll(program.dir)
	}
	os.Exit(code)
}

func built(t testing.TB) string {
	t.Helper()
	program.Do(func() {
		if program.path = os.Getenv("STEGVIS_PROGRAM"); program.path != "" { // another than this tree's
			return
		}
		if program.dir, program.err = os.MkdirTemp("", "ordeal"); program.err != nil {
			return
		}
		program.path = filepath.Join(program.dir, "stegvis")
		if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program.path, "../../../cmd/stegvis").CombinedOutput(); err != nil {
			program.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	must(t, program.err)
	return program.path
}

// service is the program, serving. It can be killed and started again any number of times.
type service struct {
	t       testing.TB
	dir     string   // where it runs, and what it says is kept
	prefix  []string // a command that runs the program; none: it is run as it is
	args    []string
	env     []string
	attrs   *syscall.SysProcAttr
	key     string // it is asked with
	client  *http.Client
	command *exec.Cmd
	exited  chan struct{}
	url     atomic.Pointer[string]
	ownDisk bool
}

// newService makes a service that is not started yet, with its files in the folder.
func newService(t testing.TB, dir string, args ...string) *service {
	t.Helper()
	s := &service{t: t, dir: dir, args: args, client: &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	t.Cleanup(func() {
		s.kill()
		s.client.CloseIdleConnections()
		if t.Failed() {
			t.Logf("the service said last:\n%s", s.said(4000))
		}
	})
	return s
}

func (s *service) logFile() string { return filepath.Join(s.dir, "said") }

// said is the end of what the service said.
func (s *service) said(most int) string {
	text, _ := os.ReadFile(s.logFile())
	return string(text[max(0, len(text)-most):])
}

// launch starts the process, and returns before it answers.
func (s *service) launch() {
	s.t.Helper()
	path := built(s.t)
	addr := filepath.Join(s.dir, "addr")
	if err := os.Remove(addr); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	line := append(append(append([]string{}, s.prefix...), path, "serve", "--addr", "127.0.0.1:0", "--addr-file", addr), s.args...)
	s.command = exec.Command(line[0], line[1:]...)
	s.command.Dir, s.command.Env = s.dir, append(append(os.Environ(), "STEGVIS_LANG=en"), s.env...)
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(s.t, err)
	defer log.Close()
	s.command.Stdout, s.command.Stderr = log, log
	attrs := syscall.SysProcAttr{}
	if s.attrs != nil {
		attrs = *s.attrs
	}
	attrs.Pdeathsig = syscall.SIGKILL
	s.command.SysProcAttr = &attrs
	s.exited = make(chan struct{})
	began := make(chan error)
	go func(c *exec.Cmd, exited chan struct{}) {
		runtime.LockOSThread() // the process ends with the thread that began it
		err := c.Start()
		began <- err
		if err == nil {
			c.Wait()
		}
		close(exited)
	}(s.command, s.exited)
	must(s.t, <-began)
}

// start starts the service and returns once it is ready.
func (s *service) start() {
	s.t.Helper()
	s.launch()
	if err := s.ready(); err != nil {
		s.t.Fatalf("the service does not start: %v\n%s", err, s.said(4000))
	}
}

// ready waits until the service is ready; an error tells that it ended, or never was.
func (s *service) ready() error {
	end := time.Now().Add(longest)
	for time.Now().Before(end) {
		select {
		case <-s.exited:
			return fmt.Errorf("it ended: %s", s.command.ProcessState)
		case <-time.After(5 * time.Millisecond):
		}
		text, err := os.ReadFile(filepath.Join(s.dir, "addr"))
		if err != nil || !bytes.HasSuffix(text, []byte("\n")) {
			continue
		}
		url := "http://" + strings.TrimSpace(string(text))
		s.url.Store(&url)
		if res, err := s.client.Get(url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == 200 {
				return nil
			}
		}
	}
	return fmt.Errorf("it is not ready within %s", longest)
}

// kill ends the process at once, as a lost machine does.
func (s *service) kill() { s.signal(syscall.SIGKILL) }

// stop asks the process to end, and waits until it has.
func (s *service) stop() { s.signal(syscall.SIGTERM) }

func (s *service) signal(sig syscall.Signal) {
	if s.command == nil || s.command.Process == nil {
		return
	}
	s.command.Process.Signal(sig)
	<-s.exited
}

// runs tells whether the process has not ended by itself.
func (s *service) runs() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// useKey asks from now on with the key that the service wrote when it began.
func (s *service) useKey(path string) {
	s.t.Helper()
	text, err := os.ReadFile(path)
	must(s.t, err)
	s.key = strings.TrimSpace(string(text))
}

// got is an answer.
type got struct {
	status int
	header http.Header
	body   []byte
}

func (g got) String() string { return fmt.Sprintf("%d %s", g.status, g.body) }

// ok tells whether what was asked was done.
func (g got) ok() bool { return g.status/100 == 2 }

// into reads the answer.
func (g got) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(g.body, v); err != nil || !g.ok() {
		t.Fatalf("%s: %v", g, err)
	}
}

// ask sends a request; headers come as name and value in turn. An error is one of the connection.
func (s *service) ask(method, path string, body any, headers ...string) (g got, err error) {
	url := s.url.Load()
	if url == nil {
		return g, errors.New("it was never started")
	}
	return ask(s.client, method, *url+path, s.key, body, headers...)
}

func ask(client *http.Client, method, url, key string, body any, headers ...string) (g got, err error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return g, err
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, url, in)
	if err != nil {
		return g, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(r)
	if err != nil {
		return g, err
	}
	defer res.Body.Close()
	g.status, g.header = res.StatusCode, res.Header
	g.body, err = io.ReadAll(res.Body)
	return g, err
}

// sure asks what must be answered.
func (s *service) sure(method, path string, body any, headers ...string) got {
	s.t.Helper()
	g, err := s.ask(method, path, body, headers...)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return g
}
