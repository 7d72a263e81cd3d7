package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/pgtest"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

// told is an event as a reader of the stream gets it.
type told struct{ id, kind, data string }

// reader reads a stream of events.
type reader struct {
	t      testing.TB
	status int
	header http.Header
	lines  chan string // closed at the end
	cancel func()
	place  string // the last id
	said   []string
}

// follow begins to read a stream of events.
func (k *keeping) follow(query string, headers ...string) *reader {
	k.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", k.url+"/v1/events"+query, nil)
	must(k.t, err)
	req.Header.Set("Authorization", "Bearer "+k.key)
	req.Header.Set("Accept", "text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return read(k.t, http.DefaultClient, req, cancel)
}

func read(t testing.TB, client *http.Client, req *http.Request, cancel func()) *reader {
	t.Helper()
	res, err := client.Do(req)
	must(t, err)
	r := &reader{t: t, status: res.StatusCode, header: res.Header, lines: make(chan string, 64), cancel: cancel}
	var over sync.WaitGroup
	over.Go(func() {
		defer close(r.lines)
		defer res.Body.Close()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			select {
			case r.lines <- s.Text():
			case <-req.Context().Done():
				return
			}
		}
	})
	t.Cleanup(func() { cancel(); over.Wait() })
	return r
}

// line returns the next line; false at the end of the stream.
func (r *reader) line() (string, bool) {
	r.t.Helper()
	select {
	case line, ok := <-r.lines:
		return line, ok
	case <-time.After(time.Minute):
		r.t.Fatal("the stream says nothing")
		return "", false
	}
}

// next returns the next event, and passes over all else; false at the end of the stream.
func (r *reader) next() (e told, ok bool) {
	r.t.Helper()
	for {
		line, ok := r.line()
		if !ok {
			return e, false
		}
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case name == "id":
			e.id, r.place = value, value
		case name == "event":
			e.kind = strings.TrimPrefix(value, "se.stegvis.")
		case name == "data":
			e.data = value
		case line == "" && e.kind != "":
			return e, true
		case line != "":
			r.said = append(r.said, line)
		}
	}
}

// begun waits until the stream says where it is.
func (r *reader) begun() *reader {
	r.t.Helper()
	for r.place == "" {
		line, ok := r.line()
		if !ok {
			r.t.Fatal("the stream ended before it began")
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			r.place = id
		} else {
			r.said = append(r.said, line)
		}
	}
	return r
}

// some returns so many events.
func (r *reader) some(n int) (out []told) {
	r.t.Helper()
	for range n {
		e, ok := r.next()
		if !ok {
			r.t.Fatalf("the stream ended after %d events, not %d", len(out), n)
		}
		out = append(out, e)
	}
	return out
}

// ended reads to the end and returns what was said last.
func (r *reader) ended() string {
	r.t.Helper()
	for {
		if _, ok := r.next(); !ok {
			return r.said[len(r.said)-1]
		}
	}
}

func ids(list []told) (out []string) {
	for _, e := range list {
		out = append(out, e.id)
	}
	return out
}

// happen keeps events of a case, as a change of it would.
func (k *keeping) happen(id string, n int) {
	k.t.Helper()
	storetest.In(k.t, k.office.Store, func(tx *store.Tx) error {
		for i := range n {
			if err := k.office.Log.Keep(tx, []events.Event{{Type: events.StepLate, Case: id, Model: "faros", Step: fmt.Sprint(i)}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAStreamTellsWhatBecomesOfCases(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		r := k.follow("?type=se.stegvis.case.opened,se.stegvis.step.required").begun()
		if r.status != 200 || r.header.Get("Content-Type") != "text/event-stream" || r.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", r.status, r.header)
		}
		id := k.open(`{"model":"faros","facts":{"arbetsformaga_nedsatt":true}}`)
		list := r.some(2)
		if list[0].kind != "case.opened" || list[1].kind != "step.required" {
			t.Errorf("%v", list)
		}
		for _, x := range list {
			var e event.Event
			must(t, json.Unmarshal([]byte(x.data), &e))
			if err := e.Validate(); err != nil || e.Subject() != id || "se.stegvis."+x.kind != e.Type() {
				t.Errorf("%v: %s", err, x.data)
			}
			var shown httpapi.CloudEvent
			strictly(t, x.data, &shown)
			if shown.Data.Case != id || shown.Data.Model != "faros" {
				t.Errorf("%+v", shown)
			}
		}
		if len(r.said) < 2 || r.said[0] != ": stegvis" || !strings.HasPrefix(r.said[1], "retry: ") {
			t.Errorf("a reader is not told when to come again: %v", r.said)
		}
		// The same as pages, from the beginning.
		var first, page, last httpapi.EventPage
		k.get("/v1/events?after=0&limit=1&type=se.stegvis.case.opened,se.stegvis.step.required", "Accept", "application/json").want(t, 200, &first)
		k.get(first.Next, "Accept", "application/json").want(t, 200, &page)
		if len(first.Events) != 1 || len(page.Events) != 1 || first.Events[0].ID == page.Events[0].ID || !strings.Contains(list[0].data, first.Events[0].ID) || !strings.Contains(list[1].data, page.Events[0].ID) {
			t.Errorf("%+v %+v", first, page)
		}
		k.get(page.Next, "Accept", "application/json").want(t, 200, &last)
		if len(last.Events) != 0 || last.Next == "" {
			t.Errorf("%+v: there is no end, since more comes", last)
		}
		if g := k.send("HEAD", "/v1/events", ""); g.status != 200 || g.header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("HEAD: %d", g.status)
		}
	})
}

func strictly(t testing.TB, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	must(t, d.Decode(into))
}

// TestAStreamGoesOnAfterEveryEvent cuts a stream at each event, and goes on at this replica or the other.
func TestAStreamGoesOnAfterEveryEvent(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		replicas := []*keeping{keep(t, d)}
		if replicas[0].office.Store.Kind() == "postgres" {
			replicas = append(replicas, keep(t, d).as(replicas[0].key))
		}
		k := replicas[0]
		const n = 12
		k.happen("a", n)
		all := k.follow("?after=0").some(n)
		place := "0"
		for i := range n {
			r := replicas[i%len(replicas)].follow("", "Last-Event-ID", place)
			if got := r.some(n - i); !slices.Equal(got, all[i:]) {
				t.Errorf("after %d events: %v, want %v", i, ids(got), ids(all[i:]))
			}
			r.cancel()
			place = all[i].id
		}
		// What the header says goes before the query, which is still that of the first time.
		if got := k.follow("?after=0", "Last-Event-ID", all[n-2].id).some(1); got[0] != all[n-1] {
			t.Errorf("%v", got)
		}
		for _, wrong := range []string{"x", "1.2", all[0].id + "x"} {
			k.get("/v1/events", "Last-Event-ID", wrong).fails(t, "bad-place")
		}
		k.get("/v1/events?type=se.stegvis.step.lat").fails(t, "query-at-fault")
		if _, err := k.office.Store.Writer().Exec(`UPDATE store SET epoch = 'another'`); err != nil {
			t.Fatal(err)
		}
		p := k.get("/v1/events", "Last-Event-ID", place, "Accept-Language", "en").fails(t, "place-gone")
		if p.Status != http.StatusGone || p.Hint == nil || !strings.HasPrefix(*p.Hint, "Start anew") {
			t.Errorf("%+v", p)
		}
	})
}

// TestNoEventIsLostOrToldTwiceWhileReadersComeAndGo has cases opened and changed at both replicas while readers are cut off and come
// again at either.
func TestNoEventIsLostOrToldTwiceWhileReadersComeAndGo(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		replicas := []*keeping{keep(t, d)}
		if replicas[0].office.Store.Kind() == "postgres" {
			replicas = append(replicas, keep(t, d).as(replicas[0].key))
		}
		const writers, each, readers = 4, 6, 8
		begin := replicas[0].follow("").begun()
		place := begin.place
		var writing, reading sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				k := replicas[w%len(replicas)].in(t)
				for n := range each {
					id := fmt.Sprintf("c-%d-%d", w, n)
					k.open(fmt.Sprintf(`{"id":%q,"model":"faros","facts":{"arbetsformaga_nedsatt":true}}`, id))
					k.post("/v1/cases/"+id+"/entries", `{"facts":{"fardigutredd":true,"kan_forbattras":true}}`).want(t, 200, nil)
				}
			})
		}
		writing.Wait()
		var total int
		storetest.In(t, replicas[0].office.Store, func(tx *store.Tx) error {
			return tx.SQL().QueryRow(`SELECT COUNT(*) FROM events`).Scan(&total)
		})
		lists := make([][]string, readers)
		for r := range readers {
			reading.Go(func() {
				at, n := place, 0
				for len(lists[r]) < total {
					stream := replicas[(r+n)%len(replicas)].in(t).follow("", "Last-Event-ID", at)
					for _, e := range stream.some(min(1+(r*7+n*3)%17, total-len(lists[r]))) {
						lists[r], at = append(lists[r], e.data), e.id
					}
					stream.cancel()
					n++
				}
			})
		}
		reading.Wait()
		for _, list := range lists {
			if !slices.Equal(list, lists[0]) {
				t.Error("two readers got other events, or in another order")
			}
		}
		if one := slices.Compact(slices.Sorted(slices.Values(lists[0]))); len(one) != total {
			t.Errorf("%d events of %d", len(one), total)
		}
		for _, e := range begin.some(total) {
			if !slices.Contains(lists[0], e.data) {
				t.Errorf("only the first reader got %s", e.data)
			}
		}
	})
}

// TestAnActorFollowsItsOwnCasesAlone, and a party that is no actor of the case nothing; a case of another's is as one that there is not.
func TestAnActorFollowsItsOwnCasesAlone(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		own := k.open(`{"model":"faros","parties":[{"actor":"af","party":"af-1"}]}`)
		other := k.open(`{"model":"faros","parties":[{"actor":"af","party":"af-2"},{"actor":"fk","party":"af-1"}]}`)
		actor := k.as(k.give(door.Key{Title: "a", Roles: []access.Role{access.Actor}, Actor: "af", Party: "af-1"}))
		k.happen(other, 3)
		k.happen(own, 2)
		var cases []string
		r := actor.follow("?after=0")
		for _, e := range r.some(3) {
			var shown httpapi.CloudEvent
			strictly(t, e.data, &shown)
			cases = append(cases, shown.Subject)
		}
		if slices.ContainsFunc(cases, func(id string) bool { return id != own }) {
			t.Errorf("%v, want only %s", cases, own)
		}
		a, b := actor.get("/v1/events?case="+other).fails(t, "unknown-case"), actor.get("/v1/events?case=no-such").fails(t, "unknown-case")
		if a.Request, b.Request = "", ""; fmt.Sprintf("%+v", a.Detail) != fmt.Sprintf("%+v", b.Detail) {
			t.Errorf("%+v is not %+v", a, b)
		}
		k.as(k.give(door.Key{Title: "n", Roles: []access.Role{access.Analyst}})).get("/v1/events").fails(t, "forbidden")
		actor.get("/v1/events", "Stegvis-Purpose", "insight").fails(t, "forbidden")
		k.as("").get("/v1/events").fails(t, "unauthenticated")
	})
}

// quickly has short limits, so that a stream outlives them.
func quickly(change func(*httpapi.Limits)) func(*httpapi.Options) {
	return func(o *httpapi.Options) {
		o.Limits = roomy()
		change(&o.Limits)
	}
}

// TestAStreamOutlivesTheLimitsOfARequest, by either version of HTTP.
func TestAStreamOutlivesTheLimitsOfARequest(t *testing.T) {
	d := storetest.Fresh(t, "sqlite")
	k := keep(t, d, quickly(func(l *httpapi.Limits) {
		l.Read, l.Write, l.Idle, l.Alive = 3*time.Second, 3*time.Second, 3*time.Second, 600*time.Millisecond
	}))
	service, err := httpapi.New(httpapi.Options{
		Models: k.models, Office: k.office, Door: door.New(k.office.Store), Now: d.Clock,
		Limits: func() httpapi.Limits { l := roomy(); l.Alive = 600 * time.Millisecond; return l }(),
	})
	must(t, err)
	two := httptest.NewUnstartedServer(service.Handler())
	two.Config.ReadTimeout, two.Config.WriteTimeout, two.Config.IdleTimeout = 3*time.Second, 3*time.Second, 3*time.Second
	two.EnableHTTP2 = true
	two.StartTLS()
	t.Cleanup(two.Close)
	readers := map[string]*reader{}
	for name, ask := range map[string]func() *reader{"HTTP/1.1": func() *reader { return k.follow("") }, "HTTP/2": func() *reader {
		ctx, cancel := context.WithCancel(context.Background())
		req, err := http.NewRequestWithContext(ctx, "GET", two.URL+"/v1/events", nil)
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+k.key)
		return read(t, two.Client(), req, cancel)
	}} { // of the short limits a part is all that the database has, so a busy machine may need to be asked again
		wait(t, name+" begins", func() bool { readers[name] = ask(); return readers[name].status == 200 })
	}
	for name, r := range readers {
		r.begun()
		for n := 0; n < 12; { // each is as long as a fifth of the limits
			line, ok := r.line()
			if !ok {
				t.Fatalf("%s: the stream ended", name)
			}
			if line == ":" {
				n++
			}
		}
		k.happen("a", 1)
		if e := r.some(1); e[0].kind != "step.late" {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestTooManyStreamsAreRefusedAndThoseOfAKeyThatIsTakenBackEnd(t *testing.T) {
	onEachWith(t, quickly(func(l *httpapi.Limits) { l.Follows, l.Alive = 2, 100*time.Millisecond }), func(t *testing.T, k *keeping) {
		other := k.as(k.give(door.Key{Title: "o", Roles: []access.Role{access.Service}}))
		first, second := k.follow("").begun(), other.follow("").begun()
		g := k.get("/v1/events")
		g.fails(t, "busy")
		if g.header.Get("Retry-After") == "" {
			t.Error("nobody says when to come again")
		}
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			id, _, _ := strings.Cut(strings.TrimPrefix(other.key, "stegvis_"), "_")
			return door.Revoke(tx, id, "x")
		})
		if last := second.ended(); last != ": no longer allowed" {
			t.Errorf("it ended with %q", last)
		}
		k.happen("a", 1)
		first.some(1)
		k.follow("").begun()
	})
}

// TestAKeyThatIsTakenBackReadsNoMoreEvents, however long a stream on which nothing comes is let be.
func TestAKeyThatIsTakenBackReadsNoMoreEvents(t *testing.T) {
	onEachWith(t, quickly(func(l *httpapi.Limits) { l.Alive = time.Hour }), func(t *testing.T, k *keeping) {
		other := k.as(k.give(door.Key{Title: "o", Roles: []access.Role{access.Service}}))
		r := other.follow("").begun()
		storetest.In(t, k.office.Store, func(tx *store.Tx) error { return door.Revoke(tx, keyID(other.key), "x") })
		time.Sleep(time.Second) // for so long it was looked at lately
		k.happen("a", 1)
		if e, ok := r.next(); ok {
			t.Errorf("it reads %v", e)
		} else if last := r.said[len(r.said)-1]; last != ": no longer allowed" {
			t.Errorf("it ended with %q", last)
		}
	})
}

// TestAReaderThatTakesNothingIsCutOff_FAULTS22 while others read on, and nothing is held for it.
func TestAReaderThatTakesNothingIsCutOff_FAULTS22(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"), quickly(func(l *httpapi.Limits) { l.Write = 10 * time.Second }))
	c, err := net.Dial("tcp", k.addr)
	must(t, err)
	defer c.Close()
	must(t, c.(*net.TCPConn).SetReadBuffer(4096))
	fmt.Fprintf(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", k.key)
	feed := k.office.Log.Feed()
	wait(t, "it follows", func() bool { return feed.Followers() == 1 })
	good := k.follow("").begun()
	// First comes more than there is room for on the way to somebody who reads nothing, and then something now and then.
	const rounds, each, size = 25, 200, 8 << 10
	end := time.Now().Add(2 * time.Minute)
	for round := 0; feed.Followers() == 2; round++ {
		if round >= rounds {
			k.happen("a", 1)
			good.some(1)
			time.Sleep(20 * time.Millisecond)
		} else {
			storetest.In(t, k.office.Store, func(tx *store.Tx) error {
				return k.office.Log.Keep(tx, slices.Repeat([]events.Event{{Type: events.StepLate, Case: "a", Model: "faros", Step: strings.Repeat("x", size)}}, each))
			})
			good.some(each)
		}
		if time.Now().After(end) {
			t.Fatalf("%d MiB and more were put into a connection that nobody reads from", rounds*each*size>>20)
		}
	}
	k.happen("a", 1)
	good.some(1)
}

func wait(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("did not come about: " + what)
		}
	}
}

// TestAServiceThatStopsDoesNotWaitForItsStreams_FAULTS27: it would wait for hours.
func TestAServiceThatStopsDoesNotWaitForItsStreams_FAULTS27(t *testing.T) {
	onEachWith(t, quickly(func(l *httpapi.Limits) { l.Drain, l.Stop = time.Hour, time.Hour }), func(t *testing.T, k *keeping) {
		var streams []*reader
		for range 50 {
			streams = append(streams, k.follow("").begun())
		}
		http.DefaultClient.CloseIdleConnections()
		k.stop()
		for _, r := range streams {
			if last := r.ended(); last != ": the service stops; ask again" {
				t.Errorf("it ended with %q", last)
			}
		}
	})
}

// TestAStreamOutlivesADatabaseThatIsGoneAndBack_FAULTS34: its reader sees no more of it than that nothing comes for a while, and loses nothing.
func TestAStreamOutlivesADatabaseThatIsGoneAndBack_FAULTS34(t *testing.T) {
	p := pgtest.Start(t)
	d := &storetest.Database{Address: p.Database(t), Ring: storetest.Ring(t)}
	k := keep(t, d, quickly(func(l *httpapi.Limits) { l.Alive = 100 * time.Millisecond }))
	r := k.follow("").begun()
	k.happen("a", 1)
	r.some(1)
	p.Down(t)
	k.get("/v1/cases").fails(t, "store-unavailable")
	wait(t, "the log tells of it", func() bool { return strings.Contains(k.log.String(), `route="GET /v1/events"`) })
	p.Up(t)
	wait(t, "the database answers again", func() bool { return k.get("/v1/cases").status == 200 })
	k.happen("a", 2)
	if got := r.some(2); got[0].data == got[1].data {
		t.Errorf("%v", got)
	}
	r.cancel()
}

// onEachWith is onEach for a service with other options.
func onEachWith(t *testing.T, change func(*httpapi.Options), test func(*testing.T, *keeping)) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) { test(t, keep(t, d, change)) })
}

// TestTimeAloneMakesEvents: nobody asks for the case, and its step becomes soon and late all the same.
func TestTimeAloneMakesEvents(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		var mu sync.Mutex
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		clock := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(time.Millisecond)
			return now
		}
		on := func(day string) {
			at, err := time.Parse(time.DateOnly, day)
			must(t, err)
			mu.Lock()
			defer mu.Unlock()
			now = at.Add(12 * time.Hour)
		}
		models := httpapi.Fixed(casetest.Shipped(t), now)
		office, err := casework.Open(context.Background(), casework.Config{
			Store: store.Config{Address: d.Address, Ring: d.Ring, Now: clock}, Sweep: time.Second, Poll: 20 * time.Millisecond,
			Live: func() *interpreter.Set { return models.Snapshot().Set },
		})
		must(t, err)
		must(t, office.Start(context.Background()))
		t.Cleanup(func() { must(t, office.Close(context.Background())) })
		k := &keeping{office: office, data: d, server: serve(t, httpapi.Options{Models: models, Office: office, Door: door.New(office.Store), Now: clock})}
		k.key = k.give(door.Key{Title: "t", Roles: allRoles})
		r := k.follow("?model=faros&type=se.stegvis.step.soon,se.stegvis.step.late").begun()
		id := k.open(`{"model":"faros","facts":{"arbetsformaga_nedsatt":true,"fardigutredd":true,"kan_forbattras":true,"behov_av_insatser":true,"timmar_per_vecka":12,
			"medicinskt_underlag":"2025-09-29","sassam_utredning":"2025-10-13","personligt_mote":"2025-10-20","egen_uppfattning":"2025-10-20","beredning":"2025-12-08",
			"beredning_enig":true,"beredning_beslut":"samverkan","samverkan_start":"2025-12-15","arbetsformedlare_utsedd":"2025-12-15","samordnare_utsedd":"2025-12-15",
			"information_lamnad":"2025-12-16","trepartssamtal":"2025-12-18","ersattning_klargjord":true,"nivabedomning":"2026-01-08","handlingsplan":"2026-01-12",
			"introduktion_start":"2026-01-19","aktiviteter":["formedling"],"senaste_kontakt":"2026-02-27"}}`)
		of := func(step string) (kind string) {
			t.Helper()
			for {
				e, ok := r.next()
				if !ok {
					t.Fatal("the stream ended")
				}
				var shown httpapi.CloudEvent
				strictly(t, e.data, &shown)
				if shown.Subject == id && shown.Data.Step == step {
					return e.kind
				}
			}
		}
		on("2026-04-08")
		if kind := of("uppfoljningsmote"); kind != "step.soon" {
			t.Errorf("%s, want soon", kind)
		}
		on("2026-04-20")
		if kind := of("uppfoljningsmote"); kind != "step.late" {
			t.Errorf("%s, want late", kind)
		}
	})
}
