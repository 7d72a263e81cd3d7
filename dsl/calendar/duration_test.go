package calendar_test

import (
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"pgregory.net/rapid"
)

func TestParseDurationReadsWordsAndISO(t *testing.T) {
	for s, want := range map[string]calendar.Duration{
		"0 days":     {N: 0, Unit: calendar.Days},
		"1 day":      {N: 1, Unit: calendar.Days},
		"12 weeks":   {N: 12, Unit: calendar.Weeks},
		"1 week":     {N: 1, Unit: calendar.Weeks},
		"12 months":  {N: 12, Unit: calendar.Months},
		"100 years":  {N: 100, Unit: calendar.Years},
		"P90D":       {N: 90, Unit: calendar.Days},
		"P2W":        {N: 2, Unit: calendar.Weeks},
		"P6M":        {N: 6, Unit: calendar.Months},
		"P1Y":        {N: 1, Unit: calendar.Years},
		"36525 days": {N: 36525, Unit: calendar.Days},
	} {
		if got, ok := calendar.ParseDuration(s); got != want || !ok {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{
		"", "12", "weeks", "12weeks", "12  weeks", " 12 weeks", "12 weeks ", "-1 days", "+1 days", "1.5 weeks", "1,5 weeks", "12 Weeks",
		"12 veckor", "3 hours", "PT3H", "P1Y6M", "p1d", "P", "PD", "P-1D", "P1.5W", "1 week 2 days", "1 days\n", "１ days",
		"36526 days", "5219 weeks", "1201 months", "101 years", "999999999999999999999 days", "P999999Y",
	} {
		if got, ok := calendar.ParseDuration(s); ok || got != (calendar.Duration{}) {
			t.Errorf("ParseDuration(%q) = %v, %v", s, got, ok)
		}
	}
}

// anyDuration draws a duration that a file can hold.
func anyDuration() *rapid.Generator[calendar.Duration] {
	return rapid.Custom(func(t *rapid.T) calendar.Duration {
		unit := calendar.Unit(rapid.IntRange(0, 3).Draw(t, "unit"))
		most := []int{36525, 5218, 1200, 100}[unit]
		return calendar.Duration{N: rapid.IntRange(0, most).Draw(t, "n"), Unit: unit}
	})
}

func TestDurationComesBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDuration().Draw(t, "d")
		for _, s := range []string{d.String(), d.ISO()} {
			if back, ok := calendar.ParseDuration(s); !ok || back != d {
				t.Fatalf("%s comes back as %v, %v", s, back, ok)
			}
		}
	})
	for d, want := range map[calendar.Duration]string{
		{N: 1, Unit: calendar.Weeks}: "1 week P1W", {N: 0, Unit: calendar.Days}: "0 days P0D", {N: 12, Unit: calendar.Months}: "12 months P12M", {N: 1, Unit: calendar.Years}: "1 year P1Y",
	} {
		if got := d.String() + " " + d.ISO(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestMinDaysAndMaxDaysHoldWhateverTheFirstDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, from := anyDuration().Draw(t, "d"), anyDay().Filter(func(d calendar.Day) bool { return d < calendar.MaxDay-40000 }).Draw(t, "from")
		if n := from.DaysUntil(from.Add(d)); n < d.MinDays() || n > d.MaxDays() {
			t.Fatalf("%s from %s takes %d days, not %d to %d", d, from, n, d.MinDays(), d.MaxDays())
		}
	})
	for s, want := range map[string][2]int{
		"0 months": {0, 0}, "1 month": {28, 31}, "2 months": {59, 62}, "6 months": {181, 184}, "12 months": {365, 366}, "1 year": {365, 366},
		"4 years": {1460, 1461}, "100 years": {36524, 36525}, "3 weeks": {21, 21}, "10 days": {10, 10},
	} {
		d, _ := calendar.ParseDuration(s)
		if got := [2]int{d.MinDays(), d.MaxDays()}; got != want {
			t.Errorf("%s takes %v days, want %v", s, got, want)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"12 weeks", "P12W", "1 day", "007 days", "1 days", "2 month"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := calendar.ParseDuration(s)
		if !ok {
			return
		}
		if back, ok := calendar.ParseDuration(d.String()); !ok || back != d {
			t.Fatalf("%q is %s, which is %v, %v", s, d, back, ok)
		}
		if d.N < 0 || d.MinDays() > d.MaxDays() || d.MaxDays() > 37200 {
			t.Fatalf("%q takes %d to %d days", s, d.MinDays(), d.MaxDays())
		}
	})
}
