package main

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// told is what `go test -json` tells of a run in which TestA passed with a subtest and TestB skipped itself.
const told = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/sub"}
{"Action":"output","Package":"p","Test":"TestA","Output":"hello\n"}
{"Action":"pass","Package":"p","Test":"TestA/sub","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
go: a line that is no event
{"Action":"pass","Package":"p","Elapsed":0.01}
`

func TestEventsTellWhatPassedAndWhatWasSkipped(t *testing.T) {
	got, err := readEvents(strings.NewReader(told))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.passed) != 1 || !got.passed["TestA"] {
		t.Errorf("passed: %v", got.passed)
	}
	if len(got.skipped) != 1 || got.skipped[0] != "TestB" {
		t.Errorf("skipped: %v", got.skipped)
	}
	if want := "hello\ngo: a line that is no event\n"; got.output != want {
		t.Errorf("output: %q, want %q", got.output, want)
	}
}

func TestARowIsOKOnlyWhenEveryTestItNamesRanAndPassed(t *testing.T) {
	s := suite{pkg: "./p", tests: []string{"TestA", "TestLong.*"}, limit: time.Minute}
	passed := map[string]bool{"TestA": true, "TestLongRun": true}
	cases := []struct {
		name   string
		result outcome
		want   string // in what it says; "" when all is well
	}{
		{"all passed", outcome{passed: passed}, ""},
		{"the command failed", outcome{err: errors.New("exit status 1"), passed: passed, output: "boom"}, "boom"},
		{"one was skipped", outcome{passed: passed, skipped: []string{"TestA/sub"}}, "TestA/sub"},
		{"a name matches nothing", outcome{passed: map[string]bool{"TestA": true}}, "no test is called TestLong.*"},
		{"a name is only the start of one", outcome{passed: map[string]bool{"TestAll": true, "TestLongRun": true}}, "no test is called TestA"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := s.judge(c.result)
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}

func TestAReportWithoutResultsHasFailed(t *testing.T) {
	var out strings.Builder
	if code := newReport(&out).close(); code != 1 {
		t.Errorf("exit code %d", code)
	}
}

func TestAReportHasALineForEachResultAndTheOutputOfThoseThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // on a clock of its own
		var out strings.Builder
		r := newReport(&out)
		r.result("FAULTS 1", true, "the last good version stays", 12300*time.Millisecond, "not shown")
		time.Sleep(13 * time.Second)
		r.result("FAULTS 2", false, "never a part of a file", time.Second, "line one\nline two\n")
		if code := r.close(); code != 1 {
			t.Errorf("exit code %d", code)
		}
		want := `FAULTS 1   ok    the last good version stays  (12.3s)
FAULTS 2   FAIL  never a part of a file  (1.0s)
    line one
    line two
FAILED: 1 of 2, after 13s
`
		if out.String() != want {
			t.Errorf("it prints\n%s\nwant\n%s", out.String(), want)
		}
	})
}

func TestARowCanLeaveTestsToAnother(t *testing.T) {
	s := suite{pkg: "./p", tests: []string{"Test.*"}, skip: faults(32), limit: time.Minute}
	if got := strings.Join(s.args(), " "); !strings.Contains(got, "-skip ^(Test.*_FAULTS32)$") {
		t.Errorf("go test %s", got)
	}
}
