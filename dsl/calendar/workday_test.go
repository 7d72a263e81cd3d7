package calendar_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// easter returns Easter Day by Gauss's algorithm; the library that the product uses has Butcher's.
func easter(t testing.TB, year int) calendar.Day {
	t.Helper()
	a, b, c := year%19, year%4, year%7
	k := year / 100
	p := (13 + 8*k) / 25
	m := (15 - p + k - k/4) % 30
	n := (4 + k - k/4) % 7
	d := (19*a + m) % 30
	e := (2*b + 4*c + 6*d + n) % 7
	after := 22 + d + e // of March
	if d == 29 && e == 6 || d == 28 && e == 6 && (11*m+11)%30 < 19 {
		after -= 7
	}
	first, ok := calendar.Of(year, 3, 1)
	if !ok {
		t.Fatal(year)
	}
	return first + calendar.Day(after-1)
}

// firstSaturday returns the first Saturday from the date on.
func firstSaturday(t testing.TB, year, month, d int) calendar.Day {
	t.Helper()
	day, ok := calendar.Of(year, month, d)
	if !ok {
		t.Fatal(year, month, d)
	}
	for at(day).Weekday() != time.Saturday {
		day++
	}
	return day
}

// redDays are the public holidays of a year and the three eves, by name, from 2005 on.
func redDays(t testing.TB, year int) map[calendar.Day]string {
	t.Helper()
	on := func(month, d int) calendar.Day {
		day, _ := calendar.Of(year, month, d)
		return day
	}
	paskdagen := easter(t, year)
	midsommardagen := firstSaturday(t, year, 6, 20)
	return map[calendar.Day]string{
		on(1, 1):                       "nyårsdagen",
		on(1, 6):                       "trettondedag jul",
		paskdagen - 2:                  "långfredagen",
		paskdagen:                      "påskdagen",
		paskdagen + 1:                  "annandag påsk",
		on(5, 1):                       "första maj",
		paskdagen + 39:                 "Kristi himmelsfärdsdag",
		paskdagen + 49:                 "pingstdagen",
		on(6, 6):                       "nationaldagen",
		midsommardagen - 1:             "midsommarafton",
		midsommardagen:                 "midsommardagen",
		firstSaturday(t, year, 10, 31): "alla helgons dag",
		on(12, 24):                     "julafton",
		on(12, 25):                     "juldagen",
		on(12, 26):                     "annandag jul",
		on(12, 31):                     "nyårsafton",
	}
}

func TestWorkdaysAreThoseOfTheLaw(t *testing.T) {
	for year := 2005; year <= 2099; year++ {
		red := redDays(t, year)
		first, _ := calendar.Of(year, 1, 1)
		last, _ := calendar.Of(year, 12, 31)
		for d := first; d <= last; d++ {
			weekend := at(d).Weekday() == time.Saturday || at(d).Weekday() == time.Sunday
			if want := !weekend && red[d] == ""; d.IsWorkday() != want {
				t.Errorf("%s, a %s (%s): workday %v, want %v", d, at(d).Weekday(), red[d], d.IsWorkday(), want)
			}
		}
	}
}

// A few days by hand, so that both computations can be seen to be right.
func TestWorkdaysByHand(t *testing.T) {
	for s, want := range map[string]bool{
		"2020-04-10": false, "2020-04-13": false, "2020-05-21": false, "2020-06-19": false, "2020-10-31": false, "2020-11-02": true,
		"2026-01-01": false, "2026-01-02": true, "2026-01-05": true, "2026-01-06": false, "2026-04-02": true, "2026-04-03": false,
		"2026-04-04": false, "2026-04-05": false, "2026-04-06": false, "2026-04-07": true, "2026-04-30": true, "2026-05-01": false,
		"2026-05-14": false, "2026-05-15": true, "2026-05-24": false, "2026-05-25": true, "2026-06-05": true, "2026-06-06": false,
		"2026-06-18": true, "2026-06-19": false, "2026-06-20": false, "2026-06-22": true, "2026-10-30": true, "2026-10-31": false,
		"2026-12-23": true, "2026-12-24": false, "2026-12-25": false, "2026-12-26": false, "2026-12-28": true, "2026-12-31": false,
		"2008-03-21": false, "2040-03-30": false, "2040-04-02": false, "2040-06-22": false,
		"2004-05-31": false, "2005-05-16": true, // annandag pingst, a holiday for the last time, and no longer
		"2003-06-06": true, "2005-06-06": false, // nationaldagen, before it was a holiday and since
	} {
		if got := day(t, s).IsWorkday(); got != want {
			t.Errorf("%s: workday %v, want %v", s, got, want)
		}
	}
}

func TestNextWorkdayIsTheFirstFromTheDayOn(t *testing.T) {
	for s, want := range map[string]string{
		"2026-04-02": "2026-04-02", // a Thursday before Easter stays
		"2026-04-03": "2026-04-07",
		"2026-12-24": "2026-12-28",
		"2026-12-31": "2027-01-04", // nyårsafton, nyårsdagen, Saturday, Sunday
		"2026-06-19": "2026-06-22",
		"2026-03-29": "2026-03-30",
		"2027-12-31": "2028-01-03",
	} {
		if got := day(t, s).NextWorkday(); got.String() != want {
			t.Errorf("from %s: %s, want %s", s, got, want)
		}
	}
	first, last := day(t, "2020-01-01"), day(t, "2040-12-31")
	for d := first; d <= last; d++ {
		next := d.NextWorkday()
		if !next.IsWorkday() || next-d > 5 {
			t.Fatalf("from %s: %s", d, next)
		}
		for e := d; e < next; e++ {
			if e.IsWorkday() {
				t.Fatalf("from %s: %s, though %s is one", d, next, e)
			}
		}
	}
}

func TestWorkdaysCanBeAskedForAtOnce(t *testing.T) {
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for d := day(t, "1999-01-01"); d <= day(t, "2004-12-31"); d++ {
				d.IsWorkday()
			}
		})
	}
	wait.Wait()
	for _, d := range []calendar.Day{calendar.MinDay, calendar.MaxDay} { // and in the years that nobody needs
		d.IsWorkday()
	}
}
