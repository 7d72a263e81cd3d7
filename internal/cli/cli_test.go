package cli_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/cli"
)

// printed runs the command line and returns what it printed.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := cli.Run(context.Background(), args, strings.NewReader(""), &out, &errOut); code != 0 || errOut.Len() > 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, errOut.String())
	}
	return out.String()
}

// A command that is called by its name is made without the others beside it; that must not show.
func TestACommandIsTheSameAloneAndAmongAll(t *testing.T) {
	list := printed(t, "--lang", "en", "--help")
	names := regexp.MustCompile(`(?m)^  (\w+)  +\S`).FindAllStringSubmatch(list, -1)
	if len(names) < 20 {
		t.Fatalf("the commands are not listed:\n%s", list)
	}
	for _, name := range names {
		alone, among := printed(t, name[1], "--lang", "en", "--help"), printed(t, "--lang", "en", "help", name[1])
		if alone != among {
			t.Errorf("%s alone says\n%s\namong all it says\n%s", name[1], alone, among)
		}
	}
}
