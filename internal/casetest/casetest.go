// Package casetest has what tests of cases need: the shipped models, a model with every type of fact, and days. Only tests
// import it.
package casetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

// Shipped returns the shipped models, which must be faultless.
func Shipped(t testing.TB) *interpreter.Set {
	t.Helper()
	set, faults := load()
	Refuse(t, faults)
	return set
}

var load = sync.OnceValues(func() (*interpreter.Set, diag.List) {
	var faults diag.List
	read := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	return interpreter.NewSet(read), append(faults, read.Faults...)
})

// Models returns the set of the files, which must be faultless but for warnings.
func Models(t testing.TB, files ...string) *interpreter.Set {
	t.Helper()
	var sources []*diag.Source
	for i, text := range files {
		sources = append(sources, diag.NewSource(string(rune('a'+i))+".toml", text))
	}
	read := dsl.Load(sources)
	Refuse(t, read.Faults)
	return interpreter.NewSet(read)
}

// Refuse fails the test where there are errors.
func Refuse(t testing.TB, faults diag.List) {
	t.Helper()
	if faults.HasErrors() {
		for _, f := range faults {
			t.Error(f.Message(lang.EN))
		}
		t.FailNow()
	}
}

// Day reads a day.
func Day(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, ok := calendar.Parse(s)
	if !ok {
		t.Fatalf("%q is no day", s)
	}
	return d
}

// Values of the enum of a Workshop.
const (
	SortsBefore = `{ a = "A", b = "B", c = "C" }`
	SortsAfter  = `{ b = "B", d = "D", a = "A" }`
)

// TwoVersions returns a set of two versions of a Workshop, of which no two agree on all values.
func TwoVersions(t testing.TB) *interpreter.Set {
	t.Helper()
	return Models(t,
		fmt.Sprintf(Workshop, "1", "2010-01-01", SortsBefore, "min = 0\nmax = 100"),
		fmt.Sprintf(Workshop, "2", "2025-01-01", SortsAfter, "min = 50\nmax = 5000"))
}

// Workshop is a model with every type of fact and every kind of test in its rules; %s is its version, %s the day
// it comes into force, %s the values of one enum, %s the bounds of a number.
const Workshop = `
[model]
id = "verkstad"
title = "Verkstad"
lang = "sv"
version = "%s"
in_force = %s
start = "start"

[[actor]]
id = "vi"
title = "Vi"

[[kind]]
id = "insats"
title = "Insats"

[[fact]]
id = "start"
type = "date"
title = "Start"
ask = "När?"

[[fact]]
id = "sort"
type = "enum"
values = %s
title = "Sort"
ask = "Vilken sort?"

[[fact]]
id = "verktyg"
type = "set"
values = { hammare = "Hammare", tang = "Tång", sax = "Sax" }
title = "Verktyg"
ask = "Vilka?"

[[fact]]
id = "antal"
type = "int"
%s
unit = "st"
title = "Antal"
ask = "Hur många?"

[[fact]]
id = "vikt"
type = "number"
min = -0.5
max = 1.5
unit = "kg"
title = "Vikt"
ask = "Hur mycket?"

[[fact]]
id = "namn"
type = "text"
title = "Namn"
ask = "Vad heter det?"

[[fact]]
id = "bokad"
type = "date"
title = "Bokad dag"
ask = "Vilken dag?"

[[fact]]
id = "fint"
type = "bool"
title = "Fint"
ask = "Är det fint?"

[[fact]]
id = "borjat"
type = "event"
title = "Början"

[[fact]]
id = "tittat"
type = "event"
title = "Titt"

[[fact]]
id = "klart"
type = "event"
title = "Slut"

[define]
laddad = "count(verktyg) >= 2 or 'sax' in verktyg"
dagar  = "days_since(start)"

[[step]]
id    = "borja"
title = "Börja"
kind  = "insats"
actor = "vi"
done  = [
  "happened(borjat) and not (fint == false)",
  "laddad",
  "antal == 77",
  "vikt > 1.25 or vikt < 0",
  "namn == 'svarv'",
  "sort in ['a', 'b'] and dagar >= 0",
  "known(bokad)",
]

[[step]]
id    = "titta"
title = "Titta"
kind  = "insats"
actor = "vi"
after = ["borja"]
every = { period = "2 weeks", since = "tittat", start = "borjat" }

[[step]]
id    = "sluta"
title = "Sluta"
kind  = "insats"
actor = "vi"
after = ["borja"]
done  = ["(fint ? true : false) and days_between(start, klart) >= 0", "weeks_since(klart) >= 0"]
time  = { from = "bokad", not_before = "0 days", max = "1 week" }

[[outcome]]
id    = "fardig"
title = "Färdig"
after = ["sluta"]
`
