package calendar

// The Gregorian calendar is counted here in years that begin in March, so that the leap day comes last and the months
// before it start at fixed days, and in days since 0000-03-01, which lies daysToEpoch before 1970-01-01. The
// divisions of such counts are replaced by multiplications that give the same for every day there is, after Neri and
// Schneider, "Euclidean affine functions and their application to calendar algorithms" (2023): decisions add months to
// days all the time.
const daysToEpoch = 719468

// fromCivil returns the day of a date that exists, in the years 1 to 9999.
func fromCivil(year, month, day int) Day {
	y, m := uint32(year), uint32(month)
	if m <= 2 {
		y, m = y-1, m+12
	}
	century := y / 100
	days := 1461*y/4 - century + century/4 // of the years before
	return Day(int(days+(979*m-2919)/32) + day - 1 - daysToEpoch)
}

// civil returns the date of a day between MinDay and MaxDay.
func civil(d Day) (year, month, day int) {
	n := 4*uint32(int(d)+daysToEpoch) + 3
	century := n / 146097 // days in four centuries
	n = n%146097 | 3
	const scale = 2939745 // 2^32 days in quarters of a year of 1461 quarter days
	p := scale * uint64(n)
	y, dayOfYear := uint32(p>>32), uint32(p)/scale/4
	m := 2141*dayOfYear + 197913
	year, month, day = int(100*century+y), int(m>>16), int(m&0xffff/2141)+1
	if dayOfYear >= 306 { // January and February
		year, month = year+1, month-12
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
