// Command soak does the long runs: the tests of what can go wrong, each at full length, and minutes of
// fuzzing for every fuzz target. It is what `make soak` runs; `make test` uses its fuzz command for seconds.
//
//	go run ./internal/soak                 every row of the table, then every fuzz target
//	go run ./internal/soak rows 1 9        only these rows
//	go run ./internal/soak fuzz -time 5s   only the fuzz targets, this long each
//
// What is run stands in table.go: for each row of the list of faults, the tests that show what must happen.
// A row is ok only when every test that it names was found, ran and passed. A name that matches no test is a
// failure, and so is a test that skips itself, so that a test that was renamed or switched off is noticed.
//
// One line of result is printed for each row and each fuzz target, and the output of those that failed. The exit
// code is 0 when all are ok, 1 when one failed, 2 on wrong use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// The full run is over after longest. The rows come first; what they leave is shared by the fuzz targets, each of
// which gets from fuzzLeast to fuzzMost, besides the time to build it.
const (
	longest   = 73 * time.Minute
	fuzzLeast = 30 * time.Second
	fuzzMost  = 2 * time.Minute
	fuzzBuild = 30 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
	os.Exit(code)
}

// errUse is wrong use of the command line.
var errUse = errors.New("use: soak [rows N…] or soak fuzz [-time 5s] [PACKAGE…]")

// run does what args ask for, writes the results to out and returns the exit code.
func run(ctx context.Context, args []string, out io.Writer) (int, error) {
	if len(args) == 0 {
		return everything(ctx, out)
	}
	switch args[0] {
	case "rows":
		return someRows(ctx, args[1:], out)
	case "fuzz":
		return someFuzz(ctx, args[1:], out)
	}
	return 2, errUse
}

// everything is the full run.
func everything(ctx context.Context, out io.Writer) (int, error) {
	end := time.Now().Add(longest)
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	r := newReport(out)
	runRows(ctx, r, table)
	targets, err := fuzzTargets(ctx, []string{"./..."})
	if err != nil {
		return 1, err
	}
	each := fuzzTime(time.Until(end), len(targets))
	if each < fuzzLeast {
		r.result("fuzz", false, "the rows left too little time for it", 0, "")
		return r.close(), nil
	}
	runFuzz(ctx, r, targets, each)
	return r.close(), nil
}

// fuzzTime returns how long each of n targets runs when they have left together.
func fuzzTime(left time.Duration, n int) time.Duration {
	return min(fuzzMost, left/time.Duration(n)-fuzzBuild).Round(time.Second)
}

// someRows runs the rows whose numbers are given.
func someRows(ctx context.Context, args []string, out io.Writer) (int, error) {
	if len(args) == 0 {
		return 2, errUse
	}
	var rows []row
	for _, arg := range args {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return 2, errUse
		}
		found, ok := rowOf(n)
		if !ok {
			return 2, fmt.Errorf("row %d is not in the table", n)
		}
		rows = append(rows, found)
	}
	r := newReport(out)
	runRows(ctx, r, rows)
	return r.close(), nil
}

// someFuzz runs every fuzz target of the given packages, all packages when none is given.
func someFuzz(ctx context.Context, args []string, out io.Writer) (int, error) {
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	each := flags.Duration("time", 5*time.Second, "how long each target runs")
	if err := flags.Parse(args); err != nil {
		return 2, errUse
	}
	packages := flags.Args()
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	targets, err := fuzzTargets(ctx, packages)
	if err != nil {
		return 1, err
	}
	r := newReport(out)
	runFuzz(ctx, r, targets, *each)
	return r.close(), nil
}
