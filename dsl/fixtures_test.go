package dsl_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The folders of faulty files. Each is read as one set, as `stegvis check` reads a folder. The files of cut do not
// tell what they are, which excuses what would be reported of other files if they stood beside them.
var brokenFolders = []string{"broken", "cut"}

// A fixture says beside each faulty line what must be reported there:
//
//	max = "12 hours"
//	# want 7-16 duration-in-hours "`12 hours`"
//
// that is, the columns of the first and the last character, the code, and optionally a part of the English
// message. The line is the nearest above that is no such comment. Where no comment can stand, the place is given
// whole, anywhere in the file: "# want @12:7-16 code"; "@12:7-14:3" ends on another line. What spans no
// character has one column.
var wantLine = regexp.MustCompile(`# want (?:@(\d+):)?(\d+)(?:-(?:(\d+):)?(\d+))? ([a-z0-9-]+)(?: "(.*)")?\s*$`)

type expectation struct {
	place, code, part string
}

func expectations(t *testing.T, src *diag.Source) (out []expectation) {
	line := 0
	for i := 1; i <= src.Lines(); i++ {
		text := src.Line(i)
		if !strings.Contains(text, "# want") {
			line = i
			continue
		}
		m := wantLine.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("%s:%d: this is no expectation: %s", src.Name, i, text)
		}
		at := strconv.Itoa(line)
		if m[1] != "" {
			at = m[1]
		}
		place := at + ":" + m[2]
		if m[4] != "" {
			place += "-"
			if m[3] != "" {
				place += m[3] + ":"
			}
			place += m[4]
		}
		out = append(out, expectation{place, m[5], m[6]})
	}
	return out
}

// placeOf writes the place of a fault as fixtures do.
func placeOf(s diag.Span) string {
	from := s.Source.Position(s.Start)
	place := fmt.Sprintf("%d:%d", from.Line, from.Column)
	if s.End <= s.Start+1 {
		return place
	}
	to := s.Source.Position(s.End)
	to.Column-- // the last character, not the one after it
	switch {
	case to.Line != from.Line:
		place += fmt.Sprintf("-%d:%d", to.Line, to.Column)
	case to.Column != from.Column:
		place += fmt.Sprintf("-%d", to.Column)
	}
	return place
}

func loadFolder(t *testing.T, folder string) *dsl.Set {
	t.Helper()
	var faults diag.List
	sources := dsl.ReadDir(filepath.Join("testdata", folder), &faults)
	if len(faults) > 0 {
		t.Fatalf("reading %s: %s", folder, render(faults, lang.EN))
	}
	return dsl.Load(sources)
}

func render(faults diag.List, l lang.Lang) string {
	var b bytes.Buffer
	if err := faults.WriteText(&b, diag.TextOptions{Lang: l}); err != nil {
		panic(err)
	}
	return b.String()
}

func TestEveryFaultOfABrokenFileIsReportedAtItsPlaceAndNoOther(t *testing.T) {
	for _, folder := range brokenFolders {
		set := loadFolder(t, folder)
		byFile := map[*diag.Source]diag.List{}
		for _, f := range set.Faults {
			byFile[f.Span.Source] = append(byFile[f.Span.Source], f)
		}
		for _, src := range set.Files {
			t.Run(folder+"/"+filepath.Base(src.Name), func(t *testing.T) {
				want := expectations(t, src)
				for _, f := range byFile[src] {
					place, message := placeOf(f.Span), f.Message(lang.EN)
					found := false
					for i, w := range want {
						if w.place == place && w.code == f.Code && strings.Contains(message, w.part) {
							want = append(want[:i], want[i+1:]...)
							found = true
							break
						}
					}
					if !found {
						t.Errorf("unexpected: # want @%s %s %q", place, f.Code, message)
					}
				}
				for _, w := range want {
					t.Errorf("missing: @%s %s %q", w.place, w.code, w.part)
				}
				golden(t, src, byFile[src])
			})
		}
	}
}

// golden compares what a person reads with what is kept beside the fixture.
func golden(t *testing.T, src *diag.Source, faults diag.List) {
	t.Helper()
	path := strings.TrimSuffix(src.Name, ".toml") + ".txt"
	if len(faults) == 0 {
		if _, err := os.Stat(path); err == nil && !*update {
			t.Errorf("%s is kept, but nothing is reported", path)
		} else if err == nil {
			os.Remove(path)
		}
		return
	}
	got := render(faults, lang.SV) + "\n" + strings.Repeat("-", 72) + "\n\n" + render(faults, lang.EN)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew); now:\n%s", path, got)
	}
}

// notOfFiles are the codes of faults that no file here can have: those of reading a folder, limits so large that a
// test of their own makes the file, what another fault always goes before (an empty rule is an empty text), and the
// last resorts, for what no test of the syntax or the rules has found a way to.
var notOfFiles = regexp.MustCompile(`^(rule-(empty|not-utf8|want|unreadable|not-allowed)|toml-syntax|folder-|file-|no-folder|more-faults|too-many-(files|steps|facts|values|definitions|demands)|toml-(too-|not-utf8|names-too-long|more-faults|unreadable))`)

func TestTheBrokenFilesHaveEveryKindOfFault(t *testing.T) {
	seen := map[string]bool{}
	files := 0
	for _, folder := range brokenFolders {
		set := loadFolder(t, folder)
		files += len(set.Files)
		for _, f := range set.Faults {
			seen[f.Code] = true
			seen[f.Hint] = true
			for _, r := range f.Related {
				seen[r.Code] = true
			}
		}
	}
	if files < 45 {
		t.Errorf("only %d broken files", files)
	}
	var lacking []string
	for _, part := range []string{"model", "rule", "syntax", "overlay"} {
		for _, id := range catalogueIDs(t, part) {
			if !seen[id] && !notOfFiles.MatchString(id) {
				lacking = append(lacking, id)
			}
		}
	}
	sort.Strings(lacking)
	if len(lacking) > 0 {
		t.Errorf("no broken file has: %s", strings.Join(lacking, ", "))
	}
}

var catalogueID = regexp.MustCompile(`(?m)^\s*"([a-z][a-z0-9-]*)":`)

// catalogueIDs lists the messages of a part of the catalogue, hints not counted.
func catalogueIDs(t *testing.T, part string) (ids []string) {
	data, err := os.ReadFile(filepath.Join("diag", "catalogue", part+".en.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range catalogueID.FindAllStringSubmatch(string(data), -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestGoodFilesHaveNoFaults(t *testing.T) {
	set := loadFolder(t, "good")
	if len(set.Faults) > 0 || len(set.Failed) > 0 {
		t.Errorf("faults in good files:\n%s", render(set.Faults, lang.EN))
	}
	if len(set.Models) < 4 {
		t.Errorf("%d models, want at least 4", len(set.Models))
	}
}
