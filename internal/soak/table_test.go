package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFuzzTargetsShareWhatTheRowsLeave(t *testing.T) {
	cases := []struct {
		left time.Duration
		n    int
		each time.Duration
	}{
		{40 * time.Minute, 10, 2 * time.Minute},
		{40 * time.Minute, 20, 90 * time.Second},
		{5 * time.Minute, 20, -15 * time.Second}, // too little, which the run tells
	}
	for _, c := range cases {
		if got := fuzzTime(c.left, c.n); got != c.each {
			t.Errorf("%d targets in %s: %s each, want %s", c.n, c.left, got, c.each)
		}
	}
}

func TestRowsAreInOrderAndHaveTests(t *testing.T) {
	last := 0
	for _, r := range table {
		if r.fault <= last {
			t.Errorf("row %d stands after row %d", r.fault, last)
		}
		last = r.fault
		if r.what == "" || len(r.runs) == 0 {
			t.Errorf("row %d says or runs nothing", r.fault)
		}
		for _, s := range r.runs {
			if len(s.tests) == 0 || s.limit <= 0 {
				t.Errorf("row %d: %s has no tests or no limit", r.fault, s.pkg)
			}
		}
	}
	if last == 0 {
		t.Error("the table is empty")
	}
}

// A test that is renamed must be renamed in the table too; it is cheaper to learn it here than in an hour's run.
func TestEveryTestThatARowNamesIsThere(t *testing.T) {
	for _, r := range table {
		for _, s := range r.runs {
			names := testsIn(t, filepath.Join("..", "..", filepath.FromSlash(s.pkg)))
			for _, pattern := range s.tests {
				if !matchesAny(pattern, names) {
					t.Errorf("row %d: %s has no test called %s", r.fault, s.pkg, pattern)
				}
			}
		}
	}
}

// testsIn returns the names of the tests in a folder.
func testsIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), "*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
