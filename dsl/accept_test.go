package dsl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

const accepting = `[model]
id = "m"
title = "M"
lang = "sv"
version = "1"
in_force = 2026-01-01

[[source]]
id = "bok"
title = "Boken"

[[actor]]
id = "fk"
title = "Försäkringskassan"

[[kind]]
id = "mote"
title = "Möte"

[[fact]]
id = "svar"
type = "bool"
title = "Svaret"
ask = "Vad blev svaret?"

[[step]]
id = "fraga"
title = "Fråga"
kind = "mote"
actor = "fk"
done = ["known(svar)"]

[[outcome]]
id = "ja"
title = "Ja"
after = ["fraga"]
when = "svar"

[[accept]]
id = "nej"
finding = ["stuck/fraga", "hangs-on/svar"]
when = "svar == false"
reason = "Källan säger inget om ett nej."
source = "bok: sidan 3"
interpretation = "Vi läser det så."

[[accept]]
id = "alltid"
finding = "duty/lag+plikt"
reason = "Så står det."
`

const acceptingEnglish = `[texts]
of = "m"
lang = "en"
[model]
title = "M"
[source.bok]
title = "The book"
[actor.fk]
title = "The Social Insurance Agency"
[kind.mote]
title = "Meeting"
[fact.svar]
title = "The answer"
ask = "What was the answer?"
[step.fraga]
title = "Ask"
[outcome.ja]
title = "Yes"
[accept.nej]
reason = "The source says nothing of a no."
interpretation = "We read it so."
`

// What a file accepts is in the model, in its order, with its rule and its texts in both languages; a reason without a translation
// is warned of as any other text is.
func TestWhatAFileAcceptsIsPartOfTheModel(t *testing.T) {
	load := func(english string) *dsl.Set {
		return dsl.Load([]*diag.Source{diag.NewSource("m.toml", accepting), diag.NewSource("m.en.toml", english)})
	}
	set := load(acceptingEnglish + "[accept.alltid]\nreason = \"So it stands.\"\n")
	if len(set.Faults) > 0 || len(set.Models) != 1 {
		t.Fatal(render(set.Faults, lang.EN))
	}
	m := set.Models[0]
	if len(m.Accepts) != 2 {
		t.Fatalf("the model accepts %d times", len(m.Accepts))
	}
	a, b := m.Accepts[0], m.Accepts[1]
	if a.ID != "nej" || !slices.Equal(a.Findings, []string{"stuck/fraga", "hangs-on/svar"}) || a.When == nil || a.When.Expr == nil || a.Origin.Source != "bok: sidan 3" ||
		a.Reason != (lang.Text{SV: "Källan säger inget om ett nej.", EN: "The source says nothing of a no."}) || a.Origin.Interpretation.EN != "We read it so." {
		t.Errorf("the first is %+v", a)
	}
	if b.ID != "alltid" || !slices.Equal(b.Findings, []string{"duty/lag+plikt"}) || b.When != nil || b.Reason.EN != "So it stands." || b.Index != 1 {
		t.Errorf("the second is %+v", b)
	}
	if slices.ContainsFunc(m.Rules(), func(r *dsl.Rule) bool { return r == a.When }) {
		t.Error("what is accepted counts as a rule of the model, on which its answers hang")
	}
	set = load(acceptingEnglish)
	if text := render(set.Faults, lang.EN); len(set.Faults) != 1 || !strings.Contains(text, "accept.alltid.reason") {
		t.Errorf("of a reason without a translation it says\n%s", text)
	}
}
