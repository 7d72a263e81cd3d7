package main

import "slices"

// A claim is a ratio of two benchmarks that the project holds itself to, or one that is only told.
type claim struct {
	text     words
	unit     string // of both; "" is the time of an operation
	over     string
	under    string
	atMost   float64 // the target; 0 where there is none
	atLeast  float64
	fraction bool // told as a part of one
}

// words are a text in both languages of the pages.
type words struct{ en, sv string }

const (
	complete = "Decide/cases=complete/by="
	gaps     = "Decide/cases=gaps/by="
)

var claims = []claim{
	{text: words{"decision, complete cases: stegvis beside hand-written three-valued Go", "beslut, fullständiga ärenden: stegvis mot handskriven trevärd Go"},
		over: complete + "stegvis", under: complete + "go-three", atMost: 2},
	{text: words{"decision, cases with gaps: stegvis beside hand-written three-valued Go", "beslut, ärenden med luckor: stegvis mot handskriven trevärd Go"},
		over: gaps + "stegvis", under: gaps + "go-three", atMost: 2},
	{text: words{"stegvis: cases with gaps beside complete ones", "stegvis: ärenden med luckor mot fullständiga"},
		over: gaps + "stegvis", under: complete + "stegvis", atMost: 1.5},
	{text: words{"by hand: three truth values beside two", "för hand: tre sanningsvärden mot två"},
		over: complete + "go-three", under: complete + "go-two", atMost: 2.2},
	{text: words{"the law over the model beside the model alone, complete cases", "lagen över modellen mot modellen ensam, fullständiga ärenden"},
		over: complete + "stegvis-law", under: complete + "stegvis"},
	{text: words{"the same decision: expr beside stegvis", "samma beslut: expr mot stegvis"},
		over: complete + "expr", under: complete + "stegvis", atLeast: 20},
	{text: words{"the same decision: CEL beside stegvis", "samma beslut: CEL mot stegvis"},
		over: complete + "cel", under: complete + "stegvis", atLeast: 30},
	{text: words{"the same decision: Grule beside stegvis", "samma beslut: Grule mot stegvis"},
		over: complete + "grule", under: complete + "stegvis", atLeast: 130},
	{text: words{"the same decision: OPA beside stegvis", "samma beslut: OPA mot stegvis"},
		over: complete + "opa", under: complete + "stegvis", atLeast: 500},
	{text: words{"JSON to decision: stegvis beside the bare strict scan of its tokens", "JSON till beslut: stegvis mot bara den strikta genomläsningen"},
		over: "JSON/by=stegvis", under: "JSON/by=scan", atMost: 1.3},
	{text: words{"JSON to decision: encoding/json and expr beside stegvis", "JSON till beslut: encoding/json och expr mot stegvis"},
		over: "JSON/by=encoding-json+expr", under: "JSON/by=stegvis", atLeast: 4},
	{text: words{"batch: cases a second, two cores beside one", "körning av många: ärenden per sekund, två kärnor mot en"},
		unit: "cases/s", over: "Batch/by=stegvis/cores=2", under: "Batch/by=stegvis/cores=1", atLeast: 1.8},
	{text: words{"batch on two cores: speed of the bare scan on two cores", "körning på två kärnor: farten hos bara genomläsningen på två kärnor"},
		unit: "cases/s", over: "Batch/by=stegvis/cores=2", under: "Batch/by=scan/cores=2", atLeast: 0.7, fraction: true},
	{text: words{"load 1,000 rules, all diagnostics: stegvis beside expr.Compile alone", "läsa in 1 000 regler, alla kontroller: stegvis mot bara expr.Compile"},
		over: "Load/rules=1000/by=stegvis", under: "Load/rules=1000/by=expr", atMost: 0.8},
	{text: words{"load 1,000 rules: stegvis beside the parts of expr.Compile, the facts described once", "läsa in 1 000 regler: stegvis mot delarna av expr.Compile, fakta beskrivna en gång"},
		over: "Load/rules=1000/by=stegvis", under: "Load/rules=1000/by=expr-parts"},
	{text: words{"load 1,000 rules: CEL beside stegvis", "läsa in 1 000 regler: CEL mot stegvis"},
		over: "Load/rules=1000/by=cel", under: "Load/rules=1000/by=stegvis"},
	{text: words{"load 1,000 rules: OPA beside stegvis", "läsa in 1 000 regler: OPA mot stegvis"},
		over: "Load/rules=1000/by=opa", under: "Load/rules=1000/by=stegvis"},
	{text: words{"load: 1,000 rules beside 30", "läsa in: 1 000 regler mot 30"},
		over: "Load/rules=1000/by=stegvis", under: "Load/rules=30/by=stegvis"},
	{text: words{"cost of a step: in a model of 500 steps beside one of 10", "kostnad per steg: i en modell med 500 steg mot en med 10"},
		unit: "ns/step", over: "Growth/in=steps/n=500", under: "Growth/in=steps/n=10", atMost: 1.2},
	{text: words{"50 steps and 175 rules: 1,000 facts beside 10", "50 steg och 175 regler: 1 000 fakta mot 10"},
		over: "Growth/in=facts/n=1000", under: "Growth/in=facts/n=10"},
	{text: words{"the decision with its reasons (because) beside the bare one", "beslutet med sina skäl (because) mot bara beslutet"},
		over: "Explain/by=because", under: "Explain/by=decision", atMost: 50},
	{text: words{"every step and outcome explained, into memory used again, beside the bare decision", "varje steg och utfall förklarat, i minne som används igen, mot bara beslutet"},
		over: "Explain/by=explanation-reused", under: "Explain/by=decision", atMost: 50},
	{text: words{"the same into new memory", "detsamma i nytt minne"},
		over: "Explain/by=explanation", under: "Explain/by=decision", atMost: 50},
	{text: words{"cold start: stegvis next beside hello world", "kallstart: stegvis next mot hello world"},
		over: "Start/by=stegvis", under: "Start/by=hello", atMost: 15},
}

// frugal are the benchmarks that may not allocate.
var frugal = []string{complete + "stegvis", gaps + "stegvis", complete + "stegvis-law", gaps + "stegvis-law", "JSON/by=stegvis"}

// needed are the benchmarks that the claims compare.
func needed() (names []string) {
	for _, c := range claims {
		names = append(names, c.over, c.under)
	}
	names = append(names, frugal...)
	slices.Sort(names)
	return slices.Compact(names)
}

// reached tells whether the ratio is within the target; there must be one.
func (c *claim) reached(ratio float64) bool {
	return c.atMost > 0 && ratio <= c.atMost || c.atLeast > 0 && ratio >= c.atLeast
}

func (c *claim) hasTarget() bool { return c.atMost > 0 || c.atLeast > 0 }
