package remote_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/remote"
)

// decider is what a program needs that asks what is next, and why. It does not matter to it who answers.
type decider interface {
	Decide(*interpreter.Case, interpreter.Query, *diag.List) *interpreter.Decision
	Explain(*interpreter.Case, interpreter.Query, *diag.List) *interpreter.Explanation
}

var (
	_ decider = (*interpreter.Set)(nil)
	_ decider = remote.Asker{}
)

func TestMain(m *testing.M) {
	m.Run()
	err := goleak.Find()
	for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); { // what was ended may not have come to its end yet
		err = goleak.Find()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// serve serves the shipped models, and returns who asks them.
func serve(t testing.TB) remote.Asker {
	t.Helper()
	service, err := httpapi.New(httpapi.Options{Models: httpapi.Fixed(casetest.Shipped(t), time.Now())})
	must(t, err)
	return ask(t, service.Handler())
}

func ask(t testing.TB, h http.Handler) remote.Asker {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return (&remote.Client{URL: server.URL + "/", HTTP: server.Client()}).With(context.Background())
}

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

// Every case of the shipped cohort, through every model, at home and elsewhere.
func TestAnswersAreThoseGivenAtHome(t *testing.T) {
	home, away := casetest.Shipped(t), serve(t)
	f, err := os.Open(filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson"))
	must(t, err)
	defer f.Close()
	at := casetest.Day(t, "2026-05-05")
	asked := 0
	for lines := bufio.NewScanner(f); lines.Scan(); asked++ {
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource("", lines.Text()), &faults)
		casetest.Refuse(t, faults)
		q := interpreter.Query{Model: home.IDs()[asked%len(home.IDs())], Lang: lang.All[asked/5%2], Today: casetest.Day(t, "2026-04-04"), Explain: asked%100 == 0}
		if asked%3 == 0 {
			q.At = &at
		}
		if asked%4 == 0 {
			c.At = nil
		}
		want, got := text(t, home.Decide(c, q, &faults)), text(t, away.Decide(c, q, &faults))
		casetest.Refuse(t, faults)
		if got != want {
			t.Fatalf("case %s in %s:\n%s\nwant\n%s", c.ID, q.Model, got, want)
		}
		if asked%100 == 0 {
			want, got := text(t, home.Explain(c, q, &faults)), text(t, away.Explain(c, q, &faults))
			if got != want {
				t.Fatalf("case %s in %s, explained:\n%s\nwant\n%s", c.ID, q.Model, got, want)
			}
		}
	}
	if asked != 1000 {
		t.Errorf("%d cases", asked)
	}
}

func TestFaultsAreThoseOfHome(t *testing.T) {
	home, away := casetest.Shipped(t), serve(t)
	today := calendar.Day(20_000)
	for name, c := range map[string]struct {
		facts map[string]any
		query interpreter.Query
	}{
		"unknown":    {map[string]any{"samtyke": true}, interpreter.Query{Model: "faros"}},
		"type":       {map[string]any{"samtycke": "ja"}, interpreter.Query{Model: "faros"}},
		"range":      {map[string]any{"timmar_per_vecka": 200, "samtycke": 1}, interpreter.Query{Model: "faros"}},
		"no model":   {nil, interpreter.Query{Model: "faro"}},
		"no version": {nil, interpreter.Query{Model: "faros", Version: "0"}},
	} {
		k := interpreter.NewCase("x")
		for fact, value := range c.facts {
			k.Set(fact, value)
		}
		c.query.Today = today
		var want, got diag.List
		if home.Decide(k, c.query, &want) != nil || away.Decide(k, c.query, &got) != nil {
			t.Errorf("%s: decided", name)
		}
		for _, l := range lang.All {
			if words(got, l) != words(want, l) {
				t.Errorf("%s: %s\nwant %s", name, words(got, l), words(want, l))
			}
		}
	}
}

func words(faults diag.List, l lang.Lang) string {
	lines := map[string]bool{}
	var out []string
	for _, f := range faults {
		line := f.Code + ": " + f.Message(l) + " " + f.HintText(l)
		if !lines[line] {
			out = append(out, line)
		}
		lines[line] = true
	}
	return strings.Join(out, "\n")
}

func TestWhatDoesNotComeThroughIsAskedAgain(t *testing.T) {
	service, err := httpapi.New(httpapi.Options{Models: httpapi.Fixed(casetest.Shipped(t), time.Now())})
	must(t, err)
	var asked atomic.Int64
	away := ask(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1) {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			service.Handler().ServeHTTP(w, r)
		}
	}))
	var faults diag.List
	if d := away.Decide(interpreter.NewCase("x"), interpreter.Query{Model: "faros"}, &faults); d == nil || asked.Load() != 3 {
		t.Errorf("%v after %d tries: %s", d, asked.Load(), words(faults, lang.EN))
	}
}

func TestAServiceThatCannotBeAskedIsAFault(t *testing.T) {
	answer := func(status int, body string) remote.Asker {
		return ask(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			w.Write([]byte(body))
		}))
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	unwritable := interpreter.NewCase("x")
	unwritable.Set("a", struct{}{})
	for want, c := range map[string]struct {
		asker remote.Asker
		k     *interpreter.Case
	}{
		"remote-unreachable": {(&remote.Client{URL: "http://127.0.0.1:1", Tries: 1}).With(context.Background()), interpreter.NewCase("x")},
		"remote-unreadable":  {answer(200, "hej"), interpreter.NewCase("x")},
		"remote-refused":     {answer(403, `{"title":"No","faults":[]}`), interpreter.NewCase("x")},
		"remote-case":        {serve(t), unwritable},
	} {
		var faults diag.List
		if d := c.asker.Decide(c.k, interpreter.Query{Model: "faros"}, &faults); d != nil || len(faults) != 1 || faults[0].Code != want {
			t.Errorf("want %s: %v %s", want, d, words(faults, lang.EN))
		}
	}
	var faults diag.List
	if d := (remote.New("http://127.0.0.1:1")).With(ended).Decide(interpreter.NewCase("x"), interpreter.Query{Model: "faros"}, &faults); d != nil || len(faults) != 1 {
		t.Errorf("after the end: %v", d)
	}
}
