package diag

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"
)

// maxSuggestLen is the longest name, in code points, that is compared with others: no identifier that
// a person wrote is longer, and the work grows with the square of it.
const maxSuggestLen = 100

// Suggest returns the candidate that name was most likely meant to be, or "" when none is near. Letter
// case, accents (å, ä, ö) and the choice of hyphen, space or underscore hardly count as a difference; how
// many other slips are forgiven grows with the length of the name. The answer is the same whatever the
// order of the candidates, and never name itself.
func Suggest(name string, candidates []string) string {
	if near := Nearest(name, candidates, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}

// Nearest returns at most n candidates that name may have been meant to be, the most likely first; as
// Suggest otherwise.
func Nearest(name string, candidates []string, n int) []string {
	type scored struct {
		name          string
		rough, strict int
	}
	length := utf8.RuneCountInString(name)
	if n <= 0 || length == 0 || length > maxSuggestLen {
		return nil
	}
	near := []scored{}
	seen := map[string]bool{name: true, "": true}
	rough, strict := fold(name), norm.NFC.String(name)
	for _, c := range candidates {
		if seen[c] {
			continue
		}
		seen[c] = true
		others := utf8.RuneCountInString(c)
		if others > maxSuggestLen {
			continue
		}
		folded := fold(c)
		allowed := slips(max(utf8.RuneCountInString(rough), utf8.RuneCountInString(folded)))
		if d := utf8.RuneCountInString(rough) - utf8.RuneCountInString(folded); d > allowed || -d > allowed {
			continue
		}
		if d := distance(rough, folded); d <= allowed {
			near = append(near, scored{c, d, distance(strict, norm.NFC.String(c))})
		}
	}
	sort.Slice(near, func(i, j int) bool {
		a, b := near[i], near[j]
		if a.rough != b.rough {
			return a.rough < b.rough
		}
		if a.strict != b.strict {
			return a.strict < b.strict
		}
		return a.name < b.name
	})
	var out []string
	for i := 0; i < len(near) && i < n; i++ {
		out = append(out, near[i].name)
	}
	return out
}

// slips tells how many edits two names may be apart when the longer has length code points. Two of the
// edits can be one slip of the fingers: two letters that changed places.
func slips(length int) int {
	switch {
	case length <= 2:
		return 0
	case length <= 4:
		return 1
	case length <= 9:
		return 2
	case length <= 14:
		return 3
	default:
		return 4
	}
}

// distance is the number of letters to add, drop or change to get from a to b; letters that changed
// places beside each other count as one where that is all there is to it.
func distance(a, b string) int {
	if d := levenshtein.ComputeDistance(a, b); d != 2 || !swapped(a, b) {
		return d
	}
	return 1
}

// swapped tells whether a is b but for two neighbours that changed places.
func swapped(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}

// fold reduces a name to what people remember of it.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1 // the ring of å, the dots of ä and ö
		case r == '-' || r == ' ' || r == '.':
			return '_'
		case r == 'ø' || r == 'Ø':
			return 'o'
		case r == 'æ' || r == 'Æ':
			return 'a'
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}
