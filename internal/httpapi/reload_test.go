package httpapi_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter/live"
	"github.com/stegvis/stegvis/workflows"
)

// folder is a folder of workflow files that is served.
type folder struct {
	t           testing.TB
	dir, drafts string
	*live.Live
}

func follow(t testing.TB) *folder {
	t.Helper()
	f := &folder{t: t, dir: t.TempDir(), drafts: t.TempDir()}
	for _, name := range []string{"vocabulary.toml", "vocabulary.en.toml", "faros.en.toml"} {
		f.write(name, shippedFile(t, name))
	}
	f.write("faros.toml", edition(t, 1))
	var err error
	f.Live, err = live.Open(live.Config{Dir: f.dir, Hold: -1})
	must(t, err)
	t.Cleanup(f.Close)
	return f
}

func shippedFile(t testing.TB, name string) string {
	t.Helper()
	b, err := workflows.FS.ReadFile(name)
	must(t, err)
	return string(b)
}

// edition is FAROS with the number in the title of its first step and of the model.
func edition(t testing.TB, n int) string {
	text := shippedFile(t, "faros.toml")
	for _, table := range []string{"[model]", "[[step]]"} {
		from := strings.Index(text, table)
		from += strings.Index(text[from:], "\ntitle") + 1
		text = text[:from] + fmt.Sprintf("title = \"Utgåva %d\"", n) + text[from+strings.Index(text[from:], "\n"):]
	}
	return text
}

// write saves a file at once: with Hold negative, one that is looked at while it is being written is taken as it is then.
func (f *folder) write(name, text string) {
	f.t.Helper()
	draft := filepath.Join(f.drafts, name)
	must(f.t, os.WriteFile(draft, []byte(text), 0o644))
	must(f.t, os.Rename(draft, filepath.Join(f.dir, name)))
}

func (f *folder) reload() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	must(f.t, f.Reload(ctx))
}

// opened is a case in which the first step is next.
const opened = `{"facts":{"arbetsformaga_nedsatt":true}}`

// A stream that has begun goes on with the models it began with, whatever is reloaded; the next request has the new ones.
func TestARequestStaysWithItsModelsThroughAReload_FAULTS50(t *testing.T) {
	f := follow(t)
	s := serve(t, httpapi.Options{Models: f})
	in, out := io.Pipe()
	r, err := http.NewRequest("POST", s.url+"/v1/models/faros/next", in)
	must(t, err)
	r.Header.Set("Content-Type", "application/x-ndjson")
	go io.WriteString(out, opened+"\n")
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	next := func() string {
		line, err := lines.ReadString('\n')
		must(t, err)
		return line
	}
	if line := next(); !strings.Contains(line, "Utgåva 1") {
		t.Fatalf("before the reload: %s", line)
	}
	f.write("faros.toml", edition(t, 2))
	f.reload()
	if g := s.ask("POST", "/v1/models/faros/next", opened); !strings.Contains(g.body, "Utgåva 2") {
		t.Errorf("a new request: %s", g.body)
	}
	io.WriteString(out, opened+"\n")
	if line := next(); !strings.Contains(line, "Utgåva 1") {
		t.Errorf("the stream has changed models: %s", line)
	}
	out.Close()
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("the end: %q %v", rest, err)
	}
}

// While the file is saved again and again, a third of the times with a fault, every answer is of one good edition, and
// never of an older one than was live when the request was sent; its headers and its body tell of the same.
func TestReloadsUnderLoadGiveNoWrongAnswer_FAULTS9(t *testing.T) {
	reloads := 30
	if soak {
		reloads = 2000
	}
	f := follow(t)
	s := serve(t, httpapi.Options{Models: f})
	var newest atomic.Int64
	newest.Store(1)
	stop := make(chan struct{})
	var clients sync.WaitGroup
	var answers atomic.Int64
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				since := newest.Load()
				g := s.ask("POST", "/v1/models/faros/next", opened)
				var n int64
				i := strings.Index(g.body, "Utgåva ")
				if i < 0 || g.status != 200 {
					t.Errorf("%d %s", g.status, g.body)
					return
				}
				fmt.Sscanf(g.body[i:], "Utgåva %d", &n)
				if n < since || n%3 == 0 || !strings.Contains(g.body, g.header.Get("Stegvis-Hash")) || !strings.Contains(g.header.Get("Stegvis-Hash"), strings.Trim(g.header.Get("Etag"), `".sv`)) {
					t.Errorf("edition %d answers, and %d was live; %v", n, since, g.header)
					return
				}
				answers.Add(1)
			}
		})
	}
	for n := 2; n <= reloads; n++ {
		text := edition(t, n)
		if n%3 == 0 {
			text = strings.Replace(text, "actor", "actr", 1)
		}
		f.write("faros.toml", text)
		f.reload()
		if n%3 != 0 {
			newest.Store(int64(n))
		}
		if g := s.ask("GET", "/v1/models/faros?lang=en", ""); strings.Contains(g.body, `"state":"kept"`) != (n%3 == 0) {
			t.Fatalf("edition %d: %s", n, g.body)
		}
	}
	close(stop)
	clients.Wait()
	t.Logf("%d saves, %d answers", reloads, answers.Load())
}

// Two replicas with different files give answers that tell so, and their readiness shows it.
func TestReplicasWithDifferentFilesCanBeTold_FAULTS51(t *testing.T) {
	a, b := follow(t), follow(t)
	one, two := serve(t, httpapi.Options{Models: a}), serve(t, httpapi.Options{Models: b})
	hash := func(s *server) string {
		body := s.ask("GET", "/readyz", "").body
		_, rest, _ := strings.Cut(body, `"hash":"`)
		return rest[:strings.Index(rest, `"`)]
	}
	answer := func(s *server) string { return s.ask("POST", "/v1/models/faros/next", `{}`).header.Get("Stegvis-Hash") }
	if hash(one) != hash(two) || answer(one) != answer(two) {
		t.Error("the same files have different hashes")
	}
	b.write("faros.toml", edition(t, 2))
	b.reload()
	if hash(one) == hash(two) || answer(one) == answer(two) {
		t.Error("different files have the same hash")
	}
	b.write("faros.toml", "[model")
	b.reload()
	if g := two.ask("GET", "/readyz", ""); g.status != 200 || !strings.Contains(g.body, `"degraded":true`) || !strings.Contains(g.body, `"state":"kept"`) {
		t.Errorf("a file at fault: %d %s", g.status, g.body)
	}
}

func TestAModelOfWhichNothingIsLiveIsToldOf(t *testing.T) {
	f := follow(t)
	f.write("nu.toml", strings.Replace(shippedFile(t, "nu.toml"), "actor", "actr", 1))
	f.reload()
	s := serve(t, httpapi.Options{Models: f})
	if p := s.ask("POST", "/v1/models/nu/next", `{}`).problem(t); p.Code != "model-not-live" {
		t.Errorf("%+v", p)
	}
	g := s.ask("GET", "/v1/models/nu?lang=en", "")
	if g.status != 200 || !strings.Contains(g.body, `"state":"failed"`) || !strings.Contains(g.body, "unknown-key") || strings.Contains(g.body, f.dir) {
		t.Errorf("%d %s", g.status, g.body)
	}
}
