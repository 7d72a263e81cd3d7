package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// Whatever is about what is kept is something that somebody may do, and nobody may without saying who they are.
func TestNothingThatIsKeptIsForAnybody(t *testing.T) {
	d := storetest.Fresh(t, "sqlite")
	closed, doorless := keep(t, d), keep(t, storetest.Fresh(t, "sqlite"), func(o *httpapi.Options) { o.Door = nil })
	for _, o := range httpapi.Operations() {
		if !o.Kept {
			continue
		}
		if !slices.Contains(access.Acts, o.Act) {
			t.Errorf("%s is the act %q", o.ID, o.Act)
		}
		path := strings.NewReplacer("{case}", "a", "{subscription}", "a", "{key}", "a").Replace(o.Path)
		for name, k := range map[string]*keeping{"no key": closed.as(""), "no door": doorless, "no key, no door": doorless.as("")} {
			t.Run(o.ID+" "+name, func(t *testing.T) { k.in(t).send(o.Method, path, bodyOf(o)).fails(t, "unauthenticated") })
		}
	}
}

// ajar is a door that can no longer find out who asks.
type ajar struct {
	httpapi.Door
	down atomic.Bool
}

func (a *ajar) Who(r *http.Request) (*access.Principal, error) {
	if a.down.Load() {
		return nil, door.ErrDown
	}
	return a.Door.Who(r)
}

// A token can run out while its provider is gone, and the events come all the same.
func TestAStreamEndsWhereItCannotBeFoundOutWhoReads(t *testing.T) {
	var a ajar
	k := keep(t, storetest.Fresh(t, "sqlite"), quickly(func(l *httpapi.Limits) { l.Alive = 50 * time.Millisecond }), func(o *httpapi.Options) {
		a.Door = o.Door
		o.Door = &a
	})
	r := k.follow("").begun()
	a.down.Store(true)
	if last := r.ended(); last != ": no longer allowed" {
		t.Errorf("it ended with %q", last)
	}
	k.get("/v1/events").fails(t, "identity-unavailable")
}

// What nothing that is kept can be called is told to be wrong, or not to be there: no database is asked that would not take it.
func TestWhatNoDatabaseTakesIsNotPutDownToTheDatabase(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		for _, id := range []string{"%00", "%ff", "a", "%0a"} {
			for _, rest := range []string{"", "/deliveries"} {
				k.get("/v1/subscriptions/"+id+rest).fails(t, "unknown-subscription")
			}
		}
		for _, key := range []string{"title", "party"} {
			b := map[string]string{"title": "t", "party": "p"}
			b[key] = `a\nb`
			p := k.post("/v1/keys", `{"title":"`+b["title"]+`","roles":["service"],"party":"`+b["party"]+`"}`).fails(t, "body-at-fault")
			if codes(p) != "body-text-invisible" {
				t.Errorf("%s: %s", key, codes(p))
			}
		}
		id := k.open(`{"model":"faros","facts":{"samtycke":true}}`)
		k.get("/v1/cases/"+id+"/next?known=0001-01-01T00:00:00Z").fails(t, "not-yet-opened")
	})
}
