package eventlog

import (
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// clockOf returns what reads times of the format, those of ISO 8601 where it is empty. It is refused where a day cannot be told
// by it, or where it has letters that are no part of a time.
func clockOf(format string) (clock, bool) {
	if format == "" {
		return clock{isoLayouts}, true
	}
	for _, part := range []string{"YYYY", "MM", "DD"} {
		if strings.Count(format, part) != 1 {
			return clock{}, false
		}
	}
	layout := strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02", "hh", "15", "mm", "04", "ss", "05").Replace(format)
	left := strings.NewReplacer("YYYY", "", "MM", "", "DD", "", "hh", "", "mm", "", "ss", "", "T", "").Replace(format)
	for _, r := range left {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' {
			return clock{}, false
		}
	}
	return clock{[]string{layout}}, true
}

// read reads a time. One without a zone is Stockholm's, one without an hour is the beginning of its day.
func (c clock) read(s string) (instant int64, day calendar.Day, ok bool) {
	s = strings.TrimSpace(s)
	if len(c.layouts) > 1 && len(s) > len(time.DateOnly) && s[len(time.DateOnly)] == ' ' {
		s = s[:len(time.DateOnly)] + "T" + s[len(time.DateOnly)+1:]
	}
	for _, layout := range c.layouts {
		t, err := time.ParseInLocation(layout, s, stockholm)
		if err != nil {
			continue
		}
		if t.Year() < 1678 || t.Year() > 2261 { // what nanoseconds can count; no case is older or younger
			return 0, 0, false
		}
		return t.UnixNano(), calendar.Today(t), true
	}
	return 0, 0, false
}

// ReadDay reads a time of a log, written as ISO 8601 has it, as a day in Stockholm.
func ReadDay(s string) (calendar.Day, bool) {
	_, day, ok := clock{isoLayouts}.read(s)
	return day, ok
}

// ReadsTimes tells whether a day can be told by the format, as Options.TimeFormat takes it.
func ReadsTimes(format string) bool {
	_, ok := clockOf(format)
	return ok
}
