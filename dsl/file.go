package dsl

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// fileKind is what a file holds.
type fileKind uint8

const (
	unknownFile fileKind = iota
	modelFile
	vocabularyFile
	overlayFile
	textsFile
	testFile
)

// heads are the tables that tell what a file holds. A file of texts mirrors the tables of what it translates,
// so that its own head goes before theirs.
var heads = []struct {
	name string
	kind fileKind
}{
	{"texts", textsFile}, {"model", modelFile}, {"vocabulary", vocabularyFile}, {"overlay", overlayFile}, {"test", testFile},
}

// headNames is how messages list them.
const headNames = "`[model]`, `[vocabulary]`, `[overlay]`, `[texts]`, `[test]`"

// testSuffix ends the name of every file of tests, and of no other file.
const testSuffix = "_test.toml"

// file is one text of a set while it is being loaded.
type file struct {
	*syntax.File
	kind   fileKind
	head   *syntax.Value
	lang   lang.Lang
	faults diag.List
	shared diag.List // faults that are told at another file and are this one's as well

	compared int // how many names have been compared to find what was meant

	kept *kept

	// lost holds the names that may have been declared where the text could not be read.
	lost map[string]bool
}

// readFile reads the syntax of src and decides by its head what it is.
func readFile(src *diag.Source) *file {
	f := &file{lang: lang.SV}
	f.File = syntax.Read(src, &f.faults)
	if f.Broken {
		f.findLost()
	}
	f.decideKind()
	f.checkCut()
	return f
}

// decideKind finds the head table, and reports a file without one, or with more than one.
func (f *file) decideKind() {
	var first *syntax.Entry
	for _, h := range heads {
		e := f.Root.Entry(h.name)
		if e == nil {
			continue
		}
		if first == nil {
			first, f.kind = e, h.kind
			continue
		}
		if f.kind == textsFile && h.kind != testFile {
			continue // texts of a model or a vocabulary carry its title in a table of the same name
		}
		f.faults.Error(e.Key, "two-heads", diag.Args{"Head": h.name, "First": first.Name}).With(first.Key, "first-here", nil)
	}
	isTest := strings.HasSuffix(path.Base(strings.ReplaceAll(f.Source.Name, `\`, "/")), testSuffix)
	switch {
	case first == nil:
		f.reportNoHead()
		if isTest {
			f.kind = testFile
		}
		return
	case first.Value.Kind != syntax.TableKind:
		f.faults.Error(first.Key, "not-one-table", diag.Args{"Table": "[" + first.Name + "]", "Key": first.Name})
	default:
		f.head = first.Value
	}
	if isTest != (f.kind == testFile) {
		code := "test-file-name"
		if isTest {
			code = "test-file-head"
		}
		f.faults.Error(first.Key, code, diag.Args{"Head": first.Name, "Suffix": testSuffix})
	}
	if f.kind != unknownFile && f.kind != testFile {
		f.readLang()
	}
}

// reportNoHead says that a file does not tell what it is, unless that may stand where it could not be read.
func (f *file) reportNoHead() {
	var names []string
	for _, h := range heads {
		names = append(names, h.name)
	}
	for _, e := range f.Root.Entries {
		if near := diag.Suggest(e.Name, names); near != "" {
			f.faults.Error(e.Key, "unknown-head", diag.Args{"Head": e.Name, "Near": near, "Heads": headNames})
			return
		}
	}
	if !f.Broken {
		f.faults.Error(f.Source.At(0, 0), "no-head", diag.Args{"Heads": headNames})
	}
}

// readLang reads the language of the file's texts before anything else is read, since texts depend on it. What
// is wrong with it is reported when the head is read.
func (f *file) readLang() {
	if f.head == nil {
		return
	}
	if v := f.head.Table.Get("lang"); v != nil && v.Kind == syntax.String {
		if l, ok := lang.Parse(v.String); ok {
			f.lang = l
		}
	}
}

// headFields opens the head table for reading; nil where it is not a table.
func (f *file) headFields() *fields {
	if f.head == nil {
		return nil
	}
	for _, h := range heads {
		if h.kind == f.kind {
			return f.fields(f.head, "["+h.name+"]")
		}
	}
	return nil
}

// language reads the key lang of a head. What it returns is absent where it is missing or faulty; the file is then
// read as if in Swedish.
func (r *fields) language() word {
	w := r.needWord("lang")
	if _, ok := lang.Parse(w.text); w.present && !ok {
		r.error(w.span, "unknown-language", diag.Args{"Text": w.text})
		return word{}
	}
	return w
}

// closeRoot reports the tables of the root that the file's kind does not have.
func (f *file) closeRoot(known ...string) {
	for _, e := range f.Root.Entries {
		if slices.Contains(known, e.Name) {
			continue
		}
		if isHead(e.Name) {
			continue // reported as a second head
		}
		f.faults.Error(e.Key, "unknown-table", diag.Args{
			"Table": e.Name, "Near": f.near(e.Name, known), "Known": someOf(known),
		})
	}
}

// maxCompared bounds the looking for near names in one file: past it, none is offered.
const maxCompared = 50_000

// near returns the candidate that name was most likely meant to be, or "".
func (f *file) near(name string, candidates []string) string {
	return diag.Suggest(name, f.candidates(candidates))
}

// candidates returns the candidates for a near name, or none when enough have been compared.
func (f *file) candidates(all []string) []string {
	if f.compared += len(all); f.compared > maxCompared {
		return nil
	}
	return all
}

func isHead(name string) bool {
	for _, h := range heads {
		if h.name == name {
			return true
		}
	}
	return false
}

// declaration matches a line that may declare a name: an id, or a key that may be a definition,
// if only its equals sign were there. It is compiled where it is needed, for files with faults: to compile one that
// knows every letter takes longer than to run it.
var declaration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(?:(?:id|role)[ \t]*=[ \t]*["']([^"'\n]+)|["']?([\p{L}\p{M}\p{N}_]+)["']?[ \t]*(?:[=:]|\r?$))`)
})

func (f *file) findLost() {
	for _, m := range declaration().FindAllStringSubmatch(f.Source.Text, -1) {
		f.lose(normal(m[1] + m[2]))
	}
}

func (f *file) lose(name string) {
	if f.lost == nil {
		f.lost = map[string]bool{}
	}
	f.lost[name] = true
}

// maxFaults is how many faults of one file are told.
const maxFaults = 500

// capFaults keeps the first faults of a file, errors before warnings, and says that there are more.
func (f *file) capFaults() {
	f.faults.Sort()
	if len(f.faults) <= maxFaults {
		return
	}
	slices.SortStableFunc(f.faults, func(a, b *diag.Diagnostic) int { return int(a.Severity) - int(b.Severity) })
	first := f.faults[maxFaults]
	f.faults = f.faults[:maxFaults:maxFaults]
	more := f.faults.Warn(first.Span, "more-faults", diag.Args{"Max": maxFaults})
	more.Severity = first.Severity
}

// checkCut refuses a file that ends in a number with no line break after it: a file that was cut off on its way
// ends anywhere, and a number is the one value whose first half is a value too.
func (f *file) checkCut() {
	end := len(f.Source.Text)
	var visit func(v *syntax.Value)
	visit = func(v *syntax.Value) {
		if (v.Kind == syntax.Int || v.Kind == syntax.Float) && v.Span.End == end {
			f.faults.Error(v.Span, "cut-number", nil)
		}
		for _, item := range v.Items {
			visit(item)
		}
		if v.Table != nil {
			for _, e := range v.Table.Entries {
				visit(e.Value)
			}
		}
	}
	for _, e := range f.Root.Entries {
		visit(e.Value)
	}
}
