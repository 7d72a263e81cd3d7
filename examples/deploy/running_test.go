package deploy_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/pgtest"
)

// within is how long anything here may take.
const within = 3 * time.Minute

// until tries until what is looked for is there.
func until(t testing.TB, what string, there func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !there(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, within)
		}
	}
}

// freeAddress is one of this machine that nobody answers at. It is taken until the test ends: nobody else is given it, and a program can
// listen on it, since both reuse the address.
func freeAddress(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	t.Cleanup(func() { syscall.Close(fd) })
	must(t, syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1))
	must(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	at, err := syscall.Getsockname(fd)
	must(t, err)
	return fmt.Sprintf("127.0.0.1:%d", at.(*syscall.SockaddrInet4).Port)
}

// process starts a program that ends with the test, and shows what it wrote where the test fails.
func process(t testing.TB, name string, environment []string, program string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, args...)
	var log bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = environment, &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s wrote in the end:\n%s", name, log.Bytes()[max(0, log.Len()-4000):])
		}
	})
	return cmd
}

// site is what compose.yaml runs, as processes of this machine.
type site struct {
	folder   string            // where prepare.sh was run
	url      string            // of the proxy
	client   *http.Client      // knows the proxy's certificate
	replicas map[string]string // their addresses
	run      map[string]*exec.Cmd
	settings []string // of the first replica
	key      string   // an API key
}

// up starts PostgreSQL, the replicas and the proxy, all at once and in no good order, as Compose may.
func up(t *testing.T) *site {
	t.Helper()
	s := &site{folder: prepared(t), replicas: map[string]string{}, run: map[string]*exec.Cmd{}}
	database := pgtest.Start(t)
	database.Down(t)
	state := t.TempDir()
	for _, replica := range replicas(t, project(t)) {
		address := freeAddress(t)
		s.replicas[replica.Name] = address
		here := strings.NewReplacer(
			"0.0.0.0:8080", address, "@db:5432/stegvis?", fmt.Sprintf("@127.0.0.1:%d/postgres?", database.Port),
			"/run/secrets/", filepath.Join(s.folder, "secrets")+"/", "/workflows", filepath.Join(s.folder, "workflows"), "/state/", filepath.Join(state, replica.Name)+"/",
		)
		var environment []string
		for name, value := range environmentOf(replica) {
			environment = append(environment, name+"="+here.Replace(value))
		}
		s.run[replica.Name] = process(t, replica.Name, environment, binary, "serve")
		if s.settings == nil {
			s.settings = environment
		}
	}
	s.proxy(t)
	database.Up(t)
	for name, address := range s.replicas {
		until(t, name+" is ready", func() bool {
			return exec.Command(binary, "ready", "http://"+address).Run() == nil
		})
	}
	s.key = strings.TrimSpace(s.stegvis(t, "keys", "add", "--title", "compose", "--role", "service"))
	return s
}

// stegvis runs a command with the settings of a replica, as `docker compose run stegvis-1` does.
func (s *site) stegvis(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = s.settings
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return string(out)
}

// proxy starts the proxy with the Caddyfile.
func (s *site) proxy(t *testing.T) {
	t.Helper()
	program, err := exec.LookPath("caddy")
	if err != nil {
		t.Fatal("this test needs Caddy: apt-get install caddy")
	}
	var addresses []string
	for _, address := range s.replicas {
		addresses = append(addresses, address)
	}
	_, port, _ := net.SplitHostPort(freeAddress(t))
	s.url = "https://localhost:" + port
	home := t.TempDir()
	config := filepath.Join(home, "Caddyfile")
	// It would also answer at port 80, which is not ours to take here.
	text := strings.Replace(read(t, "compose", "Caddyfile"), "{\n", "{\n\tauto_https disable_redirects\n", 1)
	must(t, os.WriteFile(config, []byte(text), 0o644))
	environment := []string{"HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CONFIG_HOME=" + home, "SITE=" + s.url, "REPLICAS=" + strings.Join(addresses, " ")}
	process(t, "caddy", environment, program, "run", "--config", config, "--adapter", "caddyfile")

	root := filepath.Join(home, "caddy", "pki", "authorities", "local", "root.crt")
	until(t, "the proxy has a certificate", func() bool { _, err := os.Stat(root); return err == nil })
	known := x509.NewCertPool()
	known.AppendCertsFromPEM([]byte(read(t, root)))
	s.client = &http.Client{Timeout: within, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: known}}}
}

// ask asks at an address and returns the status and the answer; 0 where there is none.
func (s *site) ask(method, address, body string) (status int, answer []byte) {
	r, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		return 0, []byte(err.Error())
	}
	r.Header.Set("Authorization", "Bearer "+s.key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := s.client.Do(r)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer res.Body.Close()
	if answer, err = io.ReadAll(res.Body); err != nil {
		return 0, []byte(err.Error())
	}
	return res.StatusCode, answer
}

func TestTwoReplicasBehindTheProxy(t *testing.T) {
	s := up(t)
	until(t, "the proxy finds the replicas", func() bool { status, _ := s.ask("GET", s.url+"/v1/models", ""); return status == 200 })

	t.Run("what is for the machines of the site is not shown", func(t *testing.T) {
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			if status, _ := s.ask("GET", s.url+path, ""); status != 404 {
				t.Errorf("%s answers %d", path, status)
			}
		}
	})

	var opened struct{ ID string }
	t.Run("a case opened through the proxy is known to both", func(t *testing.T) {
		status, answer := s.ask("POST", s.url+"/v1/cases", `{"model":"faros","facts":{"arbetsformaga_nedsatt":true,"samtycke":true}}`)
		if status != http.StatusCreated {
			t.Fatalf("%d %s", status, answer)
		}
		must(t, json.Unmarshal(answer, &opened))
		for name, address := range s.replicas {
			if status, answer := s.ask("GET", "http://"+address+"/v1/cases/"+opened.ID, ""); status != 200 || !bytes.Contains(answer, []byte(`"step":"behovsbedomning"`)) {
				t.Errorf("%s answers %d %s", name, status, answer)
			}
		}
	})

	t.Run("new files go live on both", func(t *testing.T) {
		before := s.hashes(t)
		publish(t, s.folder)
		until(t, "both have the new files", func() bool {
			after := s.hashes(t)
			return after["stegvis-1"] == after["stegvis-2"] && after["stegvis-1"] != before["stegvis-1"]
		})
	})

	t.Run("a replica that is stopped takes no request with it", func(t *testing.T) {
		stop := make(chan struct{})
		failed := make(chan string)
		go func() {
			defer close(failed)
			for {
				select {
				case <-stop:
					return
				default:
				}
				if status, answer := s.ask("GET", s.url+"/v1/cases/"+opened.ID, ""); status != 200 {
					failed <- fmt.Sprintf("%d %s", status, answer)
				}
			}
		}()
		one := s.run["stegvis-1"]
		must(t, one.Process.Signal(syscall.SIGTERM))
		go func() {
			one.Wait()
			close(stop)
		}()
		for f := range failed {
			t.Error(f)
		}
		if code := one.ProcessState.ExitCode(); code != 0 {
			t.Errorf("it ended with %d", code)
		}
	})
}

// hashes asks each replica which files it answers from.
func (s *site) hashes(t testing.TB) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name, address := range s.replicas {
		var r struct{ Hash string }
		_, answer := s.ask("GET", "http://"+address+"/readyz", "")
		must(t, json.Unmarshal(answer, &r))
		found[name] = r.Hash
	}
	return found
}

// publish puts the shipped files in force with a change to one of them, one more, and one fewer.
func publish(t testing.TB, folder string) {
	t.Helper()
	edited := t.TempDir()
	must(t, os.CopyFS(edited, os.DirFS(filepath.Join("..", "..", "workflows"))))
	model := filepath.Join(edited, "faros.toml")
	must(t, os.WriteFile(model, []byte(read(t, model)+"\n# A line more.\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(edited, "more_test.toml"), nil, 0o644))
	must(t, os.Remove(filepath.Join(edited, "nu_test.toml")))
	if out, err := exec.Command(filepath.Join(folder, "publish.sh"), edited).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shown, err := filepath.Glob(filepath.Join(folder, "workflows", "*.toml"))
	must(t, err)
	var names []string
	for _, path := range shown {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		names = append(names, filepath.Base(path))
	}
	if !slices.Contains(names, "more_test.toml") || slices.Contains(names, "nu_test.toml") {
		t.Errorf("the folder shows %q", names)
	}
}
