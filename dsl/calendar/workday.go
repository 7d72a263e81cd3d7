package calendar

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/se"
)

// holidays is the library's Sweden, with what it leaves out: two holidays changed in 2005, when the
// National Day became one and Whit Monday ceased to be one (lag 1989:253 om allmänna helgdagar). Sundays
// that have a name are Sundays like others, and need no entry.
var holidays = sync.OnceValue(func() *cal.BusinessCalendar {
	cal.DefaultLoc = time.UTC // the library reckons in the host's zone, where a day may lack its midnight
	nationaldagen := *se.Nationaldagen
	nationaldagen.StartYear = 2005
	annandagPingst := *se.Pingstdagen
	annandagPingst.Name = "Annandag pingst"
	annandagPingst.Offset++
	annandagPingst.EndYear = 2004

	c := cal.NewBusinessCalendar()
	for _, h := range se.Holidays {
		if h == se.Nationaldagen {
			h = &nationaldagen
		}
		c.AddHoliday(h)
	}
	c.AddHoliday(&annandagPingst)
	return c
})

// year tells of each of its days, counted from 0, whether it is a workday: one bit a day.
type year [6]uint64

// years holds the years that have been asked about. The library takes microseconds to answer for one
// day, and a decision asks for several.
var years [10000]atomic.Pointer[year]

// IsWorkday tells whether a time limit can end on d: not on a Saturday, a Sunday, a public holiday, or
// the eves of midsummer, Christmas and New Year (lag 1930:173, 2 §).
func (d Day) IsWorkday() bool {
	d = d.clamp()
	y, _, _ := civil(d)
	w := years[y].Load()
	if w == nil {
		w = readYear(y)
		years[y].Store(w) // two at once store the same
	}
	n := int(d - fromCivil(y, 1, 1))
	return w[n/64]>>(n%64)&1 == 1
}

// readYear asks the library about each day of a year.
func readYear(y int) *year {
	w := new(year)
	day := time.Date(y, time.January, 1, 12, 0, 0, 0, time.UTC)
	for n := 0; day.Year() == y; n++ {
		if holidays().IsWorkday(day) {
			w[n/64] |= 1 << (n % 64)
		}
		day = day.AddDate(0, 0, 1)
	}
	return w
}

// NextWorkday returns d, or the first workday after it where d is none. It stops at MaxDay.
func (d Day) NextWorkday() Day {
	d = d.clamp()
	for d < MaxDay && !d.IsWorkday() {
		d++
	}
	return d
}
