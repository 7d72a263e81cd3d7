package house_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// What the documentation shows of a file stands in that file, paragraph by paragraph and in that order. Code that
// is shown belongs to a file that is compiled and run by the tests; what is shown of no file can at least be read.
func TestDocumentsShowFilesAsTheyAre(t *testing.T) {
	root := top(t)
	for _, d := range documents(t) {
		fresh := map[int][]string{}
		for i, b := range d.blocks {
			switch name := b.file(); {
			case b.lang == "console":
			case name != "":
				file, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
				if err != nil {
					t.Errorf("%s:%d: %v", d.name, b.first, err)
					continue
				}
				text, missing := excerpt(string(file), d.text(b))
				if missing != "" {
					t.Errorf("%s:%d: %s does not have this, or not in this order:\n%s", d.name, b.first, name, missing)
				} else if text != d.text(b) && !*update {
					t.Errorf("%s:%d: %s says (go test ./internal/house -update shows it)\n%s", d.name, b.first, name, text)
				}
				fresh[i] = strings.Split(text, "\n")
			case b.lang == "go":
				t.Errorf("%s:%d: say which file of the repo the Go code is from, so that it is compiled", d.name, b.first)
			case b.lang == "toml":
				var faults diag.List
				syntax.Read(diag.NewSource(d.name, d.text(b)), &faults)
				for _, fault := range faults {
					t.Errorf("%s:%d: %s", d.name, b.first, fault.Message(lang.EN))
				}
			case b.lang == "json":
				if !json.Valid([]byte(d.text(b))) {
					t.Errorf("%s:%d: this is not JSON", d.name, b.first)
				}
			}
		}
		if *update && !t.Failed() {
			rewrite(t, d, fresh)
		}
	}
}

var blankLines = regexp.MustCompile(`\n(?:[ \t]*\n)+`)

// excerpt returns the paragraphs that shown tells of, as the file has them: each is found by its first two lines,
// after those before it. missing is the first paragraph that the file does not have; "" when it has them all.
func excerpt(file, shown string) (text, missing string) {
	rest := "\n" + file + "\n\n"
	var paragraphs []string
	for _, paragraph := range blankLines.Split(strings.Trim(shown, "\n"), -1) {
		lines := strings.SplitAfterN(paragraph+"\n", "\n", 3)
		opening := strings.Join(lines[:2], "")
		_, after, found := strings.Cut(rest, "\n"+opening)
		if !found {
			return "", paragraph
		}
		body := blankLines.Split(opening+after, 2)[0]
		paragraphs = append(paragraphs, body)
		rest = strings.TrimPrefix(opening+after, body)
	}
	return strings.Join(paragraphs, "\n\n"), ""
}

func TestAnExcerptIsFoundByItsOpeningLines(t *testing.T) {
	const file = "# a file\n\n[[step]]\nid = \"a\"\nmax = 1\n\n[[step]]\nid = \"b\"\nmax = 2\n"
	cases := []struct{ name, shown, text, missing string }{
		{"as it is", "[[step]]\nid = \"b\"\nmax = 2", "[[step]]\nid = \"b\"\nmax = 2", ""},
		{"several", "[[step]]\nid = \"a\"\nmax = 1\n\n[[step]]\nid = \"b\"\nmax = 2", "[[step]]\nid = \"a\"\nmax = 1\n\n[[step]]\nid = \"b\"\nmax = 2", ""},
		{"changed", "[[step]]\nid = \"b\"\nmax = 9", "[[step]]\nid = \"b\"\nmax = 2", ""},
		{"another order", "[[step]]\nid = \"b\"\n\n[[step]]\nid = \"a\"", "", "[[step]]\nid = \"a\""},
		{"not there", "[[step]]\nid = \"c\"", "", "[[step]]\nid = \"c\""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if text, missing := excerpt(file, c.shown); text != c.text || missing != c.missing {
				t.Errorf("it finds %q and misses %q", text, missing)
			}
		})
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	root := top(t)
	docs := documents(t)
	headings := map[string]map[string]bool{}
	for _, d := range docs {
		headings[d.name] = d.headings()
	}
	for _, d := range docs {
		for i, line := range d.lines {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				u, err := url.Parse(m[1])
				if err != nil {
					t.Errorf("%s:%d: %v", d.name, i+1, err)
					continue
				}
				if u.IsAbs() {
					continue
				}
				to := d.name
				if u.Path != "" {
					to = path.Join(path.Dir(d.name), u.Path)
				}
				_, err = os.Stat(filepath.Join(root, filepath.FromSlash(to)))
				if err != nil || u.Fragment != "" && !headings[to][u.Fragment] {
					t.Errorf("%s:%d: the link leads nowhere: %s", d.name, i+1, m[1])
				}
			}
		}
	}
}
