package eventlog_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/eventlog"
)

// endless gives head, and then the same piece over and over.
type endless struct {
	head, piece string
	left        int // bytes
	at          int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && n < e.left {
		k := copy(p[n:min(len(p), e.left)], e.piece[e.at:])
		n, e.at = n+k, (e.at+k)%len(e.piece)
	}
	e.left -= n
	return n, nil
}

// What is made to fill the memory of a reader ends with a fault, and takes little.
func TestHostileLogsEndSmall(t *testing.T) {
	const long = 1 << 30
	head := "case:concept:name,concept:name,time:timestamp\n"
	event := "<event><string key=\"concept:name\" value=\"A\"/><date key=\"time:timestamp\" value=\"2026-01-01\"/></event>"
	for _, x := range []struct {
		name string
		in   *endless
		want string
	}{
		{"a text without end", &endless{head: "<log>", piece: "x", left: long}, "log-too-long"},
		{"a value without end", &endless{head: "<log><string key=\"a\" value=\"", piece: "x", left: long}, "log-too-long"},
		{"a name without end", &endless{head: "<log><", piece: "x", left: long}, "log-too-long"},
		{"attributes without end", &endless{head: "<log><trace ", piece: "a=\"b\" ", left: long}, "log-too-long"},
		{"a comment without end", &endless{head: "<log><!--", piece: "x ", left: long}, "log-too-long"},
		{"a doctype without end", &endless{head: "<!DOCTYPE ", piece: "<!ENTITY a \"b\">", left: long}, "log-too-long"},
		{"depth without end", &endless{head: "<log>", piece: "<list key=\"a\">", left: long}, "log-too-deep"},
		{"a list without end", &endless{head: "<log><trace><list key=\"a\">", piece: "<string key=\"b\" value=\"" + strings.Repeat("x", 1000) + "\"/>", left: 16 << 20}, "log-truncated"},
		{"a trace without end", &endless{head: "<log><trace>", piece: event, left: 16 << 20}, "log-truncated"},
		{"names without end", &endless{head: "<log><trace>", piece: "<string key=\"" + strings.Repeat("k", 9000) + "\" value=\"x\"/>", left: 16 << 20}, "log-truncated"},
		{"a quote without end", &endless{head: head + "a,\"", piece: "x,\n", left: long}, "log-too-long"},
		{"a row without end", &endless{head: head + "a", piece: ",b", left: long}, "log-too-long"},
		{"a head without end", &endless{piece: "a,", left: long}, "log-too-long"},
		{"a case without end", &endless{head: head, piece: "a,A,2026-01-01\n", left: 16 << 20}, "log-too-many-events"},
	} {
		t.Run(x.name, func(t *testing.T) {
			checkSmall(t, x.in, x.want)
		})
	}
	t.Run("a bomb in gzip", func(t *testing.T) {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		io.Copy(w, &endless{head: "<log><string key=\"a\" value=\"", piece: "x", left: 64 << 20})
		w.Close()
		checkSmall(t, &packed, "log-too-long")
	})
}

func checkSmall(t *testing.T, in io.Reader, want string) {
	t.Helper()
	most := uint64(0)
	var base runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&base)
	probe := readerFunc(func(p []byte) (int, error) {
		var now runtime.MemStats
		if runtime.ReadMemStats(&now); now.HeapAlloc > base.HeapAlloc {
			most = max(most, now.HeapAlloc-base.HeapAlloc)
		}
		return in.Read(p)
	})
	var faults diag.List
	r, err := eventlog.Open(probe, eventlog.Options{Name: "x"}, &faults)
	for err == nil {
		var own diag.List
		_, err = r.Next(&own)
		faults = append(faults, own[:min(len(own), 3)]...)
	}
	found := false
	for _, f := range faults {
		found = found || f.Code == want
	}
	if !found || !errors.Is(err, eventlog.ErrBroken) && want != "log-too-many-events" {
		t.Errorf("%v, told %v, want %s", err, told(t, faults), want)
	}
	if limit := uint64(100 << 20); most > limit {
		t.Errorf("it took %d MiB", most>>20)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
