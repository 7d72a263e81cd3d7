// Package deploy_test holds the files for running stegvis to the truth, with the libraries and programs that will read them: systemd,
// BuildKit's parser, Compose's loader, the types of Kubernetes, a real Caddy and a real PostgreSQL. It is a module of its own, so
// that these are needed here alone.
//
// Containers are not started. What stands in them is: the binary is built as the Containerfile says, from what its ignore file lets
// through, and run with the settings that compose.yaml gives it.
package deploy_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// binary is stegvis as the Containerfile builds it.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "deploy")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	if binary, err = buildAsTheImage(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// must ends the test where something else than what is tested fails.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// read returns the text of a file.
func read(t testing.TB, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	must(t, err)
	return string(text)
}

// The image has no loader and no libraries.
func TestTheBinaryNeedsNothingOfTheImage(t *testing.T) {
	f, err := elf.Open(binary)
	must(t, err)
	defer f.Close()
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("the binary needs %v (%v)", libraries, err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary needs a loader")
		}
	}
}

// setting is how --print-config shows one.
var setting = regexp.MustCompile(`(?m)^# (.+)\n([a-z_]+) = (.*)$`)

// printed runs stegvis serve --print-config with the arguments in the environment, and returns where each setting comes from and what it
// is. Whatever the program does not know, or does not take, fails the test.
func printed(t testing.TB, args []string, environment map[string]string) (from, value map[string]string) {
	t.Helper()
	cmd := exec.Command(binary, append(args, "--print-config", "--lang", "en")...)
	cmd.Dir = t.TempDir()
	for name, v := range environment {
		cmd.Env = append(cmd.Env, name+"="+v)
	}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v\n%s", cmd, err, complaints.String())
	}
	from, value = map[string]string{}, map[string]string{}
	for _, m := range setting.FindAllStringSubmatch(out.String(), -1) {
		from[m[2]], value[m[2]] = m[1], strings.Trim(m[3], `"`)
	}
	for name, v := range environment {
		key, ours := strings.CutPrefix(name, "STEGVIS_")
		if !ours {
			continue
		}
		key = strings.ToLower(key)
		switch {
		case v == "": // says nothing
			if _, known := from[key]; !known {
				t.Errorf("%s: there is no such setting", name)
			}
		case from[key] != "From the environment: "+name+".":
			t.Errorf("%s: %s", name, map[bool]string{true: from[key], false: "there is no such setting"}[from[key] != ""])
		case value[key] != v:
			t.Errorf("%s is %q, and the program has %q", name, v, value[key])
		}
	}
	return from, value
}
