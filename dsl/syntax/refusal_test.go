package syntax

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
)

// The decoder is given nothing that the parser refuses, and no text is known that only the decoder refuses. Should there
// be one, it costs its own line. These tests have decoders that refuse what a real one accepts.

func readWith(text string, d decoder) (*File, diag.List) {
	r := &reader{src: diag.NewSource("a.toml", text), decode: d}
	return r.read(), r.found
}

// refusing returns a decoder that refuses every text that has the word in it.
func refusing(word string) decoder {
	return func(text []byte, from int, root *Table) (int, error) {
		if at := bytes.Index(text, []byte(word)); at >= 0 {
			return at, errors.New("refused")
		}
		return decode(text, from, root)
	}
}

func TestWhatOnlyTheDecoderRefusesCostsItsLine(t *testing.T) {
	f, faults := readWith("a = 1\nb = [\n  'bad',\n]\nc = 'bad'\nd = 2\n", refusing("bad"))
	if len(faults) != 2 || faults[0].Code != "toml-syntax" || faults[0].Span.Text() != "b = [" || faults[1].Span.Text() != "c = 'bad'" {
		t.Errorf("got %v", faults)
	}
	if !f.Broken || len(f.Root.Entries) != 2 || f.Root.Get("a").Int != 1 || f.Root.Get("d").Int != 2 {
		t.Errorf("got %v", f.Root.Names())
	}
}

func TestWhatTheDecoderRefusesWithoutAPlaceCostsTheFile(t *testing.T) {
	for name, d := range map[string]decoder{
		"no place":     func([]byte, int, *Table) (int, error) { return -1, errors.New("refused") },
		"one place":    func([]byte, int, *Table) (int, error) { return 0, errors.New("refused") },
		"many places":  refusing("="),
		"before a key": func(_ []byte, from int, _ *Table) (int, error) { return from, errors.New("refused") },
	} {
		f, faults := readWith("\n\na = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n", d)
		if n := len(faults); n == 0 || faults[n-1].Code != "toml-unreadable" || !f.Broken || len(f.Root.Entries) != 0 {
			t.Errorf("%s: got %v", name, f.Root.Names())
		}
	}
}

func TestATreeThatTheDecoderDoesNotKnowIsRefused(t *testing.T) {
	text := "a = 1\nb = 'x'\nc = [1, 2]\nd = { e = 1 }\n[[f]]\ng = 2026-01-31\n"
	for name, change := range map[string]func(root *Table){
		"an entry more":     func(root *Table) { root.add(&Entry{Name: "z", raw: "z", Value: &Value{}}) },
		"another name":      func(root *Table) { root.Entries[0].raw = "z" },
		"another kind":      func(root *Table) { root.Entries[0].Value.Kind = Date },
		"another length":    func(root *Table) { root.Entries[1].Value.starts = make([]int32, 9) },
		"an item less":      func(root *Table) { root.Entries[2].Value.Items = nil },
		"another item":      func(root *Table) { root.Entries[2].Value.Items[1].Kind = Bool },
		"no list":           func(root *Table) { root.Entries[0].Value.Kind = Array },
		"no table":          func(root *Table) { root.Entries[0].Value.Kind = TableKind },
		"another table":     func(root *Table) { root.Entries[3].Value.Table.Entries[0].Value.Kind = Float },
		"another in a list": func(root *Table) { root.Entries[4].Value.Items[0].Table.Entries[0].Value.Kind = String },
		"a table less":      func(root *Table) { root.Entries[4].Value.Items = nil },
	} {
		f, faults := readWith(text, decode)
		if len(faults) != 0 {
			t.Fatal(faults)
		}
		change(f.Root)
		if _, err := decode([]byte(text), 0, f.Root); err != errDiffers {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestADecoderThatPanicsOrRefusesIsAnError(t *testing.T) {
	if at, err := decode([]byte("a = 1\nb = = 2\n"), 0, &Table{}); err == nil || at < 6 {
		t.Errorf("got %d, %v", at, err)
	}
	if _, err := decode([]byte("a = 1"), 9, &Table{}); err == nil {
		t.Error("no error")
	}
}
