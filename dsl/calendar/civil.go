package calendar

// The Gregorian calendar repeats itself after 400 years, an era. Both functions below count years from
// March, so that the leap day comes last and the months before it start at fixed days; and eras from
// 0000-03-01, which lies daysToEpoch before 1970-01-01.
const (
	daysInEra   = 146097
	daysToEpoch = 719468
)

// fromCivil returns the day of a date that exists, in the years 1 to 9999.
func fromCivil(year, month, day int) Day {
	if month <= 2 {
		year--
	}
	era := year / 400
	yearOfEra := year % 400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return Day(era*daysInEra + dayOfEra - daysToEpoch)
}

// civil returns the date of a day between MinDay and MaxDay.
func civil(d Day) (year, month, day int) {
	n := int(d) + daysToEpoch
	era := n / daysInEra
	dayOfEra := n % daysInEra
	// The leap days before it are taken out, so that all years are of 365 days.
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (yearOfEra*365 + yearOfEra/4 - yearOfEra/100)
	fromMarch := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*fromMarch+2)/5 + 1
	month = fromMarch + 3
	year = era*400 + yearOfEra
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// lastOf returns the last day of the month.
func lastOf(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
