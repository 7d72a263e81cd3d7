package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestWhoComesBackToWhatIsForgottenIsTold, on the stream and for pages: before what is kept they are told from where to go on, after the last
// that is forgotten they go on, and so they do from where they are told.
func TestWhoComesBackToWhatIsForgottenIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		const n, gone = 9, 6
		k.happen("a", n)
		all := k.follow("?after=0").some(n)
		empty := strings.Split(all[0].id, ".")[0] + ".0.0"         // what was given when nothing had happened yet
		storetest.In(t, k.office.Store, func(tx *store.Tx) error { // as if the rest had been later
			_, err := tx.SQL().Exec(`UPDATE events SET at = $1 WHERE id IN (`+quoted(all[gone:])+`)`, tx.At().Add(24*time.Hour).UnixMicro())
			return err
		})
		all = k.follow("?after=0").some(n)
		if forgotten, err := k.office.Log.Forget(t.Context(), 0); forgotten != gone || err != nil {
			t.Fatal(forgotten, err)
		}
		rest := all[gone:]
		pages := func(after string) (ids []string) {
			for next := "/v1/events?limit=2" + after; ; {
				var p httpapi.EventPage
				k.get(next, "Accept", "application/json").want(t, 200, &p)
				for _, e := range p.Events {
					ids = append(ids, e.ID)
				}
				if next = p.Next; len(p.Events) < 2 {
					return ids
				}
			}
		}
		for i, e := range all {
			if i < gone-1 {
				continue
			}
			if got := pages("&after=" + e.id); len(got) != n-1-i {
				t.Errorf("pages after event %d: %v", i, got)
			}
			if i < n-1 {
				if got := k.follow("", "Last-Event-ID", e.id).some(n - 1 - i); !slices.Equal(got, all[i+1:]) {
					t.Errorf("the stream after event %d: %v", i, ids(got))
				}
			}
		}
		for _, beginning := range []string{"", "&after=0"} {
			if got := pages(beginning); len(got) != len(rest) {
				t.Errorf("pages after %q: %v", beginning, got)
			}
		}
		if got := k.follow("?after=0").some(n - gone); !slices.Equal(got, rest) {
			t.Errorf("the stream from the beginning: %v", ids(got))
		}
		told := func(p httpapi.Problem, parameter bool) {
			t.Helper()
			place := all[gone-1].id
			f := p.Faults
			if p.Status != http.StatusGone || p.Hint == nil || !strings.Contains(*p.Hint, place) || !strings.Contains(*p.Hint, "GET /v1/cases") || !strings.Contains(p.Detail, place) ||
				len(f) != 1 || f[0].Code != "forgotten" || f[0].Args["Place"] != place || (f[0].Parameter != nil) != parameter {
				t.Errorf("%+v, to go on from %s", p, place)
			}
			if got := k.follow("", "Last-Event-ID", fmt.Sprint(f[0].Args["Place"])).some(n - gone); !slices.Equal(got, rest) {
				t.Errorf("from where it is told that one can go on: %v", ids(got))
			}
		}
		for _, before := range []string{empty, all[0].id, all[gone-2].id} {
			for _, language := range []string{"sv", "en"} {
				for _, kind := range []string{"application/json", "text/event-stream"} {
					told(k.get("/v1/events?after="+before, "Accept", kind, "Accept-Language", language).fails(t, "events-forgotten"), true)
					told(k.get("/v1/events?after="+all[n-1].id, "Last-Event-ID", before, "Accept", kind, "Accept-Language", language).fails(t, "events-forgotten"), false)
				}
			}
		}
		// A busy database may not have counted in time.
		wait(t, "it is counted", func() bool {
			return strings.Contains(k.get("/metrics").body, fmt.Sprintf("\nstegvis_events_forgotten_total %d\n", gone))
		})
		// All of it: the end is still a place, and nothing else is.
		if forgotten, err := k.office.Log.Forget(t.Context(), -48*time.Hour); forgotten != n-gone || err != nil {
			t.Fatal(forgotten, err)
		}
		if got := pages("&after=" + all[n-1].id); len(got) != 0 {
			t.Errorf("%v", got)
		}
		k.get("/v1/events", "Last-Event-ID", all[n-2].id).fails(t, "events-forgotten")
		at := k.follow("", "Last-Event-ID", all[n-1].id).begun()
		fresh := k.follow("").begun()
		k.happen("b", 1)
		if one, other := at.some(1), fresh.some(1); one[0] != other[0] {
			t.Errorf("%v and %v", one, other)
		}
	})
}

func quoted(list []told) string {
	var out []string
	for _, e := range list {
		_, id, _ := strings.Cut(e.data, `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		out = append(out, "'"+id+"'")
	}
	return strings.Join(out, ", ")
}

// TestAStreamEndsWhereWhatComesNextIsForgotten: whoever reads it is told why when they come again.
func TestAStreamEndsWhereWhatComesNextIsForgotten(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.happen("a", 1)
		r := k.follow("?after=0")
		r.some(1)
		// No reader is so slow here: it is as if much had been kept and forgotten since.
		if _, err := k.office.Store.Writer().Exec(`UPDATE store SET forgotten_tx = $1`, int64(1)<<60); err != nil {
			t.Fatal(err)
		}
		if said := r.ended(); !strings.Contains(said, "forgotten; start anew") {
			t.Errorf("it ends with %q", said)
		}
		k.get("/v1/events", "Last-Event-ID", r.place).fails(t, "events-forgotten")
	})
}
