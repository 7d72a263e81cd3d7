package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// report prints one line for each result and remembers how many failed.
type report struct {
	out    io.Writer
	began  time.Time
	done   int
	failed int
}

func newReport(out io.Writer) *report { return &report{out: out, began: time.Now()} }

// tail is how many lines of a failed run's output are shown.
const tail = 80

// result prints one result. output is shown only when the run failed.
func (r *report) result(name string, ok bool, what string, took time.Duration, output string) {
	r.done++
	word := "ok  "
	if !ok {
		word = "FAIL"
		r.failed++
	}
	fmt.Fprintf(r.out, "%-10s %s  %s  (%.1fs)\n", name, word, what, took.Seconds())
	if ok {
		return
	}
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if cut := len(lines) - tail; cut > 0 {
		lines = append([]string{fmt.Sprintf("… %d lines before", cut)}, lines[cut:]...)
	}
	for _, line := range lines {
		fmt.Fprintln(r.out, "    "+line)
	}
}

// close prints the summary and returns the exit code. Nothing run is a failure: a gate that checked nothing must
// not look like one that passed.
func (r *report) close() int {
	took := time.Since(r.began).Round(time.Second)
	switch {
	case r.done == 0:
		fmt.Fprintln(r.out, "FAILED: nothing was run")
		return 1
	case r.failed > 0:
		fmt.Fprintf(r.out, "FAILED: %d of %d, after %s\n", r.failed, r.done, took)
		return 1
	}
	fmt.Fprintf(r.out, "all %d ok in %s\n", r.done, took)
	return 0
}
