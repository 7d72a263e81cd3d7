package calendar

// Add returns the day a duration later. Months and years end on the day of the same number, or on the
// month's last day where there is none (lag 1930:173 om beräkning av lagstadgad tid). It stops at MaxDay.
func (d Day) Add(t Duration) Day {
	n := int64(max(-tooMany, min(t.N, tooMany)))
	switch t.Unit {
	case Days:
		return clampDay(int64(d.clamp()) + n)
	case Weeks:
		return clampDay(int64(d.clamp()) + 7*n)
	case Years:
		return d.addMonths(12 * n)
	default:
		return d.addMonths(n)
	}
}

// tooMany days, and so weeks, months or years, lead out of the calendar from anywhere in it.
const tooMany = 4_000_000

func (d Day) addMonths(n int64) Day {
	year, month, day := d.Date()
	months := int64(year*12+month-1) + n // since January of the year 0
	switch {
	case months < 12:
		return MinDay
	case months >= 10000*12:
		return MaxDay
	}
	year, month = int(months/12), int(months%12)+1
	if day > 28 { // every month has so many
		day = min(day, lastOf(year, month))
	}
	return fromCivil(year, month, day)
}

// DaysUntil returns how many days lie from d to other; negative when other is the earlier.
func (d Day) DaysUntil(other Day) int { return int(other.clamp()) - int(d.clamp()) }

// WeeksUntil returns how many weeks are completed from d to other: the greatest n for which n weeks
// after d is no later than other. One day before d, it is -1.
func (d Day) WeeksUntil(other Day) int {
	n := d.DaysUntil(other)
	if n < 0 {
		n -= 6
	}
	return n / 7
}

// MonthsUntil returns how many months are completed from d to other: the greatest n for which n months
// after d is no later than other. One day before d, it is -1.
func (d Day) MonthsUntil(other Day) int {
	y1, m1, d1 := d.Date()
	y2, m2, d2 := other.Date()
	n := (y2-y1)*12 + m2 - m1
	if min(d1, lastOf(y2, m2)) > d2 {
		n-- // in that month, the day has not come yet
	}
	return n
}
