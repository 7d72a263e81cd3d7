package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// event is one line of `go test -json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// outcome is what a run of `go test` came to.
type outcome struct {
	err     error           // of the command: a failed test, a package that does not build, a signal
	passed  map[string]bool // the top-level tests that ran and passed
	skipped []string        // tests, of any depth, that skipped themselves
	output  string          // all that was printed
	events  []event
}

// goTest runs `go test -json` with args and env, and gathers what it tells. When ctx ends, go is ended; the test that
// it ran ends when it next prints.
func goTest(ctx context.Context, env []string, args ...string) outcome {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	result, readErr := readEvents(&stdout)
	result.err = err
	if err == nil {
		result.err = readErr
	}
	result.output += stderr.String()
	return result
}

// readEvents gathers the events of `go test -json`. A line that is no event is kept as output.
func readEvents(r io.Reader) (outcome, error) {
	result := outcome{passed: map[string]bool{}}
	var output strings.Builder
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(&output, lines.Text())
			continue
		}
		result.events = append(result.events, e)
		output.WriteString(e.Output)
		switch {
		case e.Test == "":
		case e.Action == "skip":
			result.skipped = append(result.skipped, e.Test)
		case e.Action == "pass" && !strings.Contains(e.Test, "/"):
			result.passed[e.Test] = true
		}
	}
	result.output = output.String()
	return result, lines.Err()
}
