package conform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
)

// small is a model with a step that has a first day, one whose applying is decided by what is told in doing it, one that only some cases
// need, one that comes back, and two versions of the first.
const small = `
[model]
id = "liten"
title = "Liten"
lang = "sv"
version = "%s"
in_force = %s
start = "start"

[[actor]]
id = "vi"
title = "Vi"
[[actor]]
id = "de"
title = "De"
[[kind]]
id = "insats"
title = "Insats"

[[fact]]
id = "start"
type = "event"
title = "Start"
[[fact]]
id = "samtal"
type = "event"
title = "Samtal"
[[fact]]
id = "provning"
type = "event"
title = "Prövning"
[[fact]]
id = "behov"
type = "bool"
title = "Behov"
ask = "Finns behov?"
[[fact]]
id = "stod"
type = "event"
title = "Stöd"
[[fact]]
id = "kontakt"
type = "event"
title = "Kontakt"
[[fact]]
id = "slut"
type = "event"
title = "Slut"
[[fact]]
id = "antal"
type = "int"
min = 0
max = 9
title = "Antal"
ask = "Hur många?"

[[step]]
id = "samtal"
title = "Samtal"
kind = "insats"
actor = "vi"
done = ["happened(samtal)"]
time = { from = "start", max = "10 days" }

[[step]]
id = "provning"
title = "Prövning"
kind = "insats"
actor = "de"
done = ["happened(provning)"]
time = { from = "start", not_before = "30 days", max = "60 days" }

[[step]]
id = "stod"
title = "Stöd"
kind = "insats"
actor = "vi"
after = ["provning"]
when = "behov"
done = ["happened(stod)", "known(antal)"]

[[step]]
id = "kontakt"
title = "Kontakt"
kind = "insats"
actor = "vi"
after = ["samtal"]
when = "not happened(slut)"
every = { period = "1 week", since = "kontakt", start = "samtal" }

[[step]]
id = "avslut"
title = "Avslut"
kind = "insats"
actor = "de"
after = ["provning", "stod"]
done = ["happened(slut)"]

[[outcome]]
id = "klar"
title = "Klar"
when = "happened(slut)"
after = ["avslut"]

[[limit]]
id = "hela"
title = "Hela"
from = "start"
until = ["slut"]
max = "100 days"
`

const smallMapping = `
[log]
model = "liten"
case = "c"
activity = "a"
time = "t"
%s
[[activity]]
name = "Start"
event = "start"
[[activity]]
name = "Samtal"
event = "samtal"
[[activity]]
name = "Prövning"
event = "provning"
[[activity]]
name = "Bedömning"
facts = { behov = true }
[[activity]]
name = "Inget behov"
facts = { behov = false }
[[activity]]
name = "Stöd"
event = "stod"
[[activity]]
name = "Stöd vid behov"
event = "stod"
facts = { behov = true }
[[activity]]
name = "Kontakt"
event = "kontakt"
[[activity]]
name = "Slut"
event = "slut"
[[activity]]
name = "Avbrutet"
ends = true
`

const withNumber = "[[activity]]\nname = \"Antal\"\nvalue_of = { antal = \"v\" }\n"

// day0 is the day of a case's start; events of tests are told as "day:activity", counted from it.
var day0, _ = calendar.Parse("2026-01-05")

func logOf(events string) string {
	text := "c,a,t,v\n"
	for _, e := range strings.Fields(events) {
		var day int
		at, name, _ := strings.Cut(e, ":")
		fmt.Sscan(at, &day)
		name, value, _ := strings.Cut(name, "=")
		text += fmt.Sprintf("x,%s,%s,%s\n", strings.ReplaceAll(name, "_", " "), day0+calendar.Day(day), value)
	}
	return text
}

func TestVerdicts(t *testing.T) {
	set := casetest.Models(t, fmt.Sprintf(small, "1", "2010-01-01"))
	for _, x := range []struct {
		name, events   string
		keys, more     string // of the mapping
		at             int    // --at, in days; 0: none
		verdicts, ends string
		limit          string
	}{
		{name: "all in turn", events: "0:Start 3:Samtal 8:Kontakt 12:Kontakt 31:Inget_behov 32:Prövning 32:Slut", limit: "kept",
			verdicts: "information fits fits fits information fits fits", ends: "samtal=done provning=done kontakt=done2-missed1 avslut=done"},
		{name: "after the due day", events: "0:Start 11:Samtal", verdicts: "information fits-late", ends: "samtal=done-late provning=not_required kontakt=not_required", limit: "running"},
		{name: "on the due day", events: "0:Start 10:Samtal", verdicts: "information fits", ends: "samtal=done", limit: "running"},
		{name: "before its first day", events: "0:Start 1:Samtal 20:Prövning", verdicts: "information fits early", ends: "samtal=done provning=done kontakt=open-late", limit: "running"},
		{name: "out of order and caught up", events: "0:Start 31:Prövning 32:Samtal", verdicts: "information out_of_order:samtal fits-late", ends: "samtal=done-late provning=done", limit: "running"},
		{name: "out of order and never caught up", events: "0:Start 31:Prövning", verdicts: "information out_of_order:samtal", ends: "samtal=skipped-late provning=done", limit: "running"},
		{name: "one day has no order", events: "0:Start 31:Prövning 31:Samtal", verdicts: "information fits fits-late", ends: "samtal=done-late provning=done", limit: "running"},
		{name: "done twice", events: "0:Start 1:Samtal 2:Samtal", verdicts: "information fits extra:again", ends: "samtal=done", limit: "running"},
		{name: "what does not apply", events: "0:Start 1:Samtal 31:Inget_behov 32:Prövning 33:Stöd", verdicts: "information fits information fits extra:not_applicable", ends: "samtal=done provning=done kontakt=open-late avslut=open", limit: "running"},
		{name: "what may apply", events: "0:Start 1:Samtal 32:Prövning 33:Stöd", verdicts: "information fits fits undetermined", ends: "samtal=done provning=done stod=undetermined kontakt=open-late", limit: "running"},
		{name: "behind what may apply", events: "0:Start 1:Samtal 32:Prövning 33:Slut", verdicts: "information fits fits undetermined", ends: "samtal=done provning=done stod=undetermined avslut=done kontakt=skipped-late1", limit: "kept"},
		{name: "what decides itself that it applies", events: "0:Start 1:Samtal 32:Prövning 33:Stöd_vid_behov", verdicts: "information fits fits fits", ends: "stod=done avslut=open", limit: "running"},
		{name: "after the end", events: "0:Start 1:Samtal 31:Inget_behov 32:Prövning 33:Slut 34:Samtal", verdicts: "information fits information fits fits extra:closed", ends: "avslut=done", limit: "kept"},
		{name: "what ended a limit in time, told once more too late", events: "0:Start 1:Samtal 31:Inget_behov 32:Prövning 33:Slut 150:Slut", verdicts: "information fits information fits fits extra:closed", ends: "avslut=done", limit: "kept"},
		{name: "the log says that it ended", events: "0:Start 1:Avbrutet", verdicts: "information information", ends: "samtal=skipped provning=not_required", limit: "running"},
		{name: "every case of the log has ended", keys: "complete = true", events: "0:Start 1:Samtal 32:Inget_behov", verdicts: "information fits information", ends: "samtal=done provning=skipped kontakt=skipped-late1", limit: "running"},
		{name: "goes on until the log was taken", events: "0:Start", at: 101, verdicts: "information", ends: "samtal=open-late", limit: "broken"},
		{name: "goes on, and is judged by its last event", events: "0:Start", verdicts: "information", ends: "samtal=open", limit: "running"},
		{name: "contacts that ceased", events: "0:Start 1:Samtal 8:Kontakt 31:Inget_behov 32:Prövning 33:Slut", verdicts: "information fits fits information fits fits", ends: "kontakt=done1-missed1", limit: "kept"},
		{name: "a late contact", events: "0:Start 1:Samtal 9:Kontakt", verdicts: "information fits fits-late", ends: "kontakt=done1-late1", limit: "running"},
		{name: "an entry that the log tells of is waited for", more: withNumber, events: "0:Start 1:Samtal 31:Bedömning 32:Prövning 33:Stöd 34:Slut", verdicts: "information fits information fits fits out_of_order:stod", ends: "stod=skipped", limit: "kept"},
		{name: "and can come apart", more: withNumber, events: "0:Start 1:Samtal 31:Bedömning 32:Prövning 33:Stöd 34:Antal=3 35:Slut", verdicts: "information fits information fits fits fits fits", ends: "stod=done avslut=done", limit: "kept"},
		{name: "not in the mapping", events: "0:Start 1:Samtall", verdicts: "information unmapped", ends: "samtal=open", limit: "running"},
		{name: "the file is in another order", events: "3:Samtal 0:Start", verdicts: "information fits", ends: "samtal=done", limit: "running"},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := conform.Options{}
			if x.at > 0 {
				at := day0 + calendar.Day(x.at)
				o.At = &at
			}
			_, cases := replay(t, set, fmt.Sprintf(smallMapping, x.keys)+x.more, logOf(x.events), o)
			c := cases[0]
			var verdicts []string
			for _, v := range c.Verdicts {
				text := v.Sort.String()
				switch {
				case v.Late:
					text += "-late"
				case v.Before != nil:
					text += ":" + v.Before.ID
				case v.Why != "":
					text += ":" + string(v.Why)
				}
				verdicts = append(verdicts, text)
			}
			if got := strings.Join(verdicts, " "); got != x.verdicts {
				t.Errorf("verdicts\n%s, want\n%s", got, x.verdicts)
			}
			ends := map[string]string{}
			for _, s := range c.Steps {
				text := s.End.String()
				if s.Times > 0 {
					text += fmt.Sprint(s.Times)
				}
				if s.Late {
					text += "-late"
				}
				if s.LateN > 0 {
					text += fmt.Sprint(s.LateN)
				}
				if s.Missed > 0 && s.Times > 0 {
					text += "-missed"
				}
				if s.Missed > 0 {
					text += fmt.Sprint(s.Missed)
				}
				ends[s.Step.ID] = text
			}
			for _, want := range strings.Fields(x.ends) {
				step, end, _ := strings.Cut(want, "=")
				if ends[step] != end {
					t.Errorf("%s is %s, want %s", step, ends[step], end)
				}
			}
			if got := c.Limits[0].State.String(); got != x.limit {
				t.Errorf("the limit is %s, want %s", got, x.limit)
			}
		})
	}
}

// A case follows the version that was in force on the day it began, as its start tells, not on the day of its first event.
func TestACaseFollowsTheVersionOfItsStart(t *testing.T) {
	set := casetest.Models(t, fmt.Sprintf(small, "1", "2010-01-01"), fmt.Sprintf(small, "2", "2026-01-05"))
	for events, want := range map[string]string{"-1:Samtal 0:Start": "2", "-1:Start 0:Samtal": "1", "-1:Samtal 3:Samtal": "1", "0:Samtal": "2"} {
		_, cases := replay(t, set, fmt.Sprintf(smallMapping, ""), logOf(events), conform.Options{})
		if cases[0].Version != want {
			t.Errorf("%s: version %s", events, cases[0].Version)
		}
	}
	_, cases := replay(t, set, fmt.Sprintf(smallMapping, `version = "1"`), logOf("9:Start"), conform.Options{})
	if cases[0].Version != "1" {
		t.Error("the version that was asked for does not answer")
	}
}

// What the log never tells is listed, and neither waited for nor guessed.
func TestWhatTheLogNeverTellsIsSaid(t *testing.T) {
	set := casetest.Models(t, fmt.Sprintf(small, "1", "2010-01-01"))
	mapping := "[log]\nmodel = \"liten\"\ncase = \"c\"\nactivity = \"a\"\ntime = \"t\"\nstart = \"start\"\n[[activity]]\nname = \"Slut\"\nevent = \"slut\"\n[[activity]]\nname = \"Prövning\"\nevent = \"provning\"\n"
	r, cases := replay(t, set, mapping, logOf("0:Prövning 40:Prövning 41:Slut"), conform.Options{})
	var got []string
	for _, u := range r.Unseen[0] {
		id := ""
		if u.Step != nil {
			id = u.Step.ID
		}
		got = append(got, fmt.Sprint(u.Part, " ", id, " ", u.Whole))
	}
	want := "entry samtal true; entry stod true; entry stod true; applies stod false; entry kontakt true; time kontakt false"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	var verdicts, ends []string
	for _, v := range cases[0].Verdicts {
		verdicts = append(verdicts, v.Sort.String())
	}
	for _, s := range cases[0].Steps {
		ends = append(ends, s.Step.ID+"="+s.End.String())
	}
	if s := strings.Join(verdicts, " "); s != "early extra undetermined" {
		t.Errorf("verdicts %s", s)
	}
	if s := strings.Join(ends, " "); s != "samtal=undetermined provning=done stod=undetermined kontakt=undetermined avslut=done" {
		t.Errorf("ends %s", s)
	}
}

func TestTheFaultsOfAMappingAreToldAllAtOnce(t *testing.T) {
	set := casetest.Models(t, fmt.Sprintf(small, "1", "2010-01-01"))
	text := `[log]
model = "liten"
start = "behov"
complete = "ja"
separator = "; "
time_format = "MM/DD hh:mm"
cas = "x"
[[activity]]
name = "A"
event = "samtall"
[[activity]]
name = "A"
event = "behov"
facts = { behov = "ja", slut = 2026-01-01, antall = 3 }
value_of = { antal = 3, behov = { column = "b", values = { ja = true, nej = 0 } } }
[[activity]]
name = "B"
[[activity]]
name = "C"
ignore = true
event = "stod"
[[attribute]]
name = "n"
fact = "antal"
values = { "många" = 10 }
`
	var faults diag.List
	if conform.ReadMapping(diag.NewSource("m.toml", text), set, "", "", &faults) != nil {
		t.Error("the mapping is taken")
	}
	var got []string
	for _, f := range faults {
		p := f.Span.Source.Position(f.Span.Start)
		got = append(got, fmt.Sprintf("%d %s", p.Line, f.Code))
		for _, l := range lang.All {
			if text := f.Message(l) + f.HintText(l); strings.Contains(text, "<no value>") || strings.HasPrefix(text, "[") {
				t.Errorf("%s has no words: %s", f.Code, text)
			}
		}
	}
	want := `3 log-start
4 log-not-a-bool
5 log-separator
6 log-time-format
7 unknown-key
10 case-unknown-fact
12 log-activity-twice
13 log-not-an-event
14 case-bool
14 log-event-value
14 case-unknown-fact
15 not-a-text
15 case-bool
16 log-tells-nothing
20 log-ignored-tells
25 case-range`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

// A value of the log that its fact cannot have leaves the case out, and is told without the value.
func TestAValueThatIsNoneIsTold(t *testing.T) {
	set := casetest.Models(t, fmt.Sprintf(small, "1", "2010-01-01"))
	var faults diag.List
	m := conform.ReadMapping(diag.NewSource("m.toml", fmt.Sprintf(smallMapping, "")+withNumber), set, "", "", &faults)
	casetest.Refuse(t, faults)
	var told []string
	r := runFaulty(t, m, logOf("0:Start 1:Antal=4711 2:Samtal"), func(f *conform.Faulty) {
		for _, d := range f.Faults {
			told = append(told, d.Code+" "+d.Message(lang.EN)+d.HintText(lang.EN))
		}
	})
	if r.Log.Faulty != 1 || r.All.Cases != 0 || len(told) != 1 || !strings.HasPrefix(told[0], "log-bad-value") || strings.Contains(told[0], "4711") {
		t.Errorf("%d left out, told %q", r.Log.Faulty, told)
	}
}

func TestPercentilesAreTheSmallestThatCoverTheirShare(t *testing.T) {
	var h conform.Histogram
	if _, ok := h.Percentile(50); ok {
		t.Error("nothing has a median")
	}
	for _, v := range []int{7, 1, 3, 3, 9, 2, 2, 5, 4, 4} { // 1 2 2 3 3 4 4 5 7 9
		h.Add(v)
	}
	for p, want := range map[int]int{0: 1, 10: 1, 11: 2, 50: 3, 51: 4, 90: 7, 91: 9, 100: 9} {
		if got, _ := h.Percentile(p); got != want {
			t.Errorf("p%d is %d, want %d", p, got, want)
		}
	}
	if mean, _ := h.Mean(); mean != 4 {
		t.Errorf("the mean is %v", mean)
	}
}
