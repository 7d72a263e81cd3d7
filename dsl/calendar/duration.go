package calendar

import (
	"regexp"
	"strconv"
)

// Unit is what a duration counts.
type Unit uint8

// The units. There are no hours: the law counts in days.
const (
	Days Unit = iota
	Weeks
	Months
	Years
)

var unitNames = [...]string{"day", "week", "month", "year"}

const unitLetters = "DWMY" // of ISO 8601

// String returns the English name of one such unit, as a workflow file writes it.
func (u Unit) String() string { return unitNames[u] }

// Duration is a whole number of one unit; zero or more.
type Duration struct {
	N    int
	Unit Unit
}

// longest is the greatest number of each unit that a duration can have: a century.
var longest = [...]int{36525, 5218, 1200, 100}

var (
	plain = regexp.MustCompile(`^(\d{1,6}) (day|week|month|year)s?$`)
	iso   = regexp.MustCompile(`^P(\d{1,6})([DWMY])$`)
	units = map[string]Unit{"day": Days, "week": Weeks, "month": Months, "year": Years, "D": Days, "W": Weeks, "M": Months, "Y": Years}
)

// ParseDuration reads "N days", "N weeks", "N months" or "N years" (also "1 day" …), or ISO 8601
// "PnD", "PnW", "PnM" or "PnY". A duration longer than a century is refused.
func ParseDuration(s string) (Duration, bool) {
	m := plain.FindStringSubmatch(s)
	if m == nil {
		m = iso.FindStringSubmatch(s)
	}
	if m == nil {
		return Duration{}, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return Duration{}, false
	}
	d := Duration{N: n, Unit: units[m[2]]}
	if d.N > longest[d.Unit] {
		return Duration{}, false
	}
	return d, true
}

// String writes the duration as a workflow file does: "12 weeks".
func (d Duration) String() string {
	s := strconv.Itoa(d.N) + " " + d.Unit.String()
	if d.N != 1 {
		s += "s"
	}
	return s
}

// ISO writes the duration as ISO 8601 does: "P12W".
func (d Duration) ISO() string { return "P" + strconv.Itoa(d.N) + unitLetters[d.Unit:d.Unit+1] }

// MinDays returns the fewest days the duration can take, whatever day it starts on. A month that ends
// on the last day of February for want of a 31st takes 28 of them.
func (d Duration) MinDays() int { fewest, _ := d.days(); return fewest }

// MaxDays returns the most days the duration can take, whatever day it starts on.
func (d Duration) MaxDays() int { _, most := d.days(); return most }

// days tries every month of 400 years, after which the calendar repeats itself. Within a month only the
// first day and the last have to be tried: no other can come out longer or shorter than both.
func (d Duration) days() (fewest, most int) {
	switch d.Unit {
	case Days:
		return d.N, d.N
	case Weeks:
		return 7 * d.N, 7 * d.N
	}
	fewest = int(MaxDay)
	for year := 1601; year <= 2000; year++ {
		for month := 1; month <= 12; month++ {
			for _, day := range [...]int{1, lastOf(year, month)} {
				start := fromCivil(year, month, day)
				n := start.DaysUntil(start.Add(d))
				fewest, most = min(fewest, n), max(most, n)
			}
		}
	}
	return fewest, most
}
