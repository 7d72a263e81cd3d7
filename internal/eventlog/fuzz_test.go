package eventlog_test

import (
	"errors"

	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/eventlog"
)

// FuzzLog reads any bytes, in either format. Reading ends; what is wrong is told in words; sound traces have events in order; and rows
// that stand together give the same cases sorted or not.
func FuzzLog(f *testing.F) {
	for _, s := range []string{odd, rows, "<log><trace><event/></trace></log>", "a;b\n1;2\n", "\x1f\x8b", "<log>&#0;</log>", "case:concept:name,concept:name,time:timestamp\n\"a\",\"b\nc\",2026-01-01\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := eventlog.Options{Name: "f", Lifecycle: []string{"complete"}, Keep: []string{"who", "tools"}}
		traces, faults, err := readAll(t, strings.NewReader(string(data)), o)
		if err != nil && (!errors.Is(err, eventlog.ErrBroken) || !faults.HasErrors()) {
			t.Fatalf("%v, told %v", err, told(t, faults))
		}
		told(t, faults)
		for _, trace := range traces {
			if trace != nil && !slices.IsSortedFunc(trace.Events, func(a, b eventlog.Event) int { return int(min(1, max(-1, a.Instant-b.Instant))) }) {
				t.Fatal("events are not in the order of their times")
			}
		}
		if err != nil || faults.HasErrors() {
			return
		}
		o.Sort = true
		sorted, faults, err := readAll(t, strings.NewReader(string(data)), o)
		if err != nil || faults.HasErrors() {
			t.Fatalf("sorted: %v, told %v", err, told(t, faults))
		}
		byID := func(a, b *eventlog.Trace) int { return strings.Compare(a.ID, b.ID) }
		if strings.HasPrefix(strings.TrimSpace(string(data)), "<") || len(data) > 1 && data[0] == 0x1f {
			return // nothing is sorted
		}
		slices.SortStableFunc(traces, byID)
		if text(sorted) != text(traces) {
			t.Fatalf("sorted\n%s\nas they stand\n%s", text(sorted), text(traces))
		}
	})
}

// The reader of a log of which no trace is asked for leaves nothing behind.
func TestALogCanBeClosedUnread(t *testing.T) {
	var faults diag.List
	r, err := eventlog.Open(strings.NewReader(rows), eventlog.Options{Sort: true}, &faults)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}
