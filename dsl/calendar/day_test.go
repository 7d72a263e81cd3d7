package calendar_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"pgregory.net/rapid"
)

// day reads a date that a test is sure of.
func day(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, ok := calendar.Parse(s)
	if !ok {
		t.Fatalf("%q is no date", s)
	}
	return d
}

// anyDay draws a day of the whole range, and often one near its ends or the end of a month.
func anyDay() *rapid.Generator[calendar.Day] {
	return rapid.Custom(func(t *rapid.T) calendar.Day {
		d := calendar.Day(rapid.Int32Range(int32(calendar.MinDay), int32(calendar.MaxDay)).Draw(t, "day"))
		if rapid.Bool().Draw(t, "month's end") {
			y, m, _ := d.Date()
			for dd := 31; ; dd-- {
				if end, ok := calendar.Of(y, m, dd); ok {
					return end
				}
			}
		}
		return d
	})
}

// at is the instant at which d starts in Greenwich, for comparison with the time package.
func at(d calendar.Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func TestDayAgreesWithTheTimePackage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay().Draw(t, "d")
		want := at(d)
		y, m, dd := d.Date()
		if wy, wm, wd := want.Date(); y != wy || m != int(wm) || dd != wd {
			t.Fatalf("Date of %d = %d-%d-%d, want %d-%d-%d", d, y, m, dd, wy, wm, wd)
		}
		if got, ok := calendar.Of(y, m, dd); got != d || !ok {
			t.Fatalf("Of(%d, %d, %d) = %d, %v, want %d", y, m, dd, got, ok, d)
		}
		if d.Weekday() != want.Weekday() {
			t.Fatalf("%s is a %s, want %s", d, d.Weekday(), want.Weekday())
		}
		if got := d.String(); got != want.Format("2006-01-02") {
			t.Fatalf("String = %s, want %s", got, want.Format("2006-01-02"))
		}
	})
}

func TestOfKnowsWhichDatesThereAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.IntRange(-2, 10001).Draw(t, "year")
		m := rapid.IntRange(-1, 14).Draw(t, "month")
		d := rapid.IntRange(-1, 33).Draw(t, "day")
		real := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		want := y >= 1 && y <= 9999 && real.Year() == y && int(real.Month()) == m && real.Day() == d
		if _, ok := calendar.Of(y, m, d); ok != want {
			t.Fatalf("Of(%d, %d, %d) says %v", y, m, d, ok)
		}
	})
}

func TestTheRangeOfDaysEndsWhereFourDigitsDo(t *testing.T) {
	if got := calendar.MinDay.String() + " " + calendar.MaxDay.String(); got != "0001-01-01 9999-12-31" {
		t.Error(got)
	}
	if calendar.Day(0).String() != "1970-01-01" {
		t.Errorf("day 0 is %s", calendar.Day(0))
	}
	for _, d := range []calendar.Day{calendar.MaxDay + 1, 1<<31 - 1} {
		if d.String() != "9999-12-31" || d.Weekday() != time.Friday || d.NextWorkday() != calendar.MaxDay {
			t.Errorf("day %d is %s, a %s", int32(d), d, d.Weekday())
		}
	}
	for _, d := range []calendar.Day{calendar.MinDay - 1, -1 << 31} {
		if d.String() != "0001-01-01" || d.Weekday() != time.Monday {
			t.Errorf("day %d is %s, a %s", int32(d), d, d.Weekday())
		}
	}
}

func TestParseReadsOneFormOnly(t *testing.T) {
	for _, s := range []string{"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2000-02-29", "9999-12-31"} {
		if d, ok := calendar.Parse(s); !ok || d.String() != s {
			t.Errorf("Parse(%q) = %s, %v", s, d, ok)
		}
	}
	for _, s := range []string{
		"", "2026", "2026-1-1", "26-01-01", "2026-13-01", "2026-00-10", "2026-01-00", "2026-02-29", "1900-02-29", "2026-04-31",
		"0000-01-01", "10000-01-01", "-001-01-01", "+026-01-01", "2026/01/01", "2026-01-01 ", " 2026-01-1", "2026-01-01T00:00:00Z",
		"2026-W01-1", "20260101", "２０２６-01-01", "2026-0１", "2026-01-0\x00", "2026_01_01", "2026-1e-01",
	} {
		if d, ok := calendar.Parse(s); ok {
			t.Errorf("Parse(%q) = %s", s, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-03-29", "0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "2026-3-9", "+026-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := calendar.Parse(s)
		if _, err := time.Parse("2006-01-02", s); ok != (err == nil && s[:4] != "0000") {
			t.Fatalf("Parse(%q) says %v, the time package %v", s, ok, err)
		}
		if ok && d.String() != s {
			t.Fatalf("%q comes back as %s", s, d)
		}
	})
}

func TestDayIsATextInJSON(t *testing.T) {
	type answer struct {
		Due  *calendar.Day                 `json:"due"`
		Days map[calendar.Day]calendar.Day `json:"days"`
	}
	due := day(t, "2026-03-01")
	data, err := json.Marshal(answer{&due, map[calendar.Day]calendar.Day{due: due + 1}})
	if want := `{"due":"2026-03-01","days":{"2026-03-01":"2026-03-02"}}`; err != nil || string(data) != want {
		t.Fatalf("%s, %v; want %s", data, err, want)
	}
	var back answer
	if err := json.Unmarshal(data, &back); err != nil || *back.Due != due || back.Days[due] != due+1 {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{`{"due":"2026-02-30"}`, `{"due":20260301}`, `{"due":""}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s is read as %s", bad, back.Due)
		}
	}
	if text, err := due.AppendText([]byte("due ")); string(text) != "due 2026-03-01" || err != nil {
		t.Errorf("AppendText = %q, %v", text, err)
	}
}

// moments are instants near midnight in Stockholm and in the nights when clocks change there, with the
// date that they have in Stockholm.
var moments = []struct{ instant, date string }{
	{"2026-01-14T22:59:59Z", "2026-01-14"}, // winter: an hour ahead
	{"2026-01-14T23:00:00Z", "2026-01-15"},
	{"2026-07-14T21:59:59Z", "2026-07-14"}, // summer: two hours ahead
	{"2026-07-14T22:00:00Z", "2026-07-15"},
	{"2026-03-28T22:59:59Z", "2026-03-28"}, // the night of 29 March has 23 hours
	{"2026-03-28T23:00:00Z", "2026-03-29"},
	{"2026-03-29T00:59:59Z", "2026-03-29"},
	{"2026-03-29T01:00:00Z", "2026-03-29"},
	{"2026-03-29T21:59:59Z", "2026-03-29"},
	{"2026-03-29T22:00:00Z", "2026-03-30"},
	{"2026-10-24T21:59:59Z", "2026-10-24"}, // the night of 25 October has 25
	{"2026-10-24T22:00:00Z", "2026-10-25"},
	{"2026-10-25T00:30:00Z", "2026-10-25"},
	{"2026-10-25T01:30:00Z", "2026-10-25"},
	{"2026-10-25T22:59:59Z", "2026-10-25"},
	{"2026-10-25T23:00:00Z", "2026-10-26"},
	{"2026-12-31T23:00:00Z", "2027-01-01"},
	{"2026-03-01T13:00:00+14:00", "2026-03-01"}, // the date where it was said was another
	{"2026-03-02T00:30:00+14:00", "2026-03-01"},
	{"2026-02-28T23:30:00-11:00", "2026-03-01"},
}

func TestTodayIsTheDateInStockholm(t *testing.T) {
	for _, m := range moments {
		instant, err := time.Parse(time.RFC3339, m.instant)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{instant.Location(), time.UTC, time.Local, time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)} {
			if got := calendar.Today(instant.In(zone)); got != day(t, m.date) {
				t.Errorf("%s, said in %s: %s, want %s", m.instant, zone, got, m.date)
			}
		}
	}
	if got := calendar.Today(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)); got != calendar.MinDay {
		t.Errorf("before the calendar: %s", got)
	}
	if got := calendar.Today(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)); got != calendar.MaxDay {
		t.Errorf("after the calendar: %s", got)
	}
}

// The zone of the process is read once, so each host has to be another process.
func TestTheHostsZoneChangesNothing(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var plain []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TZ=") {
			plain = append(plain, v)
		}
	}
	for name, extra := range map[string][]string{
		"TZ unset":            nil,
		"TZ empty":            {"TZ="},
		"TZ nonsense":         {"TZ=Nowhere/Land"},
		"far east":            {"TZ=Pacific/Kiritimati"},
		"far west":            {"TZ=Pacific/Niue"},
		"a midnight too few":  {"TZ=Asia/Tehran"}, // where 2008-03-21, a Good Friday, started at one
		"no zone files there": {"ZONEINFO=/nonexistent"},
	} {
		cmd := exec.Command(self, "-test.run", "^(TestTodayIsTheDateInStockholm|TestWorkdays.*|TestAdd.*)$")
		cmd.Env = append(append([]string{}, plain...), extra...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
