package calendar_test

import (
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"pgregory.net/rapid"
)

func TestAddEndsOnTheSameDayOrTheMonthsLast(t *testing.T) {
	for _, c := range []struct{ from, duration, want string }{
		{"2026-01-29", "1 month", "2026-02-28"},
		{"2026-01-30", "1 month", "2026-02-28"},
		{"2026-01-31", "1 month", "2026-02-28"},
		{"2024-01-31", "1 month", "2024-02-29"},
		{"2024-01-29", "1 month", "2024-02-29"},
		{"2026-02-28", "1 month", "2026-03-28"}, // the number, not the end, is kept
		{"2026-03-31", "1 month", "2026-04-30"},
		{"2026-05-31", "6 months", "2026-11-30"},
		{"2026-08-31", "6 months", "2027-02-28"},
		{"2026-12-31", "2 months", "2027-02-28"},
		{"2026-10-31", "12 months", "2027-10-31"},
		{"2026-12-15", "1 month", "2027-01-15"},
		{"2024-02-29", "1 year", "2025-02-28"},
		{"2024-02-29", "4 years", "2028-02-29"},
		{"2096-02-29", "4 years", "2100-02-28"}, // 2100 is no leap year
		{"2000-02-29", "100 years", "2100-02-28"},
		{"2024-02-29", "12 months", "2025-02-28"},
		{"2026-03-01", "0 days", "2026-03-01"},
		{"2026-03-01", "0 months", "2026-03-01"},
		{"2026-03-28", "1 day", "2026-03-29"}, // the nights when clocks change are nights like others
		{"2026-03-28", "2 days", "2026-03-30"},
		{"2026-10-24", "2 days", "2026-10-26"},
		{"2026-10-25", "1 week", "2026-11-01"},
		{"2024-02-28", "1 day", "2024-02-29"},
		{"2026-12-28", "1 week", "2027-01-04"},
		{"2026-01-01", "52 weeks", "2026-12-31"},
		{"9999-12-31", "1 day", "9999-12-31"},
		{"9999-12-31", "1 month", "9999-12-31"},
		{"9999-11-30", "1 month", "9999-12-30"},
		{"9990-01-01", "100 years", "9999-12-31"},
	} {
		d, ok := calendar.ParseDuration(c.duration)
		if !ok {
			t.Fatalf("%q is no duration", c.duration)
		}
		if got := day(t, c.from).Add(d); got.String() != c.want {
			t.Errorf("%s + %s = %s, want %s", c.from, c.duration, got, c.want)
		}
	}
}

func TestAddAgreesWithTheTimePackage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay().Draw(t, "d")
		n := rapid.OneOf(rapid.IntRange(-40, 40), rapid.IntRange(-200000, 200000)).Draw(t, "n")
		unit := calendar.Unit(rapid.IntRange(0, 3).Draw(t, "unit"))
		var want time.Time
		switch unit {
		case calendar.Days:
			want = at(d).AddDate(0, 0, n)
		case calendar.Weeks:
			want = at(d).AddDate(0, 0, 7*n)
		default:
			if unit == calendar.Years {
				n *= 12
			}
			first := at(d).AddDate(0, 0, 1-at(d).Day()).AddDate(0, n, 0)
			last := first.AddDate(0, 1, -1)
			if want = first.AddDate(0, 0, at(d).Day()-1); want.After(last) {
				want = last
			}
			unit = calendar.Months
		}
		if want.Before(at(calendar.MinDay)) {
			want = at(calendar.MinDay)
		}
		if want.After(at(calendar.MaxDay)) {
			want = at(calendar.MaxDay)
		}
		if got := d.Add(calendar.Duration{N: n, Unit: unit}); got.String() != want.Format("2006-01-02") {
			t.Fatalf("%s + %d %ss = %s, want %s", d, n, unit, got, want.Format("2006-01-02"))
		}
	})
}

func TestAddStopsAtTheEndsOfTheCalendar(t *testing.T) {
	const most = int(^uint(0) >> 1)
	for unit := calendar.Days; unit <= calendar.Years; unit++ {
		for _, d := range []calendar.Day{calendar.MinDay, 0, calendar.MaxDay} {
			if got := d.Add(calendar.Duration{N: most, Unit: unit}); got != calendar.MaxDay {
				t.Errorf("%s and most %ss = %s", d, unit, got)
			}
			if got := d.Add(calendar.Duration{N: -most - 1, Unit: unit}); got != calendar.MinDay {
				t.Errorf("%s and fewest %ss = %s", d, unit, got)
			}
		}
	}
}

func TestAddKeepsTheOrderOfDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDay().Draw(t, "a"), anyDay().Draw(t, "b")
		d := calendar.Duration{N: rapid.IntRange(0, 1200).Draw(t, "n"), Unit: calendar.Unit(rapid.IntRange(0, 3).Draw(t, "unit"))}
		if a > b {
			a, b = b, a
		}
		if a.Add(d) > b.Add(d) {
			t.Fatalf("%s is no later than %s, but %s later it is", a, b, d)
		}
		more := calendar.Duration{N: d.N + 1, Unit: d.Unit}
		if a.Add(d) > a.Add(more) {
			t.Fatalf("%s after %s is later than %s", d, a, more)
		}
	})
}

// A week later is the same weekday of the next ISO week, also in the years that have a week 53.
func TestAddAWeekGoesThroughWeek53(t *testing.T) {
	one := calendar.Duration{N: 1, Unit: calendar.Weeks}
	for _, c := range []struct {
		from       string
		year, week int
	}{
		{"2026-12-21", 2026, 53}, {"2026-12-28", 2027, 1}, {"2020-12-23", 2020, 53}, {"2020-12-30", 2021, 1}, {"2025-12-22", 2026, 1},
	} {
		from := day(t, c.from)
		to := from.Add(one)
		if y, w := at(to).ISOWeek(); y != c.year || w != c.week || to.Weekday() != from.Weekday() {
			t.Errorf("a week after %s is %s, week %d of %d", from, to, w, y)
		}
	}
}

// counts are the functions that count the whole units from one day to another.
var counts = map[calendar.Unit]func(a, b calendar.Day) int{
	calendar.Days:   calendar.Day.DaysUntil,
	calendar.Weeks:  calendar.Day.WeeksUntil,
	calendar.Months: calendar.Day.MonthsUntil,
}

func TestUntilIsTheGreatestNumberThatIsNotPast(t *testing.T) {
	check := func(t *rapid.T, a, b calendar.Day) {
		for unit, count := range counts {
			n := count(a, b)
			now, next := a.Add(calendar.Duration{N: n, Unit: unit}), a.Add(calendar.Duration{N: n + 1, Unit: unit})
			// At its ends the calendar stops counting, and so the property does.
			if now > b && now != calendar.MinDay || next <= b && next != calendar.MaxDay && next != calendar.MinDay {
				t.Fatalf("from %s to %s: %d %ss; that is %s, and one more %s", a, b, n, unit, now, next)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := anyDay().Draw(t, "a")
		check(t, a, anyDay().Draw(t, "b"))
		near := a + calendar.Day(rapid.IntRange(-70, 70).Draw(t, "near"))
		check(t, a, max(calendar.MinDay, min(near, calendar.MaxDay)))
	})
}

func TestMonthsUntilCountsCompletedMonths(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-01-15", "2026-01-15", 0},
		{"2026-01-15", "2026-02-14", 0},
		{"2026-01-15", "2026-02-15", 1},
		{"2026-01-31", "2026-02-27", 0},
		{"2026-01-31", "2026-02-28", 1}, // a month has passed on the last day
		{"2024-02-29", "2025-02-28", 12},
		{"2024-02-29", "2025-02-27", 11},
		{"2026-01-15", "2026-01-14", -1}, // ahead of the day none is completed, and none is begun
		{"2026-01-15", "2025-12-15", -1},
		{"2026-01-15", "2025-12-14", -2},
		{"2026-03-31", "2026-02-28", -1},
		{"0001-01-01", "9999-12-31", 9999*12 - 1},
	} {
		if got := day(t, c.from).MonthsUntil(day(t, c.to)); got != c.want {
			t.Errorf("from %s to %s: %d months, want %d", c.from, c.to, got, c.want)
		}
	}
	for _, c := range []struct{ days, want int }{{0, 0}, {6, 0}, {7, 1}, {13, 1}, {-1, -1}, {-7, -1}, {-8, -2}} {
		d := day(t, "2026-01-15")
		if got := d.WeeksUntil(d + calendar.Day(c.days)); got != c.want {
			t.Errorf("over %d days: %d weeks, want %d", c.days, got, c.want)
		}
	}
}

func TestArithmeticTakesNoMemory(t *testing.T) {
	d, e := day(t, "2026-01-31"), day(t, "2027-08-11")
	month := calendar.Duration{N: 1, Unit: calendar.Months}
	e.IsWorkday() // reads the year
	var sum int
	if n := testing.AllocsPerRun(100, func() {
		sum += int(d.Add(month)) + d.MonthsUntil(e) + d.WeeksUntil(e) + int(e.NextWorkday()) + int(d.Weekday())
		parsed, _ := calendar.Parse("2026-02-03")
		sum += int(parsed)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAddMonths(b *testing.B) {
	d := day(b, "2026-01-31")
	t := calendar.Duration{N: 13, Unit: calendar.Months}
	for b.Loop() {
		d.Add(t)
	}
}

func BenchmarkMonthsUntil(b *testing.B) {
	d, e := day(b, "2026-01-31"), day(b, "2027-08-11")
	for b.Loop() {
		d.MonthsUntil(e)
	}
}

func BenchmarkNextWorkday(b *testing.B) {
	d := day(b, "2026-04-03")
	for b.Loop() {
		d.NextWorkday()
	}
}
