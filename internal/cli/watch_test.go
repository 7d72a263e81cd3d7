package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/casetest"
)

// screen is what a command writes while the test reads.
type screen struct{ casetest.Output }

// await waits until what was written since the mark holds text, and returns where the next wait begins.
func (s *screen) await(t *testing.T, mark int, text string) int {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		now := s.String()
		if i := strings.Index(now[mark:], text); i >= 0 {
			return mark + i + len(text)
		}
		if time.Now().After(deadline) {
			t.Fatalf("no %q in what followed:\n%s", text, now[mark:])
		}
	}
}

// TestWatchFollowsCaseAndModel edits the case and the model under a watching command: good text answers again, bad text
// is told of while the old answers stay, and the next good save heals it.
func TestWatchFollowsCaseAndModel(t *testing.T) {
	dir := t.TempDir()
	copyTo := func(from, to string) {
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files := filepath.Join(dir, "workflows")
	if err := os.Mkdir(files, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"vocabulary.toml", "vocabulary.en.toml", "faros.toml", "faros.en.toml"} {
		copyTo("../../workflows/"+name, filepath.Join(files, name))
	}
	caseFile := filepath.Join(dir, "case.json")
	copyTo("../../examples/cases/follow-up-due-soon.json", caseFile)
	edit := func(path, from, to string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), from) {
			t.Fatalf("%s holds no %q", path, from)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(b), from, to)), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	ctx, cancel := context.WithCancel(context.Background())
	var out, errOut screen
	code := make(chan int)
	go func() {
		code <- Run(ctx, []string{"next", "--lang", "en", "--workflows", files, "--model", "faros", "--watch", caseFile}, strings.NewReader(""), &out, &errOut)
	}()
	mark := out.await(t, 0, "by 2026-04-13 (12 days left)")
	model := filepath.Join(files, "faros.toml")

	edit(caseFile, `"2026-04-01"`, `"2026-04-20"`)
	mark = out.await(t, mark, "was due 2026-04-13 (7 days late)")

	edit(model, `"12 weeks"`, `"11 weeks"`)
	mark = out.await(t, mark, "was due 2026-04-06 (14 days late)")

	edit(model, `"11 weeks"`, `"11 hours"`)
	said := errOut.await(t, 0, "[duration-in-hours]")
	errOut.await(t, said, "answers as before")

	edit(model, `"11 hours"`, `"10 weeks"`)
	mark = out.await(t, mark, "was due 2026-03-30 (21 days late)")

	edit(caseFile, `"2026-04-20"`, `"2026-04-40"`)
	errOut.await(t, said, "[case-at]")
	edit(caseFile, `"2026-04-40"`, `"2026-04-20"`)
	out.await(t, mark, "21 days late")

	cancel()
	if got := <-code; got != 0 {
		t.Fatalf("exit code %d when interrupted, want 0", got)
	}
}
