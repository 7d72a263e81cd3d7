package syntax

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A plain line is cut in a faster way than others, which must not show.
func TestAPlainLineIsCutAsAnyOther(t *testing.T) {
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{
			"a", "åå", "b-1", "_", " ", "\t", "=", "=", "==", ".", "\"", "\"x # y\"", "\"\\\"\"", "'", "'å\\'", "\"\"", "\"\"\"", "'''", "[", "]", "{ c = 1 }", "}",
			",", "1", "-2.5e+3", "2026-01-31", "10:00", "true", "#", "# k = 1", "\n", "\r\n", "\r",
		})
		text := "key" + rapid.SampledFrom([]string{" = ", "=", ""}).Draw(t, "equals") + strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), "") +
			rapid.SampledFrom([]string{"", "\n", "\nnext = 1\n", "\n[next]\n"}).Draw(t, "end")
		under := splitter{text: []byte(text), depth: rapid.IntRange(0, MaxDepth).Draw(t, "depth"), path: rapid.IntRange(MaxPath-8, MaxPath).Draw(t, "path"), keys: rapid.IntRange(MaxKeys-1, MaxKeys).Draw(t, "keys")}
		fast, slow := under, under
		end, ok := fast.plainLine(0)
		if !ok {
			if len(fast.pieces) > 0 || fast.keys != under.keys {
				t.Fatal("a line that is not plain is counted")
			}
			return
		}
		plain++
		want := slow.keyValue(0)
		slow.stack = nil
		if end != want || !reflect.DeepEqual(fast, slow) {
			t.Fatalf("%q is cut at %d as %+v\nwant %d, %+v", text, end, fast, want, slow)
		}
	})
	if plain == 0 {
		t.Error("no line was plain, so that this shows nothing")
	}
}
