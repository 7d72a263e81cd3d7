package diag_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// sentence is an entry of a catalogue file.
type sentence struct {
	file     string
	forms    []string        // its templates: one, or one for each plural form
	names    map[string]bool // the arguments it names
	lists    map[string]bool // those of them that are lists
	required map[string]bool // those it cannot be written without
}

// readSentences reads the files of one language by themselves, apart from the code that uses them.
func readSentences(t *testing.T, l lang.Lang) map[string]*sentence {
	t.Helper()
	files, err := fs.Glob(os.DirFS("catalogue"), "*."+string(l)+".json")
	if err != nil || len(files) == 0 {
		t.Fatal("no catalogue files: ", err)
	}
	out := map[string]*sentence{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("catalogue", file))
		if err != nil {
			t.Fatal(err)
		}
		var entries map[string]any
		if err := json.Unmarshal(data, &entries); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for id, entry := range entries {
			s := &sentence{file: file, names: map[string]bool{}, lists: map[string]bool{}, required: map[string]bool{}}
			switch e := entry.(type) {
			case string:
				s.forms = []string{e}
			case map[string]any:
				for _, form := range slices.Sorted(maps.Keys(e)) {
					text, ok := e[form].(string)
					if !ok || form != "one" && form != "other" {
						t.Fatalf("%s: %q has a form %q; Swedish and English have one and other", file, id, form)
					}
					s.forms = append(s.forms, text)
				}
			}
			for _, form := range s.forms {
				s.readNames(t, id, form)
			}
			out[id] = s
		}
	}
	return out
}

// readNames notes the arguments that a template names. One that the template asks for with if or with
// may be left out.
func (s *sentence) readNames(t *testing.T, id, text string) {
	t.Helper()
	trees, err := parse.Parse(id, text, "", "", map[string]any{"index": true, "len": true, "eq": true, "ne": true, "lt": true, "gt": true, "and": true, "or": true, "not": true})
	if err != nil {
		t.Errorf("%s: %q: %v", s.file, id, err)
		return
	}
	optional := map[string]bool{}
	var walk func(n parse.Node, into func(string))
	list := func(l *parse.ListNode, into func(string)) {
		if l == nil {
			return
		}
		for _, n := range l.Nodes {
			walk(n, into)
		}
	}
	branch := func(b *parse.BranchNode, into func(string)) {
		walk(b.Pipe, func(name string) { into(name); optional[name] = true })
		list(b.List, into)
		list(b.ElseList, into)
	}
	walk = func(n parse.Node, into func(string)) {
		switch n := n.(type) {
		case *parse.ActionNode:
			walk(n.Pipe, into)
		case *parse.PipeNode:
			for _, c := range n.Cmds {
				if f, ok := c.Args[0].(*parse.IdentifierNode); ok && len(c.Args) > 1 && (f.Ident == "index" || f.Ident == "len") {
					s.list(c.Args[1])
				}
				for _, a := range c.Args {
					walk(a, into)
				}
			}
		case *parse.FieldNode:
			into(n.Ident[0])
		case *parse.IfNode:
			branch(&n.BranchNode, into)
		case *parse.WithNode:
			branch(&n.BranchNode, into)
		case *parse.RangeNode:
			for _, c := range n.Pipe.Cmds {
				s.list(c.Args[0])
			}
			branch(&n.BranchNode, into)
		}
	}
	if tree := trees[id]; tree != nil {
		list(tree.Root, func(name string) { s.names[name] = true })
	}
	for name := range s.names {
		if !optional[name] {
			s.required[name] = true
		}
	}
}

// list notes that an argument is a list, if n is one.
func (s *sentence) list(n parse.Node) {
	if f, ok := n.(*parse.FieldNode); ok {
		s.lists[f.Ident[0]] = true
	}
}

// arguments returns a value for each argument that the sentence names.
func (s *sentence) arguments(count int) diag.Args {
	args := diag.Args{}
	for name := range s.names {
		args[name] = "‹" + name + "›"
		if s.lists[name] {
			args[name] = []string{"‹" + name + "›", "…"}
		}
	}
	if s.names["Count"] {
		args["Count"] = count
	}
	return args
}

func TestEverySentenceStandsInBothLanguages(t *testing.T) {
	if lacking := diag.Catalogue.Lacking(); len(lacking) > 0 {
		t.Errorf("these have to be written:\n%s", strings.Join(lacking, "\n"))
	}
	sv, en := readSentences(t, lang.SV), readSentences(t, lang.EN)
	for id, s := range sv {
		e := en[id]
		if e == nil {
			continue // reported above
		}
		if !maps.Equal(s.names, e.names) {
			t.Errorf("%s: %q names %v in Swedish and %v in English", s.file, id, slices.Sorted(maps.Keys(s.names)), slices.Sorted(maps.Keys(e.names)))
		}
		if strings.TrimSuffix(s.file, ".sv.json") != strings.TrimSuffix(e.file, ".en.json") {
			t.Errorf("%q stands in %s and in %s", id, s.file, e.file)
		}
		if hasWords(s.forms[0]) && slices.Equal(s.forms, e.forms) {
			t.Errorf("%s: %q is the same in both languages", s.file, id)
		}
	}
}

var actions = regexp.MustCompile("{{[^}]*}}|`[^`]*`")

// hasWords tells whether a template says anything beside its arguments and code.
func hasWords(form string) bool {
	return strings.ContainsFunc(actions.ReplaceAllString(form, ""), unicode.IsLetter)
}

func TestEverySentenceCanBeWritten(t *testing.T) {
	for _, l := range lang.All {
		for id, s := range readSentences(t, l) {
			for count := range 3 {
				text := diag.Catalogue.Text(l, id, s.arguments(count))
				if strings.Contains(text, "<no value>") || strings.Contains(text, "%!") || text == "["+id+"]" || strings.TrimSpace(text) != text || text == "" {
					t.Errorf("%s: %q is written %q", s.file, id, text)
				}
			}
		}
	}
}

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)?$`)

// isHint tells whether the id is that of a hint: it has a dot, as "unknown-fact.hint". Several codes can share one.
func isHint(id string) bool { return strings.Contains(id, ".") && !isWord(id) }

// isWord tells whether the id is that of a word which the writers use.
func isWord(id string) bool { return strings.HasPrefix(id, "word.") }

func TestSentencesFollowTheHouseStyle(t *testing.T) {
	for _, l := range lang.All {
		for id, s := range readSentences(t, l) {
			if !kebab.MatchString(id) {
				t.Errorf("%s: %q is not in kebab-case", s.file, id)
			}
			for _, form := range s.forms {
				text := strings.TrimSpace(diag.Catalogue.Text(l, id, s.arguments(2)))
				end, _ := utf8.DecodeLastRuneInString(text)
				switch {
				case isHint(id) && !strings.ContainsRune(".?!", end):
					t.Errorf("%s: the hint %q is no full sentence: %s", s.file, id, form)
				case isHint(id) && startsSmall(text):
					t.Errorf("%s: the hint %q starts with a small letter: %s", s.file, id, form)
				case !isHint(id) && end == '.':
					t.Errorf("%s: the message %q ends in a period: %s", s.file, id, form)
				case !isHint(id) && startsCapital(text):
					t.Errorf("%s: the message %q starts with a capital letter: %s", s.file, id, form)
				case strings.ContainsAny(form, "\n\t"):
					t.Errorf("%s: %q has more than one line", s.file, id)
				case strings.Count(form, "`")%2 != 0:
					t.Errorf("%s: %q has a backtick without its fellow: %s", s.file, id, form)
				}
			}
		}
	}
}

func startsSmall(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLower(r)
}

// startsCapital tells whether text starts with a capital letter that no abbreviation (TOML) explains.
func startsCapital(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	r, size := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r) && !strings.ContainsFunc(word[size:], unicode.IsUpper)
}

func TestEverySentenceThatTheCodeUsesExists(t *testing.T) {
	sv := readSentences(t, lang.SV)
	for _, u := range readUses(t).sentences {
		s := sv[u.id]
		if s == nil {
			t.Errorf("%s: there is no sentence %q", u.at, u.id)
			continue
		}
		if u.args == nil {
			continue // made elsewhere
		}
		required := maps.Clone(s.required)
		if h := sv[u.hint]; h != nil {
			maps.Copy(required, h.required)
		}
		for _, name := range slices.Sorted(maps.Keys(required)) {
			if !u.args[name] {
				t.Errorf("%s: %q needs the argument %s, and gets %v", u.at, u.id, name, slices.Sorted(maps.Keys(u.args)))
			}
		}
	}
}

func TestEverySentenceIsUsed(t *testing.T) {
	used := readUses(t).literals
	var dead []string
	for id, s := range readSentences(t, lang.SV) {
		if !used[id] && !used[strings.TrimSuffix(id, ".hint")] {
			dead = append(dead, s.file+": "+id)
		}
	}
	sort.Strings(dead)
	if len(dead) > 0 {
		t.Errorf("no code uses these:\n%s", strings.Join(dead, "\n"))
	}
}
