package interpreter_test

import (
	"strings"
	"testing"

	"github.com/stegvis/stegvis/interpreter"
)

// A ‸ stands where the pointer is asked for.
func TestAPlaceInACaseHasItsPointer(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"facts": {"samtycke": ‸true}}`, "/facts/samtycke"},
		{`{"facts": {‸"samtycke": true}}`, "/facts/samtycke"},
		{"\ufeff" + `{"facts": {"samtycke": ‸true}}`, "/facts/samtycke"},
		{`{"facts": {"insatser": ["a", ‸"b"]}}`, "/facts/insatser/1"},
		{`{"facts": {"insatser": ["a", "b"‸]}}`, "/facts/insatser"},
		{`{"facts": {"a/b": ‸1}}`, "/facts"},                   // no name that a message repeats
		{`{"facts": {"19121212-1212": ‸1, "a": 2}}`, "/facts"}, // somebody's number
		{`{"facts": {"191212121212": ‸1, "a": 2}}`, "/facts"},  // and without a sign in it
		{`{"facts": {"a": 1, "a": ‸2}}`, "/facts/a"},           // written twice
		{`{"id": "1", ‸'facts': {}}`, ""},                      // no JSON from here on
		{`{"facts": {"a": 1, "b": ‸ja}}`, "/facts/b"},          //
		{`{"facts": {"a": [1, ‸ja]}}`, "/facts/a"},             //
		{`{"facts": {"a": [1]‸`, "/facts"},                     // cut off
		{`‸`, ""},
		{`{} ‸x`, ""},
	} {
		at := strings.Index(c.text, "‸")
		text := strings.Replace(c.text, "‸", "", 1)
		if got := interpreter.CasePointer(text, at); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}
