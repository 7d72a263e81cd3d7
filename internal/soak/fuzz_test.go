package main

import "testing"

func TestTheLastLineOfProgressTellsHowManyInputsWereTried(t *testing.T) {
	output := `fuzz: elapsed: 0s, gathering baseline coverage: 0/9 completed
fuzz: elapsed: 3s, execs: 400 (133/sec), new interesting: 1 (total: 10)
fuzz: elapsed: 5s, execs: 991 (133/sec), new interesting: 1 (total: 10)
PASS
`
	if got := executions(output); got != "991" {
		t.Errorf("it reads %q", got)
	}
	if got := executions("fuzz: elapsed: 2s, gathering baseline coverage: 263/534 completed\nPASS\n"); got != "263" {
		t.Errorf("of a run that only came through earlier inputs it reads %q", got)
	}
	if got := executions("PASS\n"); got != "" {
		t.Errorf("of a run that tells nothing it reads %q", got)
	}
}

func TestOnlyTheFuzzersOwnDeadlineIsForgiven(t *testing.T) {
	cases := []struct {
		name, output string
		want         bool
	}{
		{"the deadline alone", "--- FAIL: FuzzRead (5.02s)\n    context deadline exceeded\nFAIL\nexit status 1\n", true},
		{"a failing input", "--- FAIL: FuzzRead (5.02s)\n    --- FAIL: FuzzRead (0.00s)\n        x_test.go:9: wrong\n    \n    Failing input written to testdata/fuzz/FuzzRead/582528ddfad69eb5\nFAIL\n", false},
		{"a failing input that speaks of a deadline", "--- FAIL: FuzzRead (5.02s)\n    context deadline exceeded\nFAIL\n    Failing input written to testdata/fuzz/FuzzRead/58\n", false},
		{"a hang", "--- FAIL: FuzzRead (5.02s)\n    fuzzing process hung or terminated unexpectedly: exit status 2\nFAIL\n", false},
		{"success", "PASS\n", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := deadlineOnly(c.output); got != c.want {
				t.Errorf("it says %t", got)
			}
		})
	}
}
