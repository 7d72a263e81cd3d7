package syntax_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/syntax"
)

func TestTablesAreReadInTheOrderOfTheText(t *testing.T) {
	f, faults := read(t, "a.toml", "b.x = 1\na = 2\n[d.e]\nf = 3\n[c]\n[d]\ng = 4\n[[h]]\n[[h]]\ni = { j.k = 5 }\n[h.l]\n")
	if len(faults) != 0 {
		t.Fatal(codes(faults))
	}
	if got := f.Root.Names(); !slices.Equal(got, []string{"b", "a", "d", "c", "h"}) {
		t.Errorf("got %v", got)
	}
	d := f.Root.Entry("d")
	if d.Value.Span.Text() != "[d]" || d.Key.Text() != "d" || d.Value.Table.Header.Text() != "d" || d.Span().Text() != "[d]" {
		t.Errorf("d is at %q, %q, %q", d.Value.Span.Text(), d.Key.Text(), d.Value.Table.Header.Text())
	}
	e := d.Value.Table.Get("e")
	if e.Span.Text() != "[d.e]" || e.Table.Header.Text() != "d.e" {
		t.Errorf("e is at %q", e.Span.Text())
	}
	h := f.Root.Get("h")
	if !h.Headed() || len(h.Items) != 2 || h.Span != h.Items[0].Span || h.Items[1].Table.Header.Start <= h.Span.End {
		t.Errorf("h is at %q", h.Span.Text())
	}
	i := h.Items[1].Table.Entry("i")
	if i.Value.Headed() || i.Value.Table.Header.Text() != "i" || i.Span().Text() != "i = { j.k = 5 }" {
		t.Errorf("i is at %q", i.Span().Text())
	}
	if h.Items[1].Table.Get("l") == nil || h.Items[0].Table.Get("l") != nil {
		t.Error("l does not belong to the last h")
	}
	if k := i.Value.Table.Get("j").Table.Get("k"); k.Int != 5 {
		t.Errorf("k is %v", k)
	}
}

func TestLargeTablesFindTheirKeys(t *testing.T) {
	var w strings.Builder
	for i := range 100 {
		fmt.Fprintf(&w, "k%d = %d\n", i, i)
	}
	f, _ := read(t, "a.toml", w.String()+"k7 = 1\n")
	for i := range 100 {
		if v := f.Root.Get(fmt.Sprintf("k%d", i)); v == nil || v.Int != int64(i) {
			t.Errorf("k%d is %v", i, v)
		}
	}
	if f.Root.Get("k100") != nil || (*syntax.Table)(nil).Get("k") != nil || !f.Broken {
		t.Error("there is a key too many")
	}
}

func TestNamesAreEqualHoweverTheirLettersAreComposed(t *testing.T) {
	f, faults := read(t, "a.toml", "\"a\u030ar\" = 1\n[\"o\u0308\"]\nx = 1\n[\"ö\".y]\nz = 2\n")
	if len(faults) != 0 {
		t.Fatal(codes(faults))
	}
	if v := f.Root.Get("år"); v == nil || v.Int != 1 {
		t.Error("år is not found")
	}
	if v := f.Root.Get("ö"); v == nil || v.Table.Get("y") == nil || v.Table.Get("y").Table.Get("z").Int != 2 {
		t.Error("ö is not one table")
	}
}

func TestAnEmptyTextIsAnEmptyFile(t *testing.T) {
	for _, text := range []string{"", "\ufeff", "\n", "# åäö", "\r\n\r\n", "  \t"} {
		f, faults := read(t, "a.toml", text)
		if len(faults) != 0 || f.Broken || len(f.Root.Entries) != 0 {
			t.Errorf("%q: got %v", text, codes(faults))
		}
	}
}
