package deploy_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

const containerfile = "compose/Containerfile"

// stages reads the Containerfile as BuildKit does. warned is what its linter says.
func stages() (all []instructions.Stage, warned []string, err error) {
	text, err := os.ReadFile(containerfile)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	for _, w := range parsed.Warnings {
		warned = append(warned, w.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) { warned = append(warned, rule+": "+message) }})
	all, _, err = instructions.Parse(parsed.AST, lint)
	return all, warned, err
}

// buildAsTheImage builds the binary with the command of the Containerfile, in a copy of the files that its build gets to see.
func buildAsTheImage(folder string) (string, error) {
	all, _, err := stages()
	if err != nil {
		return "", err
	}
	var command string
	for _, c := range all[0].Commands {
		if r, ok := c.(*instructions.RunCommand); ok && strings.Contains(r.String(), "go build") {
			command = strings.Join(r.CmdLine, " ")
		}
	}
	if !strings.Contains(command, " -o /out/stegvis ") {
		return "", fmt.Errorf("the Containerfile does not build /out/stegvis: %q", command)
	}
	source := filepath.Join(folder, "src")
	if err := copyContext(filepath.Join("..", ".."), source); err != nil {
		return "", err
	}
	out := filepath.Join(folder, "stegvis")
	cmd := exec.Command("sh", "-c", strings.Replace(command, "/out/stegvis", out, 1))
	cmd.Dir = source
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", command, err, text)
	}
	return out, nil
}

// copyContext copies what the ignore file lets through.
func copyContext(from, to string) error {
	f, err := os.Open(containerfile + ".dockerignore")
	if err != nil {
		return err
	}
	defer f.Close()
	patterns, err := ignorefile.ReadAll(f)
	if err != nil {
		return err
	}
	ignored, err := patternmatcher.New(patterns)
	if err != nil {
		return err
	}
	if ignored.Exclusions() {
		return errors.New("the ignore file has exceptions, which this copy does not know")
	}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil || name == "." {
			return err
		}
		skip, err := ignored.MatchesOrParentMatches(name)
		switch {
		case err != nil:
			return err
		case skip && entry.IsDir():
			return fs.SkipDir
		case skip, !entry.IsDir() && !entry.Type().IsRegular():
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		// A folder that is left out can hold files that are not.
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o644)
	})
}

func TestBuildKitTakesTheContainerfile(t *testing.T) {
	_, warned, err := stages()
	must(t, err)
	if len(warned) > 0 {
		t.Error(strings.Join(warned, "\n"))
	}
}

// The image runs as nobody in particular, starts the service, and looks after its health with a command that there is.
func TestTheImageRunsTheService(t *testing.T) {
	all, _, err := stages()
	must(t, err)
	last := all[len(all)-1]
	if last.BaseName != "scratch" {
		t.Errorf("the image stands on %s", last.BaseName)
	}
	environment := map[string]string{}
	var user, path string
	var args, health []string
	for _, c := range last.Commands {
		switch c := c.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.EnvCommand:
			for _, e := range c.Env {
				environment[e.Key] = e.Value
			}
		case *instructions.EntrypointCommand:
			path = c.CmdLine[0]
		case *instructions.CmdCommand:
			args = c.CmdLine
		case *instructions.HealthCheckCommand:
			health = c.Health.Test
		}
	}
	if user == "" || strings.HasPrefix(user, "0") || strings.HasPrefix(user, "root") {
		t.Errorf("the image runs as %q", user)
	}
	printed(t, args, environment)
	if !slices.Equal(health, []string{"CMD", path, "ready"}) {
		t.Errorf("the health of the image is asked for by %q", health)
	}
	cmd := exec.Command(binary, health[2:]...)
	cmd.Env = []string{"STEGVIS_ADDR=127.0.0.1:1"}
	if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("where nobody answers, %s exits with %d:\n%s", cmd, cmd.ProcessState.ExitCode(), out)
	}
}
