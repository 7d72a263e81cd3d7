package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// row is one row of the list of faults.
type row struct {
	fault int
	what  string // what must happen
	runs  []suite
}

// suite is tests of one package that are run together.
type suite struct {
	pkg    string        // relative to the repo: "./dsl/rule"
	tests  []string      // regular expressions that match whole names of top-level tests; each must match one or more
	skip   string        // of these, those whose names match it are left to another row; "": none
	checks int           // how many examples each property is tried on; 0: rapid's own number
	limit  time.Duration // the tests are ended, and have failed, after this long
}

// soakEnv tells tests that have a short and a long form to run the long one.
const soakEnv = "STEGVIS_SOAK=1"

// rowOf returns the row of a fault.
func rowOf(fault int) (row, bool) {
	for _, r := range table {
		if r.fault == fault {
			return r, true
		}
	}
	return row{}, false
}

// runRows runs the rows in order, and prints a line for each.
func runRows(ctx context.Context, r *report, rows []row) {
	for _, row := range rows {
		began := time.Now()
		var trouble []string
		for _, s := range row.runs {
			if fault := s.run(ctx); fault != "" {
				trouble = append(trouble, fault)
			}
		}
		r.result(fmt.Sprintf("FAULTS %d", row.fault), len(trouble) == 0, row.what, time.Since(began), strings.Join(trouble, "\n"))
	}
}

// args returns what `go test` is given.
func (s suite) args() []string {
	args := []string{"-count=1", "-timeout", s.limit.String(), "-run", "^(" + strings.Join(s.tests, "|") + ")$", s.pkg}
	if s.skip != "" {
		args = append(args, "-skip", "^("+s.skip+")$")
	}
	if s.checks > 0 {
		args = append(args, fmt.Sprintf("-rapid.checks=%d", s.checks))
	}
	return args
}

// run runs the tests at full length and tells what went wrong; "" when all is well.
func (s suite) run(ctx context.Context) string {
	result := goTest(ctx, []string{soakEnv}, s.args()...)
	return s.judge(result)
}

// judge tells what is wrong with the result of a run; "" when every test was found, ran and passed.
func (s suite) judge(result outcome) string {
	if result.err != nil {
		return fmt.Sprintf("go test %s: %v\n%s", strings.Join(s.args(), " "), result.err, result.output)
	}
	if len(result.skipped) > 0 {
		return fmt.Sprintf("%s: skipped, so not shown: %s", s.pkg, strings.Join(result.skipped, ", "))
	}
	for _, pattern := range s.tests {
		if !matchesAny(pattern, result.passed) {
			return fmt.Sprintf("%s: no test is called %s", s.pkg, pattern)
		}
	}
	return ""
}

// matchesAny tells whether the pattern matches one of the names, whole.
func matchesAny(pattern string, names map[string]bool) bool {
	whole := regexp.MustCompile("^(" + pattern + ")$")
	for name := range names {
		if whole.MatchString(name) {
			return true
		}
	}
	return false
}

// faults matches the tests that say in their name which fault they are of: TestSomething_FAULTS7.
func faults(n int) string { return fmt.Sprintf("Test.*_FAULTS%d", n) }
