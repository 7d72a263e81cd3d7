package httpapi_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
)

// BenchmarkNext asks a real server for the next step of a case, beside a bare handler that reads the same body and writes
// as many bytes as the answer has, in the same run. x-echo tells how many times as long a request takes as with the bare
// handler; p99-µs is the time within which 99 of 100 requests are answered. The client is as bare as can be.
func BenchmarkNext(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "cases", "follow-up-due-soon.json"))
	must(b, err)
	logging := shipped(b)
	logging.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: io.Discard})
	silent := shipped(b)
	silent.Logger = hclog.NewNullLogger()
	next, quiet := serve(b, logging), serve(b, silent)
	answer := next.ask("POST", "/v1/models/faros/next", string(text)).body

	echo := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header()["Content-Type"] = []string{"application/json"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(answer))}
		io.WriteString(w, answer)
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	go echo.Serve(l)
	b.Cleanup(func() { echo.Close() })

	bare := 0.0
	run := func(name, addr, path string) {
		b.Run(name, func(b *testing.B) {
			each := bench(b, addr, path, "application/json", string(text))
			if name == "echo" {
				bare = each
			}
			if bare > 0 {
				b.ReportMetric(each/bare, "x-echo")
			}
		})
	}
	run("echo", l.Addr().String(), "/")
	run("next", next.addr, "/v1/models/faros/next")
	run("next/no-log", quiet.addr, "/v1/models/faros/next")
	run("compare", quiet.addr, "/v1/compare")
	run("explain", quiet.addr, "/v1/models/faros/explain")
}

// bench sends the request b.N times on as many connections as there are cores, and returns the time that each takes.
func bench(b *testing.B, addr, path, kind, body string) float64 {
	request := []byte(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, addr, kind, len(body), body))
	var mu sync.Mutex
	var times []time.Duration
	b.SetBytes(int64(len(body)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		in := bufio.NewReaderSize(c, 64<<10)
		var own []time.Duration
		for pb.Next() {
			began := time.Now()
			if _, err := c.Write(request); err != nil {
				b.Error(err)
				return
			}
			if err := discard(in); err != nil {
				b.Error(err)
				return
			}
			own = append(own, time.Since(began))
		}
		mu.Lock()
		defer mu.Unlock()
		times = append(times, own...)
	})
	b.StopTimer()
	slices.Sort(times)
	if len(times) == 0 {
		return 0
	}
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
	return float64(b.Elapsed().Nanoseconds()) / float64(b.N)
}

// discard reads an answer that tells its length.
func discard(in *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, []byte(" 200 ")) {
			return fmt.Errorf("%s", line)
		}
		if len(line) == 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(string(value))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("the answer has no length")
	}
	_, err := in.Discard(length)
	return err
}

// BenchmarkStream sends the shipped cohort as one stream; each case is an operation.
func BenchmarkStream(b *testing.B) {
	o := shipped(b)
	o.Logger = hclog.NewNullLogger()
	s := serve(b, o)
	cases := cohort(b)
	in, out := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(out, 64<<10)
		for i := range b.N {
			io.WriteString(w, cases[i%len(cases)])
			w.WriteByte('\n')
		}
		w.Flush()
		out.Close()
	}()
	b.ResetTimer()
	res, err := http.Post(s.url+"/v1/models/faros/next", "application/x-ndjson", in)
	must(b, err)
	defer res.Body.Close()
	lines := 0
	for r := bufio.NewScanner(res.Body); r.Scan(); {
		lines++
	}
	if lines != b.N {
		b.Fatalf("%d answers for %d cases", lines, b.N)
	}
}
