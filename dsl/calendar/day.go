// Package calendar is the arithmetic of days that the law and the models use: calendar dates in
// Sweden, durations of whole days, weeks, months and years, and workdays. It knows no hours and no
// clocks; the only way in from a clock is Today, which takes the instant and gives the date in Stockholm.
//
// A Day is a number, so that days compare and subtract as numbers do; its year, month and day of the
// month are worked out by the rules of the Gregorian calendar, without the time package and without
// memory, since every decision counts with them. Days run from MinDay to MaxDay, and arithmetic that
// would leave that range stops at its ends.
package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // the host may have no zone files, and the Stockholm date must not depend on it
)

// Day is a calendar date, as the number of days since 1970-01-01. It lies between MinDay and MaxDay;
// a number outside counts as the nearer of them.
type Day int32

// The days that can be written: 0001-01-01 to 9999-12-31.
const (
	MinDay Day = -719162
	MaxDay Day = 2932896
)

// Of returns the day of the date, and whether there is such a date in the years 1 to 9999.
func Of(year, month, day int) (Day, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > lastOf(year, month) {
		return 0, false
	}
	return fromCivil(year, month, day), true
}

// Parse reads a date written YYYY-MM-DD, with exactly these digits.
func Parse(s string) (Day, bool) { return parse(s) }

// ParseBytes reads a date as Parse does.
func ParseBytes(b []byte) (Day, bool) { return parse(b) }

func parse[T string | []byte](s T) (Day, bool) {
	if len(s) != len("YYYY-MM-DD") || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	// What is no digit is more than 9 when the digit 0 is taken from it. Every day of every case is read here.
	y0, y1, y2, y3, m0, m1, d0, d1 := s[0]-'0', s[1]-'0', s[2]-'0', s[3]-'0', s[5]-'0', s[6]-'0', s[8]-'0', s[9]-'0'
	if max(y0, y1, y2, y3, m0, m1, d0, d1) > 9 {
		return 0, false
	}
	return Of(int(y0)*1000+int(y1)*100+int(y2)*10+int(y3), int(m0)*10+int(m1), int(d0)*10+int(d1))
}

// Date returns the year, month and day of the month.
func (d Day) Date() (year, month, day int) { return civil(d.clamp()) }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday {
	const offset = 719162 + 1 // 0001-01-01 was a Monday
	return time.Weekday((int(d.clamp()) + offset) % 7)
}

// String writes the date as YYYY-MM-DD.
func (d Day) String() string {
	var buf [10]byte
	return string(d.append(buf[:0]))
}

func (d Day) append(b []byte) []byte {
	year, month, day := d.Date()
	return append(b,
		'0'+byte(year/1000), '0'+byte(year/100%10), '0'+byte(year/10%10), '0'+byte(year%10), '-',
		'0'+byte(month/10), '0'+byte(month%10), '-',
		'0'+byte(day/10), '0'+byte(day%10))
}

// AppendText appends the date, written as by String, to b. It never fails.
func (d Day) AppendText(b []byte) ([]byte, error) { return d.append(b), nil }

// MarshalText writes the date as YYYY-MM-DD, also in JSON. It never fails.
func (d Day) MarshalText() ([]byte, error) { return d.append(make([]byte, 0, 10)), nil }

// UnmarshalText reads a date written YYYY-MM-DD.
func (d *Day) UnmarshalText(b []byte) error {
	day, ok := ParseBytes(b)
	if !ok {
		return fmt.Errorf("%q is not a date (YYYY-MM-DD)", b)
	}
	*d = day
	return nil
}

var stockholm = func() *time.Location {
	l, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err) // time/tzdata is linked in
	}
	return l
}()

// Today returns the date in Stockholm at the instant now, whatever zone the host or now is in.
func Today(now time.Time) Day {
	year, month, day := now.In(stockholm).Date()
	switch {
	case year < 1:
		return MinDay
	case year > 9999:
		return MaxDay
	}
	return fromCivil(year, int(month), day)
}

func (d Day) clamp() Day { return max(MinDay, min(d, MaxDay)) }

// clampDay returns the day n days after 1970-01-01, or the end of the range that n lies beyond.
func clampDay(n int64) Day { return Day(max(int64(MinDay), min(n, int64(MaxDay)))) }
