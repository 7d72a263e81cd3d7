package syntax

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
)

// Skim returns what of a text is in the tables and keys that wanted names, and leaves out the rest: wanted has, by the
// name of a table of the root, the keys in it, with all that is below them. What is left is TOML that reads as it did,
// at other places, and takes far less time to. Lines of which it cannot be told at a glance what they are stay.
//
// ok is false for a text that must be read whole to be understood: one over a limit, or with characters that TOML
// forbids. Other faults are not looked for.
func Skim(text string, wanted map[string][]string) (left string, ok bool) {
	r := &reader{src: diag.NewSource("", text)}
	clean, from, ok := r.clean()
	if !ok || len(r.found) > 0 {
		return "", false
	}
	pieces, passed := split(clean, from)
	if passed != nil {
		return "", false
	}
	var b strings.Builder
	var keys []string
	stays, whole := true, true // of what follows the last header: whether any, and whether all of it
	for _, p := range pieces {
		if p.header {
			keys, stays, whole = headed(clean[p.start:p.end], wanted)
		}
		if stays && (p.header || whole || wantedKey(clean[p.start:p.end], keys)) {
			b.Write(clean[p.start:p.end])
		}
	}
	return b.String(), true
}

// headed tells what stays of the table with the given header: the keys named, or the whole.
func headed(line []byte, wanted map[string][]string) (keys []string, stays, whole bool) {
	i := 1
	if len(line) > 1 && line[1] == '[' {
		i++
	}
	name, i := bareName(line, blank(line, i))
	if name == "" || i == len(line) || line[i] != '.' && line[i] != ']' {
		return nil, true, true
	}
	keys, stays = wanted[name]
	if !stays || line[i] == ']' {
		return keys, stays, false
	}
	below, _ := bareName(line, blank(line, i+1))
	return nil, below == "" || slices.Contains(keys, below), true
}

// wantedKey tells whether the line may set one of the keys.
func wantedKey(line []byte, keys []string) bool {
	name, i := bareName(line, 0)
	return name == "" || i == len(line) || line[i] != '=' || slices.Contains(keys, name)
}

// bareName returns the name without quotes that stands at i, "" for none, and where the next thing after it stands.
func bareName(line []byte, i int) (string, int) {
	start := i
	for i < len(line) && bareByte(line[i]) {
		i++
	}
	return string(line[start:i]), blank(line, i)
}
