package ordeal_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// entry is a line of the timeline of a case.
type entry struct {
	Entry int             `json:"entry"`
	Kind  string          `json:"kind"`
	Fact  string          `json:"fact"`
	Value json.RawMessage `json:"value"`
	Note  string          `json:"note"`
}

// lines are the entries that a write makes, in any order that the facts of a request can come in.
func (w write) lines() []string {
	facts := []string{fmt.Sprintf("recording lage=%q", w.lage), fmt.Sprintf("recording nummer=%d", w.number)}
	switch w.act {
	case opening:
		return append([]string{"opening"}, facts...)
	case adding:
		return facts
	case closing:
		return []string{fmt.Sprintf("closing %d", w.number)}
	}
	return []string{fmt.Sprintf("reopening %d", w.number)}
}

// line is an entry as lines has it.
func (e entry) line() string {
	switch e.Kind {
	case "recording":
		return fmt.Sprintf("recording %s=%s", e.Fact, e.Value)
	case "closing", "reopening":
		return e.Kind + " " + e.Note
	}
	return e.Kind
}

// check holds a case against its history: all that was acknowledged is there, in order, and nothing else. What is in doubt is there
// whole or not at all; it is settled here, by looking or by asking for it again with the same key.
func (w *worker) check(ask asker, h *history) {
	if h.doubt != nil && w.dice.IntN(2) == 0 && !w.send(ask, h, *h.doubt) {
		w.refuse("%s: %s is asked for again, and not answered", h.id, h.doubt.key)
		return
	}
	entries, ok := w.timeline(ask, h)
	if !ok {
		return
	}
	if h.doubt != nil {
		if held(append(h.done[:len(h.done):len(h.done)], *h.doubt), entries) == "" {
			h.done = append(h.done, *h.doubt)
		}
		h.doubt = nil // it never was
	}
	if fault := held(h.done, entries); fault != "" {
		w.refuse("%s: %s\nacknowledged: %v\nkept: %v", h.id, fault, h.done, entries)
		return
	}
	if len(h.done) == 0 {
		return
	}
	g, err := ask("GET", "/v1/cases/"+h.id, nil)
	var a answer
	if err != nil || !g.ok() || json.Unmarshal(g.body, &a) != nil {
		w.refuse("%s: %s %v", h.id, g, err)
		return
	}
	h.reads++
	if a.Revision != len(h.done) || (a.State == "closed") != h.closed() {
		w.refuse("%s: revision %d, %s; it was changed %d times, and is closed: %t", h.id, a.Revision, a.State, len(h.done), h.closed())
	}
	if fault := mixed(a); fault != "" {
		w.refuse("%s: an answer of two sets of files: %s", h.id, fault)
	}
	if want := "gor_" + h.standing(); a.State == "open" && (a.Decision == nil || len(a.Decision.Next) != 1 || a.Decision.Next[0].Step != want) {
		w.refuse("%s: %s, want the step %s", h.id, g, want)
	}
}

// timeline returns what is kept of a case; none where there is no such case.
func (w *worker) timeline(ask asker, h *history) (entries []entry, ok bool) {
	g, err := ask("GET", "/v1/cases/"+h.id+"/timeline", nil)
	switch {
	case err == nil && g.status == 404:
		return nil, true
	case err != nil || !g.ok():
		w.refuse("%s: the timeline: %s %v", h.id, g, err)
		return nil, false
	}
	h.reads++
	var list struct {
		Entries []entry `json:"entries"`
	}
	if err := json.Unmarshal(g.body, &list); err != nil {
		w.refuse("%s: the timeline: %s %v", h.id, g, err)
		return nil, false
	}
	return list.Entries, true
}

// held tells how the entries are not those of the writes; "" where they are.
func held(writes []write, entries []entry) string {
	for _, w := range writes {
		want := map[string]bool{}
		for _, l := range w.lines() {
			want[l] = true
		}
		for range len(want) {
			if len(entries) == 0 {
				return fmt.Sprintf("%s %s is lost", w.act, w.key)
			}
			if l := entries[0].line(); !want[l] {
				return fmt.Sprintf("%s stands where %s %s must", l, w.act, w.key)
			}
			delete(want, entries[0].line())
			entries = entries[1:]
		}
	}
	if len(entries) > 0 {
		return fmt.Sprintf("%d entries stand after all that was done", len(entries))
	}
	return ""
}

// events reads the whole log of events: their ids in order, and how many of each case there are.
func (s *service) events() (ids []string, of map[string]int) {
	s.t.Helper()
	of = map[string]int{}
	after := ""
	for {
		var page struct {
			Events []struct {
				ID      string `json:"id"`
				Subject string `json:"subject"`
			} `json:"events"`
			Next *string `json:"next"`
		}
		path := "/v1/events?limit=1000"
		if after != "" {
			path += "&after=" + url.QueryEscape(after)
		}
		s.sure("GET", path, nil, "Accept", "application/json").into(s.t, &page)
		for _, e := range page.Events {
			ids = append(ids, e.ID)
			of[e.Subject]++
		}
		if len(page.Events) == 0 || page.Next == nil || *page.Next == after {
			return ids, of
		}
		after = cursor(*page.Next)
	}
}

// cursor is the place in the log that an address of a page goes on from, or that stands by itself.
func cursor(next string) string {
	if u, err := url.Parse(next); err == nil && u.Query().Has("after") {
		return u.Query().Get("after")
	}
	return next
}

// follows is how many events a history makes: one for the case and one for its step when it is opened, and each time its step is
// another, one for what is required and one for what no longer is; and one when it is closed, or taken up again.
func (h *history) follows() (n int) {
	for _, w := range h.done {
		if n++; w.lage != "" {
			n++
		}
	}
	return n
}

// checkEvents holds the log of events against the histories, and what the witness was told against the log: of every change its
// events were kept, once; each was told, more than once only under the same id; and nothing else was.
func (s *service) checkEvents(workers []*worker, w *witness) {
	s.t.Helper()
	ids, of := s.events()
	for _, x := range workers {
		for _, h := range x.cases {
			if of[h.id] != h.follows() {
				s.t.Errorf("%s: %d events, and its history makes %d: %v", h.id, of[h.id], h.follows(), h.done)
			}
		}
	}
	s.waitHeard(w, len(ids))
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := map[string]bool{}
	lost := 0
	for _, id := range ids {
		if kept[id] {
			s.t.Errorf("the event %s is in the log twice", id)
		}
		kept[id] = true
		if _, told := w.told[id]; !told {
			lost++
		}
	}
	if lost > 0 {
		s.t.Errorf("%d of %d events were never told", lost, len(ids))
	}
	for id := range w.told {
		if !kept[id] {
			s.t.Errorf("the event %s was told and is not in the log", id)
		}
	}
	for _, f := range w.faulty {
		s.t.Errorf("the witness cannot take %s", f)
	}
	s.t.Logf("%d events, told %d times, %d of them again under the same id", len(ids), w.times, w.twice)
}

// waitHeard waits until the witness knows of n events, as long as it hears of any more.
func (s *service) waitHeard(w *witness, n int) {
	s.t.Helper()
	const patience = 3 * time.Minute // what a lost process was telling is told by another within less
	for had, since := w.heard(), time.Now(); had < n; time.Sleep(50 * time.Millisecond) {
		if now := w.heard(); now > had {
			had, since = now, time.Now()
		}
		if time.Since(since) > patience {
			s.t.Errorf("of %d events %d were told, and none in the last %s", n, had, patience)
			return
		}
	}
}

// checkAudit holds the log of who did what against the histories: each write that was done has one row, none has more, and the
// chains hold.
func (s *service) checkAudit(workers []*worker) {
	s.t.Helper()
	counted := map[string]map[string]int{} // by case and action
	for line := range strings.Lines(string(s.audit())) {
		var row struct{ Case, Action string }
		must(s.t, json.Unmarshal([]byte(line), &row))
		if counted[row.Case] == nil {
			counted[row.Case] = map[string]int{}
		}
		counted[row.Case][row.Action]++
	}
	for _, x := range workers {
		for _, h := range x.cases {
			want := map[act]int{}
			for _, w := range h.done {
				want[w.act]++
			}
			rows := counted[h.id]
			for _, a := range []act{opening, adding, closing, again} {
				if rows[string(a)] != want[a] {
					s.t.Errorf("%s: %d rows of the log say %s, and it was done %d times", h.id, rows[string(a)], a, want[a])
				}
			}
			if n := rows["next"] + rows["timeline"]; n < h.reads {
				s.t.Errorf("%s: %d reads have rows in the log, and %d were answered", h.id, n, h.reads)
			}
		}
	}
}

func (s *service) audit() []byte {
	s.t.Helper()
	g := s.sure("GET", "/v1/audit", nil)
	if !g.ok() {
		s.t.Fatal(g)
	}
	return g.body
}

// verify runs the command that goes through the chains of the log, where the service keeps it.
func (s *service) verify() {
	s.t.Helper()
	line := []string{built(s.t), "audit", "verify"}
	if s.ownDisk {
		enter := []string{"nsenter", "--target", fmt.Sprint(s.command.Process.Pid), "--mount"}
		if os.Geteuid() != 0 {
			enter = append(enter, "--user", "--preserve-credentials")
		}
		line = append(enter, line...)
	}
	for i := 0; i < len(s.args); i++ {
		if a := s.args[i]; a == "--data" || a == "--store" {
			line = append(line, a, s.args[i+1])
		}
	}
	c := exec.Command(line[0], line[1:]...)
	c.Dir = s.dir
	if out, err := c.CombinedOutput(); err != nil {
		s.t.Errorf("stegvis audit verify: %v\n%s", err, out)
	}
}

// settle holds all cases of the workers against their histories.
func settle(t testing.TB, workers []*worker, ask asker) {
	t.Helper()
	n := 0
	for _, w := range workers {
		for _, h := range w.cases {
			w.check(ask, h)
			n += len(h.done)
		}
	}
	t.Logf("%d acknowledged writes are all there", n)
}
