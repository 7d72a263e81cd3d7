package lang_test

import (
	"encoding/json"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"pgregory.net/rapid"
)

func TestParseKnowsTheTwoLanguagesAndNoOther(t *testing.T) {
	for code, want := range map[string]bool{"sv": true, "en": true, "": false, "SV": false, "sv-SE": false, "de": false} {
		got, ok := lang.Parse(code)
		if ok != want || ok && string(got) != code || !ok && got != "" {
			t.Errorf("Parse(%q) = %q, %v", code, got, ok)
		}
	}
	for _, l := range lang.All {
		if got, ok := lang.Parse(string(l)); got != l || !ok {
			t.Errorf("%q is offered but not parsed", l)
		}
	}
}

func TestTextFallsBackToTheOtherLanguage(t *testing.T) {
	for _, c := range []struct {
		text   lang.Text
		sv, en string
	}{
		{lang.Text{SV: "möte", EN: "meeting"}, "möte", "meeting"},
		{lang.Text{SV: "möte"}, "möte", "möte"},
		{lang.Text{EN: "meeting"}, "meeting", "meeting"},
		{lang.Text{}, "", ""},
	} {
		if sv, en := c.text.In(lang.SV), c.text.In(lang.EN); sv != c.sv || en != c.en {
			t.Errorf("%+v: %q and %q, want %q and %q", c.text, sv, en, c.sv, c.en)
		}
		if c.text.IsZero() != (c.sv == "") {
			t.Errorf("%+v: IsZero = %v", c.text, c.text.IsZero())
		}
	}
}

func TestTextHoldsWhatWasSetInEachLanguage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sv, en := rapid.String().Draw(t, "sv"), rapid.String().Draw(t, "en")
		var text lang.Text
		text.Set(lang.EN, en)
		text.Set(lang.SV, sv)
		if text != (lang.Text{SV: sv, EN: en}) {
			t.Fatalf("%+v", text)
		}
		if text.Has(lang.SV) != (sv != "") || text.Has(lang.EN) != (en != "") {
			t.Fatalf("Has is wrong of %+v", text)
		}
	})
}

func TestTextIsWrittenWithBothLanguages(t *testing.T) {
	got, err := json.Marshal(lang.Text{SV: "möte"})
	if want := `{"sv":"möte","en":""}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}
