// Package lang holds the two languages that stegvis speaks, Swedish and English, and the catalogues
// of its own sentences. Every sentence that can reach a person has an id and stands in both
// catalogues; code names the id and gives the arguments, and the words are chosen when they are shown.
//
// The package is a leaf: it imports nothing of ours, so that diagnostics, explanations and the
// command line can all speak through it.
package lang

// Lang is a language that stegvis can answer in, as an ISO 639-1 code.
type Lang string

// The languages. SV comes first for people, EN is used in logs and code.
const (
	SV Lang = "sv"
	EN Lang = "en"
)

// All lists the languages in the order they are offered.
var All = []Lang{SV, EN}

// Parse returns the language with the given code.
func Parse(code string) (Lang, bool) {
	for _, l := range All {
		if string(l) == code {
			return l, true
		}
	}
	return "", false
}

// Text is one text in every language; an empty string means that it is not translated.
type Text struct {
	SV string `json:"sv"`
	EN string `json:"en"`
}

// In returns the text in l, or in the other language where l lacks it.
func (t Text) In(l Lang) string {
	first, second := t.SV, t.EN
	if l == EN {
		first, second = second, first
	}
	if first != "" {
		return first
	}
	return second
}

// Has tells whether the text exists in l itself.
func (t Text) Has(l Lang) bool {
	if l == EN {
		return t.EN != ""
	}
	return t.SV != ""
}

// Set puts s as the text in l.
func (t *Text) Set(l Lang, s string) {
	if l == EN {
		t.EN = s
	} else {
		t.SV = s
	}
}

// IsZero tells whether the text is missing in every language.
func (t Text) IsZero() bool { return t.SV == "" && t.EN == "" }
