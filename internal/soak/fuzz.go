package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// target is one fuzz function.
type target struct {
	pkg  string // its import path
	name string
}

// fuzzTargets finds every fuzz function of the packages. Finding none is an error.
func fuzzTargets(ctx context.Context, packages []string) ([]target, error) {
	result := goTest(ctx, nil, append([]string{"-list", "^Fuzz"}, packages...)...)
	if result.err != nil {
		return nil, fmt.Errorf("listing the fuzz targets: %w\n%s", result.err, result.output)
	}
	var targets []target
	for _, e := range result.events {
		if name := strings.TrimSpace(e.Output); strings.HasPrefix(name, "Fuzz") {
			targets = append(targets, target{pkg: e.Package, name: name})
		}
	}
	if len(targets) == 0 {
		return nil, errors.New("there are no fuzz targets in " + strings.Join(packages, " "))
	}
	return targets, nil
}

// slack is what a fuzz target may take beyond its time, for building it with the fuzzer's counters.
const slack = 2 * time.Minute

// runFuzz runs each target for the time each.
func runFuzz(ctx context.Context, r *report, targets []target, each time.Duration) {
	for _, t := range targets {
		began := time.Now()
		limit, cancel := context.WithTimeout(ctx, each+slack)
		result := goTest(limit, nil, "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", each.String(), t.pkg)
		cancel()
		runs := executions(result.output)
		note := runs + " runs"
		ok := result.err == nil
		if !ok && deadlineOnly(result.output) {
			ok = true
			note += ", its end misreported by the Go fuzzer: go.dev/issue/75804"
		}
		if ok && (runs == "" || runs == "0") {
			ok, note = false, "ran no input"
		}
		what := strings.TrimPrefix(t.pkg, module) + " " + t.name + ": " + note
		r.result("fuzz", ok, what, time.Since(began), result.output)
	}
}

// module is left out where packages are shown.
const module = "github.com/stegvis/stegvis/"

var progress = regexp.MustCompile(`execs: (\d+)|baseline coverage: (\d+)/`)

// executions returns how many inputs a fuzz run tried, by its last line of progress: those it made up, or, when it
// came no further, those it was seeded with and had kept from earlier runs. It is "" when it tells of none.
func executions(output string) string {
	all := progress.FindAllStringSubmatch(output, -1)
	if len(all) == 0 {
		return ""
	}
	last := all[len(all)-1]
	return last[1] + last[2] // one of them is empty
}

var deadline = regexp.MustCompile(`(?m)^--- FAIL: Fuzz\w+ \([\d.]+s\)\n\s+context deadline exceeded\n(FAIL|exit|===)`)

// deadlineOnly tells whether a fuzz run failed only because Go's fuzzer took the end of its time for a failure, as
// it sometimes does before Go 1.27 (go.dev/issue/75804). Every input had passed then: one that fails is written
// down and told of, and one that hangs is told of too.
func deadlineOnly(output string) bool {
	return deadline.MatchString(output) &&
		!strings.Contains(output, "Failing input") &&
		!strings.Contains(output, "panic:") &&
		!strings.Contains(output, "hung or terminated")
}
