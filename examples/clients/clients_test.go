// Package clients_test holds the generated clients to the service: each is what its generator makes of the OpenAPI document, and the
// program that uses it lives through a case at a real server.
package clients_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stegvis/stegvis/dsl/calendar"
	_ "github.com/stegvis/stegvis/internal/cli" // what is run here, so that a result is not kept when it changes
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	must(t, err)
	return string(text)
}

// run runs a program in a folder, and returns what it writes.
func run(t testing.TB, folder string, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), environment...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, complaints.String())
	}
	return string(out)
}

// script is a program of an npm package. A machine that has not installed it fails.
func script(t testing.TB, path ...string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(append([]string{"typescript", "node_modules"}, path...)...))
	must(t, err)
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("%s is not there; '.ci/gate needs npm' installs it, or: apt-get install nodejs npm; npm ci --prefix examples/clients/typescript", file)
	}
	return file
}

func TestTheClientsAreMadeFromTheDocument(t *testing.T) {
	document, err := filepath.Abs(filepath.Join("..", "..", "docs", "openapi.json"))
	must(t, err)
	for _, hangsOn := range []string{document, "go/go.mod", "go/stegvis/oapi-codegen.yaml", "go/stegvis/overlay.yaml", "typescript/package-lock.json"} {
		read(t, hangsOn) // so that a result is not kept when it changes
	}
	for kept, generate := range map[string]func(string){
		filepath.Join("go", "stegvis", "client.gen.go"): func(to string) {
			run(t, filepath.Join("go", "stegvis"), nil, "go", "tool", "oapi-codegen", "-config", "oapi-codegen.yaml", "-o", to, document)
		},
		filepath.Join("typescript", "src", "stegvis.gen.ts"): func(to string) {
			run(t, "typescript", nil, "node", script(t, "openapi-typescript", "bin", "cli.js"), document, "-o", to,
				"--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")
		},
	} {
		fresh := filepath.Join(t.TempDir(), filepath.Base(kept))
		generate(fresh)
		if was, is := read(t, kept), read(t, fresh); was != is {
			diff := udiff.Unified("kept", "generated", was, is)
			t.Errorf("%s is not made from docs/openapi.json as it is now (make clients writes it):\n%s", kept, diff[:min(len(diff), 4000)])
		}
	}
}

// serve starts a service that keeps cases, and returns its address and the first API key.
func serve(t *testing.T) (url, key string) {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "stegvis")
	run(t, filepath.Join("..", ".."), nil, "go", "build", "-buildvcs=false", "-o", binary, "./cmd/stegvis")
	data, address := filepath.Join(folder, "data"), filepath.Join(folder, "address")
	cmd := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0", "--addr-file", address)
	var log bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Errorf("the service wrote (%v):\n%s", err, log.Bytes()[max(0, log.Len()-4000):])
		}
	})
	run(t, folder, []string{"STEGVIS_ADDR_FILE=" + address, "STEGVIS_ADDR=127.0.0.1:0"}, binary, "ready", "--wait", "3m")
	return "http://" + strings.TrimSpace(read(t, address)), strings.TrimSpace(read(t, data, "first.key"))
}

// What either client tells of the case is the same, and stands in transcript.txt.
func TestBothClientsLiveThroughACase(t *testing.T) {
	url, key := serve(t)
	environment := []string{"STEGVIS_URL=" + url, "STEGVIS_KEY=" + key}
	want := read(t, "transcript.txt")
	read(t, "go", "main.go")
	read(t, "typescript", "src", "main.ts")
	program := filepath.Join(t.TempDir(), "client")
	run(t, "go", nil, "go", "build", "-buildvcs=false", "-o", program, ".")
	// The compiled program finds its packages from where it lies.
	built := t.TempDir()
	must(t, os.Symlink(filepath.Dir(filepath.Dir(script(t, "typescript", "package.json"))), filepath.Join(built, "node_modules")))
	must(t, os.WriteFile(filepath.Join(built, "package.json"), []byte(`{"type":"module"}`), 0o644))
	run(t, "typescript", nil, "node", script(t, "typescript", "bin", "tsc"), "--outDir", filepath.Join(built, "dist"))
	for name, command := range map[string][]string{"Go": {program}, "TypeScript": {"node", filepath.Join(built, "dist", "main.js")}} {
		t.Run(name, func(t *testing.T) {
			for {
				day := calendar.Today(time.Now())
				got := run(t, ".", environment, command[0], command[1:]...)
				if calendar.Today(time.Now()) != day {
					continue // midnight came between, and with it another number of days left
				}
				if got != want {
					t.Error(udiff.Unified("transcript.txt", "told", want, got))
				}
				return
			}
		})
	}
}
