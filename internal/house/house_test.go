// Package house_test holds the house to its rules: which package may import which, who alone may use a
// library, what every package and file looks like (this file), and that the documents show what is true
// (the others). It has no code but tests, and nothing imports it.
package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/stegvis/stegvis"

// storeys is the house from its ground up. A package may import those of the storeys below its own, and
// none beside it. "…/..." stands for a folder and all below it.
var storeys = [][]string{
	{"dsl/lang", "dsl/calendar", "workflows", "internal/soak", "internal/soak/ordeal", "internal/house", "internal/browser", "internal/seal", "internal/pgtest", "internal/input", "internal/build"}, // these import nothing of ours
	{"dsl/diag"},
	{"dsl/syntax", "dsl/rule"},
	{"dsl"},
	{"interpreter"},
	{"interpreter/modeltest"},
	{"interpreter/live", "interpreter/remote"},
	{"internal/casetest"},
	{"internal/casefile", "internal/tally", "internal/eventlog", "internal/analysis/cells", "internal/analysis/ways"},
	{"internal/casefile/parquettest"},
	{"internal/cohort", "internal/table"},
	{"internal/analysis/verify"}, // other analyses hold models against its duties
	{"internal/export", "internal/analysis/compare", "internal/analysis/measure", "internal/analysis/simulate", "internal/analysis/conform", "internal/batch", "internal/access", "internal/store", "internal/lsp"},
	{"internal/store/storetest", "internal/jobs", "internal/audit"},
	{"internal/events", "internal/door"},
	{"internal/casework"},
	{"internal/analysis/report"}, // puts what the others found on a page
	{"internal/httpapi", "internal/web"},
	{"internal/cli", "internal/bench", "internal/httpapi/describe"},
	{"cmd/stegvis"},
}

// narrower are packages that may import only these of ours, whatever stands below them.
var narrower = map[string][]string{
	"cmd/stegvis":  {"internal/cli"},                            // flags, wiring and the exit code; all else can be tested without a process
	"examples/...": {"dsl/...", "interpreter/...", "workflows"}, // what a program outside this repo can import
}

// keepers are the only packages that may import a library, in code and in tests: all others see our own
// types, so that a library can be changed for a better one in one place.
var keepers = map[string]string{
	"github.com/BurntSushi/toml":       "dsl/syntax",
	"github.com/pelletier/go-toml":     "dsl/syntax",
	"github.com/expr-lang/expr":        "dsl/rule",
	"github.com/rickar/cal":            "dsl/calendar",
	"github.com/agnivade/levenshtein":  "dsl/diag",
	"github.com/clipperhouse":          "dsl/diag",
	"github.com/nicksnyder/go-i18n":    "dsl/lang",
	"github.com/fsnotify/fsnotify":     "interpreter/live",
	"github.com/parquet-go/parquet-go": "internal/casefile",
	"github.com/schollz/progressbar":   "internal/cli",
	"github.com/gofrs/flock":           "internal/cli",
	"github.com/coreos/go-systemd":     "internal/cli",
	"github.com/crillab/gophersat":     "internal/analysis/cells",
	"github.com/beevik/etree":          "internal/export",
	"github.com/go-rod/rod":            "internal/browser",
	"github.com/danielgtaylor/huma":    "internal/httpapi/describe",
	"go.opentelemetry.io":              "internal/httpapi",
	"github.com/prometheus":            "internal/httpapi",
	"gonum.org/v1/plot":                "internal/analysis/report",
	"modernc.org/sqlite":               "internal/store",
	"github.com/pressly/goose":         "internal/store",
	"github.com/riverqueue/river":      "internal/jobs",
	"github.com/gowebpki/jcs":          "internal/audit",
	"github.com/coreos/go-oidc":        "internal/door",
	"github.com/go-jose/go-jose":       "internal/door",
}

// pure are the packages whose answers depend on nothing but what they are given: no clock, no files, no
// network, no dice.
var pure = []string{"dsl/lang", "dsl/diag", "dsl/rule", "interpreter"}

var impure = []string{"os", "os/exec", "time", "net", "net/http", "math/rand", "math/rand/v2", "syscall", "log", "log/slog"}

const maxLines = 600

// goPackage is what the go command tells of a package.
type goPackage struct {
	ImportPath, Dir                                    string
	GoFiles, TestGoFiles, XTestGoFiles, IgnoredGoFiles []string
	Imports, TestImports, XTestImports                 []string
	Error                                              *struct{ Err string }
}

// name is the package's folder in the repo.
func (p goPackage) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// packages lists every package of the repo.
func packages(t *testing.T) []goPackage {
	t.Helper()
	all, err := listPackages()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var listPackages = sync.OnceValues(func() ([]goPackage, error) {
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-e", "-json", "./...")
	cmd.Dir, cmd.Stderr = filepath.Join("..", ".."), &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.Bytes())
	}
	var all []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// covers tells whether name is the package of the pattern, or below it where it ends in "/...".
func covers(pattern, name string) bool {
	folder, below := strings.CutSuffix(pattern, "/...")
	return name == folder || below && strings.HasPrefix(name, folder+"/")
}

// storeyOf returns the storey on which the package stands; -1 for none. Examples stand on the roof.
func storeyOf(name string) int {
	if covers("examples/...", name) {
		return len(storeys)
	}
	return slices.IndexFunc(storeys, func(names []string) bool {
		return slices.ContainsFunc(names, func(pattern string) bool { return covers(pattern, name) })
	})
}

// within tells whether what is imported is the library or a part or later version of it.
func within(library, imported string) bool {
	return imported == library || strings.HasPrefix(imported, library+"/")
}

func TestImportsGoOneWay(t *testing.T) {
	for _, p := range packages(t) {
		if p.Error != nil {
			t.Errorf("%s cannot be read whole: %s", p.name(), p.Error.Err)
		}
		storey := storeyOf(p.name())
		if storey < 0 {
			t.Errorf("%s is a new package. Decide what it may import: in internal/house/house_test.go, put it in storeys, above all it needs and "+
				"below all that may need it, and give it its line in the table of CONTRIBUTING.md", p.name())
			continue
		}
		for _, path := range append(slices.Clone(p.Imports), p.TestImports...) {
			if !within(module, path) {
				continue
			}
			other := strings.TrimPrefix(path, module+"/")
			if storeyOf(other) >= storey {
				t.Errorf("%s imports %s, which does not stand below it: take what both need out, or turn the import round", p.name(), other)
			}
			for pattern, allowed := range narrower {
				if covers(pattern, p.name()) && !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, other) }) {
					t.Errorf("%s imports %s; of ours it may import only %s", p.name(), other, strings.Join(allowed, ", "))
				}
			}
		}
	}
}

func TestOnlyOnePackageImportsALibrary(t *testing.T) {
	for _, p := range packages(t) {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for library, keeper := range keepers {
				if within(library, path) && p.name() != keeper {
					t.Errorf("%s imports %s, which only %s may: use what that package offers, or let it offer more", p.name(), path, keeper)
				}
			}
		}
	}
}

func TestDecisionsDependOnNothingOutside(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(pure, p.name()) {
			continue
		}
		for _, path := range p.Imports {
			if slices.Contains(impure, path) {
				t.Errorf("%s imports %s: what it needs of the world must be given to it", p.name(), path)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		files := p.GoFiles
		if len(files) == 0 {
			files = slices.Concat(p.TestGoFiles, p.XTestGoFiles)
		}
		var said []string
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Error(err)
				continue
			}
			if file.Doc == nil {
				continue
			}
			said = append(said, name)
			if want := opening(file.Name, p); !strings.HasPrefix(file.Doc.Text(), want+" ") {
				t.Errorf("%s/%s: the package comment does not start with %q", p.name(), name, want)
			}
		}
		switch {
		case len(files) == 0:
		case len(said) == 0:
			t.Errorf("%s has no package comment: say what its idea is and in which order its passes run", p.name())
		case len(said) > 1:
			t.Errorf("%s has package comments in several files: %s", p.name(), strings.Join(said, ", "))
		}
	}
}

// opening returns the words with which the comment of a package starts.
func opening(name *ast.Ident, p goPackage) string {
	if name.Name == "main" {
		return "Command " + filepath.Base(p.Dir)
	}
	return "Package " + name.Name
}

// generated is how a file that nobody writes says so.
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func TestEveryGoFileIsShort(t *testing.T) {
	root := top(t)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if lines := bytes.Count(text, []byte("\n")); lines >= maxLines && !generated.Match(text) {
			name, _ := filepath.Rel(root, path)
			t.Errorf("%s has %d lines; a file of one idea has fewer than %d", filepath.ToSlash(name), lines, maxLines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
