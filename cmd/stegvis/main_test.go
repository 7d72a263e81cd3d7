package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stegvis/stegvis/internal/cli"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stegvis":  func() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"ask":      func() { os.Exit(ask(os.Args[1:])) },
		"provider": func() { os.Exit(provider(os.Args[1:])) },
		"vouch":    func() { os.Exit(vouch(os.Args[1:])) },
		"reform":   func() { os.Exit(reform(os.Args[1:])) },
		"until":    func() { os.Exit(until(os.Args[1:])) },
	})
}

// TestScripts runs testdata/script/*.txtar: each holds commands, the files they read and what they must print.
// $REPO is the repository, for the shipped models and cases.
func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repo)
			e.Setenv("NO_COLOR", "1")
			e.Setenv("STEGVIS_LANG", "")
			// A busy machine is no slow client.
			e.Setenv("STEGVIS_READ_TIMEOUT", "5m")
			e.Setenv("STEGVIS_WRITE_TIMEOUT", "5m")
			return nil
		},
	})
}
