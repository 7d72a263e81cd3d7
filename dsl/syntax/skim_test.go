package syntax_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// worth writes what a value is worth, without its place.
func worth(v *syntax.Value) string {
	switch v.Kind {
	case syntax.Array:
		var items []string
		for _, item := range v.Items {
			items = append(items, worth(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	case syntax.TableKind:
		var entries []string
		for _, e := range v.Table.Entries {
			entries = append(entries, fmt.Sprintf("%q=%s", e.Name, worth(e.Value)))
		}
		return "{" + strings.Join(entries, " ") + "}"
	}
	return fmt.Sprintf("%v %q %d %v %v %v", v.Kind, v.String, v.Int, v.Float, v.Bool, v.Date)
}

// kept returns what the tables of the root hold under the keys, headed tables and arrays of them alike.
func kept(root *syntax.Table, wanted map[string][]string) string {
	var b strings.Builder
	for _, e := range root.Entries {
		tables := []*syntax.Value{e.Value}
		if e.Value.Headed() {
			tables = e.Value.Items
		}
		for i, table := range tables {
			for _, key := range wanted[e.Name] {
				if v := table.Table.Get(key); v != nil {
					fmt.Fprintf(&b, "%q %d %q=%s\n", e.Name, i, key, worth(v))
				}
			}
		}
	}
	return b.String()
}

func TestWhatIsLeftOfATextReadsAsItDidInTheWhole(t *testing.T) {
	left, all := 0, 0
	skim := func(t *testing.T, path, text string) {
		var faults diag.List
		whole := syntax.Read(diag.NewSource(path, text), &faults)
		if len(faults) > 0 {
			return
		}
		wanted := map[string][]string{} // every second key of every second table
		for i, e := range whole.Root.Entries {
			table := e.Value
			if table.Headed() {
				table = table.Items[len(table.Items)-1]
			}
			if table.Kind != syntax.TableKind || i%2 == 1 {
				continue
			}
			wanted[e.Name] = nil
			for k, below := range table.Table.Entries {
				if k%2 == 0 {
					wanted[e.Name] = append(wanted[e.Name], below.Name)
				}
			}
		}
		some, ok := syntax.Skim(text, wanted)
		if !ok {
			t.Fatal("a text without faults must be read whole")
		}
		left, all = left+len(some), all+len(text)
		part := syntax.Read(diag.NewSource(path, some), &faults)
		if len(faults) > 0 {
			t.Fatalf("what is left has faults: %s\n%s", faults[0].Code, some)
		}
		if got, want := kept(part.Root, wanted), kept(whole.Root, wanted); got != want {
			t.Errorf("what is left reads\n%s\nin the whole it reads\n%s", got, want)
		}
	}
	eachDocument(t, filepath.Join(tomlTest(t), "valid"), skim)
	shipped, err := filepath.Glob(filepath.Join("..", "..", "workflows", "*.toml"))
	if err != nil || len(shipped) == 0 {
		t.Fatal("no shipped workflows", err)
	}
	for _, path := range shipped {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		skim(t, path, string(text))
	}
	if left == 0 || left > all/2 {
		t.Errorf("of %d bytes %d are left", all, left)
	}
}

func TestSkimLeavesWhatItCannotTell(t *testing.T) {
	text := "x.y = 1\n[a]\nid = 1\n\"no\" = 2\nid.no = 3\nno = \"\"\"\n[a]\nid = 9\n\"\"\"\n[a.id.z]\nk = 1\n[a.no]\nk = 2\n[ b ]\nk = 3\n[[a.no]]\nk = 4\n[\"a\"]\nk = 5\n"
	got, ok := syntax.Skim("\ufeff"+text, map[string][]string{"a": {"id"}})
	const want = "x.y = 1\n[a]\nid = 1\n\"no\" = 2\nid.no = 3\n[a.id.z]\nk = 1\n[\"a\"]\nk = 5\n"
	if got != want || !ok {
		t.Errorf("%v, left is\n%s\nwant\n%s", ok, got, want)
	}
	for name, text := range map[string]string{
		"a control character": "a = \"\x01\"\n", "bytes that are no UTF-8": "a = \"\xff\"\n", "a lone return": "a = 1\rb = 2\n",
		"a text too deep": "a = " + strings.Repeat("[", syntax.MaxDepth+1) + strings.Repeat("]", syntax.MaxDepth+1),
	} {
		if left, ok := syntax.Skim(text, nil); ok || left != "" {
			t.Errorf("%s: it is skimmed", name)
		}
	}
}
