package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// document is a Markdown file of the repo.
type document struct {
	name   string // relative to the top folder, with slashes
	lines  []string
	blocks []block
}

// block is a fenced block of a document. The words after its language say how it is held to the truth:
//
//	```toml workflows/faros.toml   an excerpt of that file
//	```console exit=1              commands after "$ ", each followed by what it prints; the last one exits with 1
type block struct {
	lang  string
	words []string
	first int // index of the first line between the fences
	end   int // index of the closing fence
}

// text returns what stands between the fences.
func (d *document) text(b block) string { return strings.Join(d.lines[b.first:b.end], "\n") }

// file returns the file that the block says it shows; "" when it names none.
func (b block) file() string {
	for _, word := range b.words {
		if !strings.Contains(word, "=") {
			return word
		}
	}
	return ""
}

// headings returns what links to the document's headings say after their #: the words in small letters, without
// signs, joined by hyphens.
func (d *document) headings() map[string]bool {
	found := map[string]bool{}
	for i, line := range d.lines {
		words := strings.TrimLeft(line, "#")
		if words == line || !strings.HasPrefix(words, " ") || slices.ContainsFunc(d.blocks, func(b block) bool { return b.first <= i && i < b.end }) {
			continue
		}
		found[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(words))] = true
	}
	return found
}

// top returns the top folder of the repo.
func top(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// documents reads every Markdown file of the repo that is not test data.
func documents(t *testing.T) []*document {
	t.Helper()
	root := top(t)
	var docs []*document
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && (entry.Name() == "testdata" || entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".")) {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		docs = append(docs, readDocument(t, filepath.ToSlash(name), string(text)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

var fence = regexp.MustCompile("^```([a-z]*) *(.*)$")

// readDocument finds the fenced blocks of a text. Fences stand at the left margin.
func readDocument(t *testing.T, name, text string) *document {
	t.Helper()
	d := &document{name: name, lines: strings.Split(text, "\n")}
	var open *block
	for i, line := range d.lines {
		m := fence.FindStringSubmatch(line)
		switch {
		case m == nil:
		case open == nil:
			open = &block{lang: m[1], words: strings.Fields(m[2]), first: i + 1}
		default:
			open.end = i
			d.blocks = append(d.blocks, *open)
			open = nil
		}
	}
	if open != nil {
		t.Fatalf("%s:%d: the block is not closed", name, open.first)
	}
	return d
}
