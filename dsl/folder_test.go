//go:build unix

package dsl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal("no symbolic links here:", err)
	}
}

// read reads a folder and returns what was read, as "name=text", and the faults, as "name code".
func read(dir string) (texts, faults string) {
	var list diag.List
	var out, bad []string
	for _, s := range dsl.ReadDir(dir, &list) {
		out = append(out, strings.TrimPrefix(s.Name, dir+"/")+"="+s.Text)
	}
	list.Sort()
	for _, f := range list {
		bad = append(bad, strings.TrimPrefix(f.Span.Name(), dir+"/")+" "+f.Code)
	}
	return strings.Join(out, ", "), strings.Join(bad, ", ")
}

func TestAFolderIsReadByNameAndNotBelow(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/b.toml", "B")
	put(t, dir+"/a.toml", "A")
	put(t, dir+"/.hidden.toml", "no")
	put(t, dir+"/read.me", "no")
	put(t, dir+"/a.toml~", "no")
	put(t, dir+"/below/c.toml", "no")
	texts, faults := read(dir)
	if texts != "a.toml=A, b.toml=B" || faults != "" {
		t.Errorf("read %q with faults %q", texts, faults)
	}
}

func TestSourcesAreNamedAsTheFolderIsGiven(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "flows/a.toml", "A")
	var faults diag.List
	for _, dir := range []string{"flows", "./flows/", "flows/../flows"} {
		if got := dsl.ReadDir(dir, &faults)[0].Name; got != "flows/a.toml" {
			t.Errorf("%s: %s", dir, got)
		}
	}
}

func TestLinksWithinTheFolderAreFollowed(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/..2026_1/faros.toml", "one")
	put(t, dir+"/..2026_2/faros.toml", "two")
	link(t, "..2026_1", dir+"/..data")
	link(t, "..data/faros.toml", dir+"/faros.toml")
	link(t, filepath.Join(dir, "..2026_2", "faros.toml"), dir+"/whole.toml")
	if texts, faults := read(dir); texts != "faros.toml=one, whole.toml=two" || faults != "" {
		t.Errorf("read %q with faults %q", texts, faults)
	}
	link(t, "..2026_2", dir+"/..data_tmp")
	if err := os.Rename(dir+"/..data_tmp", dir+"/..data"); err != nil {
		t.Fatal(err)
	}
	if texts, _ := read(dir); texts != "faros.toml=two, whole.toml=two" {
		t.Errorf("after the swap: %q", texts)
	}
	outer := filepath.Join(t.TempDir(), "link")
	link(t, dir, outer)
	if texts, faults := read(outer); texts != "faros.toml=two, whole.toml=two" || faults != "" {
		t.Errorf("through a link to the folder: %q with faults %q", texts, faults)
	}
}

func TestWhatIsNoPlainFileOfTheFolderIsRefusedUnread(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	put(t, dir+"/good.toml", "G")
	put(t, outside+"/secret.toml", "secret")
	link(t, outside+"/secret.toml", dir+"/link.toml")
	link(t, "../"+filepath.Base(outside)+"/secret.toml", dir+"/relative.toml")
	link(t, "/dev/zero", dir+"/zero.toml")
	link(t, "nowhere.toml", dir+"/dangling.toml")
	link(t, "loop.toml", dir+"/loop.toml")
	put(t, dir+"/folder.toml/x", "")
	if err := syscall.Mkfifo(dir+"/pipe.toml", 0o644); err != nil {
		t.Fatal("no pipes here:", err)
	}
	huge, err := os.Create(dir + "/huge.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := huge.Truncate(1 << 30); err != nil {
		t.Fatal(err)
	}
	huge.Close()
	start := time.Now()
	texts, faults := read(dir)
	if took := time.Since(start); took > slowest(2*time.Second) {
		t.Errorf("it took %v", took)
	}
	if texts != "good.toml=G" {
		t.Errorf("read %q", texts)
	}
	want := "dangling.toml file-vanished, folder.toml file-special, huge.toml file-too-large, link.toml file-outside, " +
		"loop.toml file-unreadable, pipe.toml file-special, relative.toml file-outside, zero.toml file-outside"
	if faults != want {
		t.Errorf("faults %q\nwant   %q", faults, want)
	}
}

func TestAFolderThatCannotBeReadIsSaidToBeSo(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/file.toml", "A")
	for path, code := range map[string]string{dir + "/none": "no-folder", dir + "/file.toml": "folder-unreadable"} {
		var faults diag.List
		dsl.ReadDir(path, &faults)
		if len(faults) != 1 || faults[0].Code != code || !strings.Contains(render(faults, lang.SV), path) {
			t.Errorf("%s: %s", path, render(faults, lang.SV))
		}
	}
}

func TestTooManyFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/one", "")
	for i := range 10_001 {
		if err := os.Link(dir+"/one", fmt.Sprintf("%s/%d.toml", dir, i)); err != nil {
			t.Fatal("no more links:", err)
		}
	}
	var faults diag.List
	if sources := dsl.ReadDir(dir, &faults); len(sources) != 0 || len(faults) != 1 || faults[0].Code != "too-many-files" {
		t.Errorf("%d sources, faults %s", len(sources), render(faults, lang.EN))
	}
	os.Remove(dir + "/0.toml")
	faults = nil
	if sources := dsl.ReadDir(dir, &faults); len(sources) != 10_000 || len(faults) != 0 {
		t.Errorf("%d sources, faults %s", len(sources), render(faults, lang.EN))
	}
}

func TestFilesThatAreLargeTogetherAreRefused(t *testing.T) {
	dir := t.TempDir()
	for i := range 129 {
		f, err := os.Create(fmt.Sprintf("%s/%d.toml", dir, i))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Truncate(512 << 10); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	var faults diag.List
	if sources := dsl.ReadDir(dir, &faults); sources != nil || len(faults) != 1 || faults[0].Code != "folder-too-large" {
		t.Errorf("%d sources, faults %s", len(sources), render(faults, lang.EN))
	}
}

// While two files are swapped together through one link, no reading has one of each.
func TestAReadingIsNeverAMixOfTwoStates(t *testing.T) {
	dir := t.TempDir()
	for _, state := range []string{"one", "two"} {
		put(t, dir+"/.."+state+"/a.toml", state)
		put(t, dir+"/.."+state+"/b.toml", state)
	}
	link(t, "..one", dir+"/..data")
	link(t, "..data/a.toml", dir+"/a.toml")
	link(t, "..data/b.toml", dir+"/b.toml")
	stop := make(chan struct{})
	var swapping sync.WaitGroup
	swapping.Add(1)
	go func() {
		defer swapping.Done()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			os.Symlink([]string{"..two", "..one"}[i%2], dir+"/..tmp")
			os.Rename(dir+"/..tmp", dir+"/..data")
			time.Sleep(2 * time.Millisecond)
		}
	}()
	for range 200 {
		texts, faults := read(dir)
		if texts != "a.toml=one, b.toml=one" && texts != "a.toml=two, b.toml=two" || faults != "" {
			t.Errorf("read %q with faults %q", texts, faults)
		}
	}
	close(stop)
	swapping.Wait()
}

func TestFilesBuiltInAreRead(t *testing.T) {
	var faults diag.List
	sources := dsl.ReadFS(fstest.MapFS{
		"b.toml":       {Data: []byte("B")},
		"a.toml":       {Data: []byte("A")},
		"below/c.toml": {Data: []byte("no")},
		".x.toml":      {Data: []byte("no")},
		"README.md":    {Data: []byte("no")},
	}, &faults)
	if len(faults) != 0 || len(sources) != 2 || sources[0].Name != "a.toml" || sources[1].Text != "B" {
		t.Errorf("%d sources, faults %s", len(sources), render(faults, lang.EN))
	}
}
