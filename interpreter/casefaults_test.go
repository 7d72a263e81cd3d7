package interpreter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
)

// caseFaults are cases at fault. ⟦Marks⟧ stand around each place that must be pointed at, in the order of
// the text, and codes says what must be found there. A text that begins with TOML is that form.
var caseFaults = []struct {
	name, text string
	codes      string
}{
	// The text.
	{"empty", "⟦⟧", "case-empty"},
	{"blank", " \r\n\t\n⟦⟧", "case-empty"},
	{"a byte order mark alone", "\ufeff⟦⟧", "case-empty"},
	{"bad UTF-8", "{\"facts\": {\"anteckning\": \"⟦\xff⟧\"}}", "case-not-utf8"},
	{"UTF-16", "⟦\xff⟧\xfe{\x00}\x00", "case-not-utf8"},
	{"a list of cases", `⟦[{"facts": {}}]⟧`, "case-no-table"},
	{"a text", `⟦"samtycke"⟧`, "case-no-table"},
	{"trailing data", `{"facts": {}} ⟦{⟧"facts": {}}`, "json-after-end"},
	{"a bracket too many", `{"facts": {}}⟦}⟧`, "json-after-end"},
	{"trailing text", `{"facts": {}} ⟦s⟧lut`, "json-after-end"},
	{"a byte order mark too many", "\ufeff⟦\ufeff⟧{}", "json-start"},
	{"TOML without its name", "⟦i⟧d = \"1\"", "json-start"},
	{"cut short", `{"facts": {"samtycke": true⟦⟧`, "json-ends"},
	{"cut short in a text", `{"id": "ar⟦⟧`, "json-ends"},
	{"cut short after a key", `{"id"⟦⟧`, "json-ends"},

	// JSON that is none.
	{"a comment", `{"facts": {"samtycke": true} ⟦// sagt i telefon⟧` + "\n}", "json-comment"},
	{"a comment of blocks", "{⟦/* sagt\n\n i telefon */⟧ \"facts\": {}}", "json-comment"},
	{"a comment of blocks without its end", `{⟦/* sagt "facts": {}}⟧`, "json-comment"},
	{"a comment of shells", "⟦# sagt⟧\n{}", "json-comment"},
	{"a comma last", `{"facts": {"samtycke": true⟦,⟧}}`, "json-last-comma"},
	{"a comma last in a list", `{"facts": {"insatser": ["praktik"⟦,⟧ ]}}`, "json-last-comma"},
	{"a comma first", `{⟦,⟧"facts": {}}`, "json-extra-comma"},
	{"two commas", `{"id": "1",⟦,⟧ "facts": {}}`, "json-extra-comma"},
	{"no comma", "{\"facts\": {\"samtycke\": true\n ⟦\"⟧timmar\": 1}}", "json-comma"},
	{"no comma in a list", `{"facts": {"insatser": ["praktik" ⟦"⟧vård"]}}`, "json-comma"},
	{"no colon", `{"facts" ⟦{⟧}}`, "json-colon"},
	{"an equals sign", `{"facts" ⟦=⟧ {}}`, "json-colon"},
	{"two colons", `{"facts":⟦:⟧ {}}`, "json-character"},
	{"single quotes", `{⟦'⟧facts': {}}`, "json-quotes"},
	{"typographic quotes", `{"facts": {"beslut": ⟦”⟧ja”}}`, "json-quotes"},
	{"a bare key", `{⟦facts⟧: {}}`, "json-key"},
	{"a bare key later", `{"facts": {"samtycke": true, ⟦återgång⟧: false}}`, "json-key"},
	{"a number for a key", `{"facts": {⟦1⟧: true}}`, "json-key"},
	{"null for a key", `{⟦null⟧: true}`, "json-key"},
	{"no value", `{"facts": {"samtycke": ⟦}⟧}`, "json-no-value"},
	{"no value before the next", `{"facts": {"samtycke": ⟦,⟧ "timmar": 1}}`, "json-extra-comma"},
	{"True", `{"facts": {"samtycke": ⟦True⟧}}`, "json-word"},
	{"ja", `{"facts": {"samtycke": ⟦ja⟧}}`, "json-word"},
	{"half a word", `{"facts": {"samtycke": ⟦tru⟧}}`, "json-word"},
	{"NaN", `{"facts": {"andel": ⟦NaN⟧}}`, "json-word"},
	{"minus Infinity", `{"facts": {"andel": ⟦-Infinity⟧}}`, "json-number"},
	{"a bare date", `{"facts": {"start": ⟦2026-03-01⟧}}`, "json-date"},
	{"a leading zero", `{"facts": {"timmar": ⟦07⟧}}`, "json-number"},
	{"a plus", `{"facts": {"timmar": ⟦+7⟧}}`, "json-number"},
	{"a point first", `{"facts": {"andel": ⟦.5⟧}}`, "json-number"},
	{"a point last", `{"facts": {"andel": ⟦1.⟧}}`, "json-number"},
	{"a decimal comma", `{"facts": {"andel": ⟦0,5⟧}}`, "json-number"},
	{"a number in hexadecimal", `{"facts": {"timmar": ⟦0x1F⟧}}`, "json-number"},
	{"a number with a unit", `{"facts": {"timmar": ⟦20h⟧}}`, "json-number"},
	{"half a number for a case", `⟦0A0⟧`, "json-number"},
	{"a minus alone", `{"facts": {"timmar": ⟦-⟧}}`, "json-number"},
	{"a text over lines", "{\"facts\": {\"anteckning\": ⟦\"ett⟧\ntvå\"}}", "json-line"},
	{"a tab in a text", "{\"facts\": {\"anteckning\": \"ett⟦\t⟧två\"}}", "json-control"},
	{"a lone backslash", `{"facts": {"anteckning": "C:⟦\m⟧appen"}}`, "json-escape"},
	{"half a character", `{"facts": {"anteckning": "⟦\ud83d⟧"}}`, "json-code-point"},
	{"half an escape", `{"facts": {"anteckning": "⟦\u00e⟧"}}`, "json-code-point"},
	{"the wrong bracket", `{"facts": {"insatser": ["praktik"⟦}⟧}`, "json-bracket"},
	{"the wrong brace", `{"facts": {"samtycke": true⟦]⟧}`, "json-bracket"},
	{"a control character", "{\"facts\": {}⟦\x00⟧}", "json-character"},
	{"a semicolon", `{"id": "1"⟦;⟧ "facts": {}}`, "json-character"},
	{"too deep", `{"facts": {"samtycke": ` + strings.Repeat("[", 14) + "⟦[⟧" + strings.Repeat("[", 10000), "json-too-deep"},
	{"a long number", `{"facts": {"timmar": ⟦` + strings.Repeat("1", 101) + `⟧}}`, "json-long-number"},
	{"a long list", `{"unobtainable": [` + strings.Repeat(`"andel",`, 2000) + `⟦"andel"⟧, "andel"`, "json-long-list"},

	// The keys.
	{"an unknown key", `{"facts": {}, ⟦"fakta"⟧: {}}`, "case-unknown-key"},
	{"a key in capitals", `{⟦"Facts"⟧: {}}`, "case-unknown-key"},
	{"a fact for a key", `{⟦"samtycke"⟧: true}`, "case-unknown-key"},
	{"a personal number for a key", `{⟦"198001011234"⟧: {"samtycke": true}}`, "case-unknown-key"},
	{"a key twice", `{"facts": {}, ⟦"facts"⟧: {"samtycke": true}}`, "case-key-twice"},
	{"an escaped key twice", `{"at": "2026-03-01", ⟦"\u0061t"⟧: "2026-03-02"}`, "case-key-twice"},
	{"every key wrong", `{"id": ⟦7⟧, "at": ⟦"1 mars 2026"⟧, "facts": ⟦[]⟧, "unobtainable": ⟦"andel"⟧}`,
		"case-id-no-text case-at case-facts-no-table case-unobtainable-no-list"},
	{"every key null", `{"id": ⟦null⟧, "at": ⟦null⟧, "facts": ⟦null⟧, "unobtainable": ⟦null⟧}`,
		"case-id-no-text case-at case-facts-no-table case-unobtainable-no-list"},
	{"a long id", `{"id": ⟦"` + strings.Repeat("å", 201) + `"⟧}`, "case-id-too-long"},
	{"an id with a line break", `{"id": ⟦"1\n2"⟧}`, "case-id-invisible"},
	{"a time in at", `{"at": ⟦"2026-03-01T10:00:00"⟧}`, "case-at"},
	{"no such day in at", `{"at": ⟦"2026-02-29"⟧}`, "case-at"},

	// The facts.
	{"a fact twice", `{"facts": {"samtycke": true, "timmar": 1, ⟦"samtycke"⟧: true}}`, "case-fact-twice"},
	{"a fact twice, decomposed", "{\"facts\": {\"återgång\": true, ⟦\"a\u030aterga\u030ang\"⟧: true}}", "case-fact-twice"},
	{"an unknown fact", `{"facts": {⟦"samtyke"⟧: true}}`, "case-unknown-fact"},
	{"a fact in capitals", `{"facts": {⟦"Samtycke"⟧: true}}`, "case-unknown-fact"},
	{"an unknown fact that nobody can tell", `{"unobtainable": [⟦"timar"⟧]}`, "case-unknown-fact"},
	{"an unknown fact like no other", `{"facts": {⟦"fullständigt_namn"⟧: null}}`, "case-unknown-fact"},
	{"a personal number for a fact", `{"facts": {⟦"19800101-1234"⟧: true, ⟦"p198001011234"⟧: 1, ⟦""⟧: 1}}`, "case-unknown-fact case-unknown-fact case-unknown-fact"},
	{"a table for a fact", `{"facts": {"samtycke": ⟦{"ja": true}⟧}}`, "case-value-table"},
	{"a list of no texts", `{"facts": {"insatser": ["praktik", ⟦1⟧, ⟦null⟧, ⟦["vård"]⟧]}}`, "case-value-item case-value-item case-value-item"},
	{"no bool", `{"facts": {"samtycke": ⟦"true"⟧, "återgång": ⟦1⟧}}`, "case-bool case-bool"},
	{"no int", `{"facts": {"timmar": ⟦"20"⟧, "saldo": ⟦true⟧}}`, "case-int case-int"},
	{"an int with a fraction", `{"facts": {"timmar": ⟦20.0⟧, "saldo": ⟦1e3⟧}}`, "case-int-fraction case-int-fraction"},
	{"an int out of range", `{"facts": {"timmar": ⟦41⟧, "saldo": ⟦-9007199254740993⟧}}`, "case-range case-range"},
	{"an int beyond all", `{"facts": {"timmar": ⟦-1⟧, "saldo": ⟦9223372036854775808⟧}}`, "case-range case-range"},
	{"no number", `{"facts": {"andel": ⟦"0.5"⟧}}`, "case-number"},
	{"a number out of range", `{"facts": {"andel": ⟦1.5000001⟧}}`, "case-range"},
	{"a whole number out of range", `{"facts": {"andel": ⟦2⟧}}`, "case-range"},
	{"a number beyond all", `{"facts": {"andel": ⟦1e999⟧}}`, "case-not-finite"},
	{"an integer beyond all for a number", `{"facts": {"andel": ⟦100000000000000000000⟧}}`, "case-range"},
	{"no enum", `{"facts": {"beslut": ⟦true⟧}}`, "case-enum"},
	{"no such value of an enum", `{"facts": {"beslut": ⟦"Ja"⟧}}`, "case-enum-value"},
	{"no set", `{"facts": {"insatser": ⟦"praktik"⟧}}`, "case-set"},
	{"no such values of a set", `{"facts": {"insatser": ["praktik", ⟦"studie"⟧, ⟦"vard"⟧]}}`, "case-set-value case-set-value"},
	{"no such value of a large set", `{"facts": {"koder": [⟦"v300"⟧]}}`, "case-set-value"},
	{"a value twice in a set", "{\"facts\": {\"insatser\": [\"vård\", ⟦\"va\u030ard\"⟧, \"praktik\"]}}", "case-set-twice"},
	{"a large set", `{"facts": {"koder": ⟦["v0"` + strings.Repeat(`,"v1"`, 200) + `]⟧}}`, "case-set-too-long"},
	{"no text", `{"facts": {"anteckning": ⟦17⟧}}`, "case-text"},
	{"a long text", `{"facts": {"anteckning": ⟦"` + strings.Repeat("å", 2049) + `"⟧}}`, "case-text-too-long"},
	{"no date", `{"facts": {"start": ⟦20260301⟧, "mote": ⟦true⟧}}`, "case-day case-day"},
	{"no such date", `{"facts": {"start": ⟦"2026-02-30"⟧, "mote": ⟦"0000-01-01"⟧}}`, "case-no-day case-no-day"},
	{"a time of day", `{"facts": {"start": ⟦"2026-03-01T08:00:00Z"⟧, "mote": ⟦"26-03-01"⟧}}`, "case-no-day case-no-day"},
	{"known and unobtainable", `{"facts": {"samtycke": true, "timmar": null}, "unobtainable": [⟦"samtycke"⟧, "timmar"]}`, "case-known-and-unobtainable"},
	{"unobtainable and known", `{"unobtainable": ["samtycke"], "facts": {⟦"samtycke"⟧: false}}`, "case-known-and-unobtainable"},
	{"unobtainable twice", `{"unobtainable": ["samtycke", ⟦"samtycke"⟧]}`, "case-unobtainable-twice"},
	{"unobtainable and no name", `{"unobtainable": [⟦1⟧, ⟦null⟧, ⟦{}⟧]}`, "case-unobtainable-item case-unobtainable-item case-unobtainable-item"},
	{"many faults at once", `{
  "at": ⟦"i dag"⟧,
  ⟦"fact"⟧: {},
  "facts": {
    "samtycke": ⟦"ja"⟧,
    ⟦"timmmar"⟧: 20,
    "andel": ⟦"hälften"⟧,
    "beslut": ⟦"avslag"⟧
  },
  "unobtainable": [⟦"samtycke"⟧]
}`, "case-at case-unknown-key case-bool case-unknown-fact case-number case-enum-value case-known-and-unobtainable"},

	// TOML.
	{"TOML: an unknown key", "⟦facs⟧ = {}\n", "case-unknown-key"},
	{"TOML: a fact without its table", "id = \"1\"\n⟦samtycke⟧ = true\n", "case-unknown-key"},
	{"TOML: a time of day", "at = ⟦2026-03-01T10:00:00⟧\n[facts]\nstart = ⟦2026-03-01 08:00:00⟧\nmote = ⟦08:00:00⟧\n", "case-at case-value-moment case-value-moment"},
	{"TOML: no numbers", "[facts]\nandel = ⟦nan⟧\ntimmar = ⟦-inf⟧\n", "case-not-finite case-not-finite"},
	{"TOML: the year 0", "facts.start = ⟦0000-01-01⟧\n", "case-value-moment"},
	{"TOML: a table for a fact", "⟦[facts.samtycke]⟧\nja = true\n", "case-value-table"},
	{"TOML: tables", "⟦[[facts]]⟧\nsamtycke = true\n", "case-facts-no-table"},
	{"TOML: an int with a fraction", "[facts]\ntimmar = ⟦20.0⟧\n", "case-int-fraction"},
	{"TOML: a date for a text", "[facts]\nanteckning = ⟦2026-03-01⟧\n", "case-text"},
	{"TOML: known and unobtainable", "unobtainable = [\"samtycke\"]\n[facts]\n⟦samtycke⟧ = true\n", "case-known-and-unobtainable"},
}

func TestEveryFaultOfACaseIsFoundAtItsPlace(t *testing.T) {
	rendered := map[lang.Lang]*strings.Builder{lang.SV: {}, lang.EN: {}}
	for _, c := range caseFaults {
		t.Run(c.name, func(t *testing.T) {
			name := "arende.json"
			if strings.HasPrefix(c.name, "TOML:") {
				name = "arende.toml"
			}
			text, spans := unmark(c.text)
			_, _, faults := readCase(name, text)
			var got, want []string
			for _, d := range faults {
				got = append(got, fmt.Sprintf("%s at %d-%d", d.Code, d.Span.Start, d.Span.End))
			}
			codes := strings.Fields(c.codes)
			for i, code := range codes {
				want = append(want, fmt.Sprintf("%s at %d-%d", code, spans[i][0], spans[i][1]))
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for l, out := range rendered {
				fmt.Fprintf(out, "=== %s\n%s\n", c.name, render(t, faults, l))
			}
		})
	}
	for l, out := range rendered {
		golden(t, "case-faults."+string(l)+".txt", out.String())
	}
}
