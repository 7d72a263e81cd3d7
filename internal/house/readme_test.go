package house_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the outputs that the documents show")

// What the documentation says that a command prints, it prints: standard output and diagnostics, as a terminal
// shows them. Each document has a fresh copy of the repo, in which its commands run one after another.
func TestDocumentsShowWhatCommandsPrint(t *testing.T) {
	// The documents name their ports: one run at a time, as far as those of other users can be waited for.
	if lock, err := os.OpenFile(filepath.Join(os.TempDir(), "stegvis-documents.lock"), os.O_CREATE|os.O_RDONLY, 0o666); err == nil {
		defer lock.Close()
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
	}
	bin := buildStegvis(t)
	for _, d := range documents(t) {
		if !slices.ContainsFunc(d.blocks, func(b block) bool { return b.lang == "console" }) {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			awaitPorts(t, d)
			copied := copyRepo(t)
			t.Cleanup(func() { endWhatWasLeft(t, copied) })
			fresh := make(map[int][]string)
			for i, b := range d.blocks {
				if b.lang == "console" {
					fresh[i] = checkConsole(t, d, b, bin, copied)
				}
			}
			if *update {
				rewrite(t, d, fresh)
			}
		})
	}
}

// port is where a document has a command listen while others follow.
var port = regexp.MustCompile(`(?m)^\$ .*--addr (127\.0\.0\.1:\d+) .* & `)

// awaitPorts waits until the ports that a document names are free: what another run began may still be ending.
func awaitPorts(t *testing.T, d *document) {
	t.Helper()
	for _, m := range port.FindAllStringSubmatch(strings.Join(d.lines, "\n"), -1) {
		for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
			l, err := net.Listen("tcp", m[1])
			if err == nil {
				l.Close()
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s listens on %s, and something else does: %v", d.name, m[1], err)
			}
		}
	}
}

// endWhatWasLeft ends the processes that a document began and wrote down in *.pid, where it did not get to end them itself, and waits
// until all are gone: until then they keep their ports, and write into the folder.
func endWhatWasLeft(t *testing.T, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.pid"))
	if err != nil {
		t.Error(err)
	}
	for _, file := range files {
		text, _ := os.ReadFile(file)
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			continue
		}
		if t.Failed() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		for end := time.Now().Add(time.Minute); runs(pid); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("what the document wrote down in %s goes on when it is over", filepath.Base(file))
				syscall.Kill(pid, syscall.SIGKILL)
				break
			}
		}
	}
}

// runs tells whether a process has not ended, though nobody may have asked how.
func runs(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := strings.Cut(string(text), ") ")
	return err != nil || !strings.HasPrefix(state, "Z")
}

// checkConsole runs the commands of a block, compares what they print, and returns the block as it should be.
func checkConsole(t *testing.T, d *document, b block, bin, dir string) []string {
	t.Helper()
	commands := readConsole(t, d, b)
	var fresh []string
	for i, c := range commands {
		got, code := shell(t, bin, dir, c.line)
		want := 0
		if i == len(commands)-1 {
			want = exitCode(t, d, b)
		}
		if code != want {
			t.Errorf("%s:%d: %s\nexit code %d, not %d; it printed:\n%s", d.name, c.at, c.line, code, want, got)
		}
		if shown := strings.Join(c.output, "\n"); got != shown && !*update {
			t.Errorf("%s:%d: %s\nprints\n%s\n\nthe document shows (go test ./internal/house -update rewrites it)\n%s", d.name, c.at, c.line, got, shown)
		}
		fresh = append(fresh, c.source...)
		if got != "" {
			fresh = append(fresh, strings.Split(got, "\n")...)
		}
	}
	return fresh
}

// command is one command of a console block with the output shown below it.
type command struct {
	at     int      // its line in the document
	source []string // as it stands there
	line   string   // as the shell gets it
	output []string
}

// readConsole splits a console block at its prompts. A backslash at the end continues a command on the next line.
func readConsole(t *testing.T, d *document, b block) []command {
	t.Helper()
	var commands []command
	continued := false
	for i := b.first; i < b.end; i++ {
		text := d.lines[i]
		begins, isCommand := strings.CutPrefix(text, "$ ")
		if isCommand {
			commands = append(commands, command{at: i + 1})
		}
		if len(commands) == 0 {
			t.Fatalf("%s:%d: a console block starts with a command after \"$ \"", d.name, i+1)
		}
		c := &commands[len(commands)-1]
		if !isCommand && !continued {
			c.output = append(c.output, text)
			continue
		}
		c.source = append(c.source, text)
		part, more := strings.CutSuffix(begins, `\`)
		c.line += part
		continued = more
	}
	return commands
}

// exitCode returns the exit code that a block promises of its last command.
func exitCode(t *testing.T, d *document, b block) int {
	t.Helper()
	for _, word := range b.words {
		if value, ok := strings.CutPrefix(word, "exit="); ok {
			code, err := strconv.Atoi(value)
			if err != nil {
				t.Fatalf("%s:%d: %v", d.name, b.first, err)
			}
			return code
		}
	}
	return 0
}

// shell runs a line as a newcomer would, and returns what the terminal shows and the exit code. `go run
// ./cmd/stegvis` is the binary built from it.
func shell(t *testing.T, bin, dir, line string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", strings.ReplaceAll(line, "go run ./cmd/stegvis", "stegvis"))
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LANG=C.UTF-8"}
	var shown bytes.Buffer
	cmd.Stdout, cmd.Stderr = &shown, &shown
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.TrimRight(shown.String(), "\n"), cmd.ProcessState.ExitCode()
}

// rewrite puts the fresh blocks, by their index, into the document: the last one first, so that the places of the
// others stay true.
func rewrite(t *testing.T, d *document, fresh map[int][]string) {
	t.Helper()
	lines := slices.Clone(d.lines)
	for i, b := range slices.Backward(d.blocks) {
		if text, ok := fresh[i]; ok {
			lines = slices.Replace(lines, b.first, b.end, text...)
		}
	}
	path := filepath.Join(top(t), filepath.FromSlash(d.name))
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The README promises that two commands are enough: one that answers for a shipped case, one that runs the tests.
func TestSettingUpTakesTwoCommands(t *testing.T) {
	d := documentNamed(t, "README.md")
	i := slices.IndexFunc(d.blocks, func(b block) bool { return b.lang == "sh" })
	if i < 0 {
		t.Fatal("README.md has no sh block")
	}
	commands := strings.Split(d.text(d.blocks[i]), "\n")
	if len(commands) != 2 || commands[1] != "make test" {
		t.Fatalf("the first sh block of README.md is not two commands of which the last is make test:\n%s", strings.Join(commands, "\n"))
	}
	first := regexp.MustCompile(`^go run \./cmd/stegvis next --model faros examples/cases/[a-z0-9_-]+\.json$`)
	if !first.MatchString(commands[0]) {
		t.Fatalf("the first command does not put a shipped case through FAROS: %s", commands[0])
	}
	printed, code := shell(t, buildStegvis(t), copyRepo(t), commands[0])
	if code != 0 || printed == "" {
		t.Errorf("%s\nexit code %d; it printed:\n%s", commands[0], code, printed)
	}
}

// The README promises a webhook about a deadline in five commands: the service, that it answers, who wants to be told, a listener, a case.
func TestFromNothingToAWebhookTakesFiveCommands(t *testing.T) {
	d := documentNamed(t, "README.md")
	i := slices.IndexFunc(d.blocks, func(b block) bool { return b.lang == "console" && strings.Contains(d.text(b), "stegvis listen") })
	if i < 0 {
		t.Fatal("README.md shows no webhook")
	}
	text := d.text(d.blocks[i])
	if n := len(regexp.MustCompile(`(?m)(?:^\$ |& \\\n  )(?:stegvis|curl) `).FindAllString(text, -1)); n != 5 {
		t.Errorf("it takes %d commands", n)
	}
	if !strings.Contains(text, "is late") || !strings.Contains(text, "verified") {
		t.Error("no event about a deadline is shown")
	}
}

func documentNamed(t *testing.T, name string) *document {
	t.Helper()
	for _, d := range documents(t) {
		if d.name == name {
			return d
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

// buildStegvis builds the command and returns the folder it lies in.
func buildStegvis(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", bin+string(filepath.Separator), "./cmd/stegvis")
	cmd.Dir = top(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build ./cmd/stegvis: %v\n%s", err, out)
	}
	return bin
}

// copyRepo copies the repo, without what is hidden and what npm installs, and returns the copy's top folder.
func copyRepo(t *testing.T) string {
	t.Helper()
	root, dir := top(t), t.TempDir()
	err := filepath.WalkDir(root, func(from string, entry fs.DirEntry, err error) error {
		if err != nil || from == root {
			return err
		}
		below, err := filepath.Rel(root, from)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, below)
		hidden := filepath.Dir(from) == root && strings.HasPrefix(entry.Name(), ".")
		switch {
		case entry.IsDir() && (hidden || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir():
			return os.Mkdir(to, 0o777)
		case hidden || !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
