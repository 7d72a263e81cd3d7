package eventlog_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/eventlog"
)

// told writes what is wrong, each with its line; every message must have its words.
func told(t testing.TB, faults diag.List) (out []string) {
	t.Helper()
	for _, f := range faults {
		for _, l := range lang.All {
			if text := f.Message(l) + f.HintText(l); strings.Contains(text, "<no value>") || strings.HasPrefix(text, "[") || f.HintText(l) == "" {
				t.Errorf("%s has no words in %s: %s", f.Code, l, text)
			}
		}
		out = append(out, fmt.Sprintf("%d %s", f.Span.Source.Position(0).Line, f.Code))
	}
	return out
}

// readAll reads a log to its end. A trace at fault is nil.
func readAll(t testing.TB, in io.Reader, o eventlog.Options) (traces []*eventlog.Trace, faults diag.List, err error) {
	t.Helper()
	r, err := eventlog.Open(in, o, &faults)
	if err != nil {
		return nil, faults, err
	}
	defer r.Close()
	for {
		var own diag.List
		trace, err := r.Next(&own)
		faults = append(faults, own...)
		switch {
		case errors.Is(err, io.EOF):
			return traces, faults, nil
		case err != nil:
			return traces, faults, err
		case own.HasErrors():
			trace = nil
		}
		traces = append(traces, trace)
	}
}

// text writes traces down, without the lines they stand on.
func text(traces []*eventlog.Trace) string {
	var b strings.Builder
	for _, t := range traces {
		if t == nil {
			b.WriteString("at fault\n")
			continue
		}
		fmt.Fprintf(&b, "%s %q aside %d sorted %v\n", t.ID, t.Values, t.Aside, t.Sorted)
		for _, e := range t.Events {
			fmt.Fprintf(&b, "  %s %s %q\n", e.Day, e.Activity, e.Values)
		}
	}
	return b.String()
}

const odd = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="2.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="c" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="c:name" value="UNKNOWN"/></global>
  <classifier name="Both" keys="c:name 'my part'"/>
  <string key="c:name" value="the log"/>
  <trace>
    <string key="c:name" value="a&amp;b"><string key="inner" value="x"/></string>
    <list key="tools"><values><string key="t" value="saw"/><string key="t" value="axe"/></values></list>
    <event>
      <string key="c:name" value="Later"/>
      <date key="time:timestamp" value="2026-03-28T23:30:00.000Z"/>
    </event>
    <event>
      <date key="time:timestamp" value="2026-03-28T10:00:00+01:00"/>
      <string key="c:name" value="A&#778;ter"/>
      <string key="lifecycle:transition" value="COMPLETE"/>
      <string key="who" value="Åsa"/>
    </event>
    <event>
      <date key="time:timestamp" value="2026-03-29T10:00:00+02:00"/>
      <string key="c:name" value="Begun"/>
      <string key="lifecycle:transition" value="start"/>
    </event>
  </trace>
  <trace><event><string key="c:name" value="Only"/><date key="time:timestamp" value="2026-01-01"/></event></trace>
</log>`

func TestXESIsReadAsTheStandardHasIt(t *testing.T) {
	o := eventlog.Options{Name: "x", Lifecycle: []string{"complete"}, Keep: []string{"who", "tools", "concept:name/inner"}}
	traces, faults, err := readAll(t, strings.NewReader(odd), o)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, told(t, faults))
	}
	want := `a&b ["" "saw;axe" "x"] aside 1 sorted true
  2026-03-28 Åter ["Åsa" "" ""]
  2026-03-29 Later ["" "" ""]
#2 ["" "" ""] aside 0 sorted false
  2026-01-01 Only ["" "" ""]
`
	if got := text(traces); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAClassifierNamesActivities(t *testing.T) {
	log := strings.Replace(odd, `<string key="c:name" value="Only"/>`, `<string key="c:name" value="Only"/><string key="my part" value="2"/>`, 1)
	log = strings.Replace(strings.Replace(log, "keys=\"c:name", "keys=\"concept:name", 1), `<trace>
    <string key="c:name"`, `<trace><string key="c:name" value="left out"/></trace><trace>
    <string key="c:name"`, 1)
	traces, faults, err := readAll(t, strings.NewReader(log), eventlog.Options{Classifier: "Both"})
	if err != nil || len(traces) != 3 || traces[2] == nil || traces[2].Events[0].Activity != "Only+2" {
		t.Errorf("%v\n%s", err, text(traces))
	}
	if got := told(t, faults); !slices.Equal(got, []string{"10 log-no-activity", "14 log-no-activity", "20 log-no-activity"}) {
		t.Errorf("told %v", got)
	}
	_, faults, err = readAll(t, strings.NewReader(odd), eventlog.Options{Classifier: "Bot"})
	if !errors.Is(err, eventlog.ErrBroken) || !slices.Equal(told(t, faults), []string{"7 log-no-classifier"}) || !strings.Contains(faults[0].HintText(lang.EN), "`Both`") {
		t.Errorf("%v %v", err, told(t, faults))
	}
}

func TestALogIsReadThroughGzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(odd))
	w.Close()
	whole := packed.Bytes()
	traces, faults, err := readAll(t, bytes.NewReader(whole), eventlog.Options{})
	if err != nil || len(traces) != 2 {
		t.Fatal(err, told(t, faults))
	}
	cut := whole[:len(whole)-30]
	if _, faults, err = readAll(t, bytes.NewReader(cut), eventlog.Options{}); !errors.Is(err, eventlog.ErrBroken) || !strings.HasSuffix(told(t, faults)[0], "log-truncated") {
		t.Errorf("cut off: %v %v", err, told(t, faults))
	}
	spoilt := bytes.Clone(whole)
	for i := 40; i < 60; i++ {
		spoilt[i] ^= 0x5a
	}
	if _, faults, err = readAll(t, bytes.NewReader(spoilt), eventlog.Options{}); !errors.Is(err, eventlog.ErrBroken) || len(faults) != 1 {
		t.Errorf("spoilt: %v %v", err, told(t, faults))
	}
}

const rows = `case:concept:name,concept:name,time:timestamp,who
a,Open,2026-01-01,x
a,"Talk, ""long""",2026-01-02 09:30,
b,Open,2026-01-03T00:30:00+03:00,y
`

func TestCSVIsReadWithTheUsualNamesAndSeparators(t *testing.T) {
	want := `a ["x"] aside 0 sorted false
  2026-01-01 Open ["x"]
  2026-01-02 Talk, "long" [""]
b ["y"] aside 0 sorted false
  2026-01-02 Open ["y"]
`
	for name, log := range map[string]string{
		"commas": rows, "a byte order mark": "\ufeff" + rows, "line ends of Windows": strings.ReplaceAll(rows, "\n", "\r\n"),
		"tabs": strings.ReplaceAll(strings.Replace(rows, "Talk,", "Talk§", 1), ",", "\t"),
	} {
		traces, faults, err := readAll(t, strings.NewReader(log), eventlog.Options{Keep: []string{"who"}})
		if got := strings.ReplaceAll(text(traces), "§", ","); err != nil || got != want {
			t.Errorf("%s: %v %v\n%s", name, err, told(t, faults), got)
		}
	}
	o := eventlog.Options{Case: "ärende", Activity: "vad", Time: "när", TimeFormat: "DD/MM/YYYY kl hh.mm"}
	if eventlog.ReadsTimes(o.TimeFormat) {
		t.Error("words are taken for a part of a time")
	}
	o.TimeFormat = "DD/MM/YYYY hh.mm"
	traces, faults, err := readAll(t, strings.NewReader("ärende;vad;när\n1;A;31/12/2025 23.59\n"), o)
	if err != nil || len(faults) > 0 || text(traces) != "1 [] aside 0 sorted false\n  2025-12-31 A []\n" {
		t.Errorf("%v %v\n%s", err, told(t, faults), text(traces))
	}
}

func TestEachFaultOfALogIsToldAtItsLine(t *testing.T) {
	trace := func(s string) string {
		return "<log>\n<trace>\n" + s + "</trace>\n<trace><event><string key=\"concept:name\" value=\"B\"/><date key=\"time:timestamp\" value=\"2026-01-01\"/></event></trace>\n</log>"
	}
	for _, x := range []struct {
		name, log string
		want      []string
		broken    bool // the log cannot be read on
		sound     int  // traces without fault
	}{
		{"an empty file", "", []string{"1 log-empty"}, true, 0},
		{"no XES", "<html/>", []string{"1 log-not-xes"}, true, 0},
		{"a comment alone", "<!-- x -->", []string{"1 log-not-xes"}, true, 0},
		{"events without name, without time, and with a bad one", trace("<event><date key=\"time:timestamp\" value=\"2026-01-01\"/></event>\n<event><string key=\"concept:name\" value=\"A\"/></event>\n" +
			"<event><string key=\"concept:name\" value=\"A\"/><date key=\"time:timestamp\" value=\"yesterday\"/></event>\n"), []string{"3 log-no-activity", "4 log-no-time", "5 log-bad-time"}, false, 1},
		{"cut off", trace("")[:40], []string{"4 log-truncated"}, true, 1},
		{"cut off within a tag", trace("")[:30], []string{"4 log-truncated"}, true, 1},
		{"tags that do not match", "<log>\n<trace></log>", []string{"2 log-xml"}, true, 0},
		{"an attribute without quotes", "<log>\n<trace a=b/></log>", []string{"2 log-xml"}, true, 0},
		{"a doctype", "<!DOCTYPE log [<!ENTITY a \"b\">]>\n<log/>", []string{"1 log-doctype"}, true, 0},
		{"an entity", "<log>\n<string key=\"a\" value=\"&lol;\"/></log>", []string{"2 log-entity"}, true, 0},
		{"another encoding", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<log/>", []string{"1 log-not-utf8"}, true, 0},
		{"no UTF-8", "<log>\n<string key=\"a\" value=\"\xe5\"/></log>", []string{"2 log-not-utf8"}, true, 0},
		{"something after the end", "<log></log>\n<log/>", []string{"2 log-not-xes"}, true, 0},
		{"very deep", "<log>" + strings.Repeat("<list>", 50), []string{"1 log-too-deep"}, true, 0},
		{"a long value", trace("<string key=\"a\" value=\"" + strings.Repeat("x", 20<<10) + "\"/>\n"), []string{"3 log-text-too-long"}, false, 1},

		{"no such columns", "arende,aktivitet\n1,A\n", []string{"1 log-no-column", "1 log-no-column", "1 log-no-column"}, true, 0},
		{"a column twice", "case:concept:name,concept:name,concept:name,time:timestamp\n", []string{"1 log-column-twice"}, true, 0},
		{"rows at fault", rows + "b,Talk,2026-01-04\nb,Talk,2026-01-05,y\nc,,2026-01-05,\nc,A,,\nc,A,5 jan,\n,A,2026-01-05,\nd,A,2026-01-05,\ne,A,2026-01-05,\n",
			[]string{"5 case-row-cells", "7 log-no-activity", "8 log-no-time", "9 log-bad-time", "10 log-no-case", "11 log-row-lost"}, false, 2},
		{"quotes in the middle", rows + "c,A\"b,2026-01-05,x\nd,A,2026-01-05,x\n", []string{"5 case-row-quotes", "6 log-row-lost"}, false, 1},
		{"a case that comes again", rows + "a,Close,2026-01-09,x\n", []string{"5 log-case-split"}, true, 2},
		{"rows in which nothing stands", strings.Replace(rows, "\n", "\n,,,\n", 1) + ",,,\n,,\n", nil, false, 2},
		{"no CSV", "{\"a\":1}\n", []string{"1 log-no-head"}, true, 0},
		{"CSV in another encoding", "case:concept:name,concept:name,time:timestamp\na,\xe5,2026-01-01\n", []string{"2 log-not-utf8"}, false, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			traces, faults, err := readAll(t, strings.NewReader(x.log), eventlog.Options{Name: "log"})
			sound := 0
			for _, trace := range traces {
				if trace != nil {
					sound++
				}
			}
			if got := told(t, faults); !slices.Equal(got, x.want) || errors.Is(err, eventlog.ErrBroken) != x.broken || sound != x.sound {
				t.Errorf("told %v, %v, %d traces are sound; want %v, %v, %d", got, err, sound, x.want, x.broken, x.sound)
			}
		})
	}
}

// Sorting gives the same cases whatever the order of the rows, also when next to nothing fits in memory, and leaves no file behind.
func TestSortingGathersTheRowsOfEachCase(t *testing.T) {
	restore := eventlog.SetSort(700, 3)
	defer restore()
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		var list []string
		n := rapid.IntRange(1, 12).Draw(rt, "cases")
		for c := range n {
			for e := range rapid.IntRange(1, 9).Draw(rt, "events") {
				list = append(list, fmt.Sprintf("c%02d,A%d,2026-01-%02d,\"v\n%d\"", c, e, e+1, e))
			}
		}
		head := "case:concept:name,concept:name,time:timestamp,who\n"
		o := eventlog.Options{Keep: []string{"who"}, Sort: true, TempDir: dir}
		want, _, err := readAll(t, strings.NewReader(head+strings.Join(list, "\n")+"\n"), eventlog.Options{Keep: o.Keep})
		if err != nil || len(want) != n {
			rt.Fatal(err, len(want))
		}
		// Rows of a case keep their order; cases are mixed.
		mixed := rapid.Permutation(list).Draw(rt, "mixed")
		got, faults, err := readAll(t, strings.NewReader(head+strings.Join(mixed, "\n")+"\n"), o)
		if err != nil || len(faults) > 0 {
			rt.Fatal(err, told(t, faults))
		}
		for _, trace := range got {
			trace.Sorted = false
		}
		if text(got) != text(want) {
			rt.Fatalf("got\n%s\nwant\n%s", text(got), text(want))
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			rt.Fatalf("left behind: %v", left)
		}
	})
}

func TestASortThatHasNoRoomSaysSo(t *testing.T) {
	restore := eventlog.SetSort(10, 3)
	defer restore()
	dir := filepath.Join(t.TempDir(), "gone")
	_, faults, err := readAll(t, strings.NewReader(rows), eventlog.Options{Sort: true, TempDir: dir})
	if !errors.Is(err, eventlog.ErrBroken) || !slices.Equal(told(t, faults), []string{"1 log-sort-failed"}) {
		t.Errorf("%v %v", err, told(t, faults))
	}
}

// Rows that cannot be read are told of before anything else when rows are sorted, and the others are there.
func TestSortingTellsOfRowsThatAreLost(t *testing.T) {
	traces, faults, err := readAll(t, strings.NewReader(rows+"x\n"), eventlog.Options{Sort: true})
	if err != nil || len(traces) != 2 || !slices.Equal(told(t, faults), []string{"5 case-row-cells"}) {
		t.Errorf("%v %v, %d traces", err, told(t, faults), len(traces))
	}
}

func TestTimesAreDaysInStockholm(t *testing.T) {
	for s, want := range map[string]string{
		"2026-07-01": "2026-07-01", "2026-07-01T23:59": "2026-07-01", "2026-06-30T22:00:00Z": "2026-07-01", "2026-06-30T21:59:59.999Z": "2026-06-30",
		"2026-12-31T23:00:00+00:00": "2027-01-01", "2026-12-31T23:00:00+0000": "2027-01-01", "2026-12-31 12:00:00": "2026-12-31", " 2026-12-31 ": "2026-12-31",
		"2026-02-30": "", "31/12/2026": "", "": "", "2026-12-31T25:00": "", "0001-01-01": "", "9999-01-01": "",
	} {
		day, ok := eventlog.ReadDay(s)
		if ok != (want != "") || ok && day.String() != want {
			t.Errorf("%q is %s, %v; want %s", s, day, ok, want)
		}
	}
}

// The example that ships reads without fault.
func TestTheExampleIsSound(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "examples", "eventlog", "faros.xes"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	traces, faults, err := readAll(t, f, eventlog.Options{Name: "faros.xes"})
	if err != nil || len(faults) > 0 || len(traces) != 12 {
		t.Error(err, told(t, faults), len(traces))
	}
}

// Of a trace in which everything is wrong, the first faults are told, and the next trace is read.
func TestOfATraceFullOfFaultsTheFirstAreTold(t *testing.T) {
	var b strings.Builder
	b.WriteString("case:concept:name,concept:name,time:timestamp\n")
	for range 1000 {
		b.WriteString("a,,\n")
	}
	b.WriteString("b,A,2026-01-01\n")
	traces, faults, err := readAll(t, strings.NewReader(b.String()), eventlog.Options{})
	if err != nil || len(faults) != 20 || len(traces) != 2 || traces[0] != nil || traces[1] == nil {
		t.Errorf("%v, %d faults, %d traces", err, len(faults), len(traces))
	}
}
