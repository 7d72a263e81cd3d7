package live_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stegvis/stegvis/interpreter/live"
)

// told writes a change on one line.
func told(c live.Change) string {
	parts := []string{fmt.Sprintf("%d ok=%v", c.Generation, c.OK)}
	for _, m := range c.Models {
		part := m.String() + " " + string(m.Kind)
		if len(m.Faults) > 0 {
			part += " (" + codes(m.Faults) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func TestSubscribersAreToldOfEachChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pair(t)
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		defer l.Close()
		var mu sync.Mutex
		var got []string
		l.Subscribe(func(c live.Change) {
			mu.Lock()
			defer mu.Unlock()
			if c.Set != l.Current() {
				t.Error("a subscriber is told of a set that is not the one that is live")
			}
			got = append(got, told(c))
		})
		for _, step := range []struct {
			do   func()
			want string
		}{
			{func() { f.write("ord.toml", vocabulary(1)) }, ""},
			{func() { f.write("ord.toml", vocabulary(1)+"\n") }, "2 ok=true, liten@1 changed"},
			{func() { f.write("liten.toml", broken("liten", 1)) }, "2 ok=false, liten@1 failed (rule-unknown-name)"},
			{func() { f.write("a.toml", alone("a", "1", 1)) }, "3 ok=false, a@1 added"},
			{func() { f.write("liten.toml", "[model") }, "3 ok=false, liten@1 failed (toml-header-open)"},
			{func() { f.write("liten.toml", model("liten", 1)) }, "3 ok=true, liten@1 healed"},
			{func() { f.write("a.toml", strings.Replace(alone("a", "2", 2), `"bool"`, `"bol"`, 1)) }, "3 ok=false, a@1 failed (unknown-type)"},
			{func() { f.write("a.toml", alone("a", "2", 2)) }, "4 ok=true, a@1 removed, a@2 added"},
			{func() { f.write("b.toml", strings.Replace(alone("b", "1", 1), `"bool"`, `"bol"`, 1)) }, "4 ok=false, b@1 failed (unknown-type)"},
			{func() { f.write("b.toml", alone("b", "1", 1)) }, "5 ok=true, b@1 added"},
			{func() { f.write("c.toml", "") }, "5 ok=false"},
			{func() { f.remove("c.toml") }, "5 ok=true"},
			{func() { f.remove("b.toml") }, "5 ok=false, b@1 failed (live-model-gone)"},
			{func() { time.Sleep(12 * time.Second) }, "6 ok=true, b@1 removed"},
		} {
			step.do()
			time.Sleep(3 * time.Second)
			synctest.Wait()
			mu.Lock()
			said := strings.Join(got, "; ")
			got = nil
			mu.Unlock()
			if said != step.want {
				t.Errorf("told %q, want %q", said, step.want)
			}
		}
	})
}

func TestSlowSubscriberDelaysNobodyAndIsToldOfAllAtOnce(t *testing.T) {
	f := pair(t)
	f.write("a.toml", alone("a", "1", 1))
	l := open(t, f.asked())
	entered, free := make(chan struct{}, 1), make(chan struct{})
	var slow []string
	ended := make(chan struct{})
	l.Subscribe(func(c live.Change) {
		slow = append(slow, told(c))
		if len(slow) == 1 {
			entered <- struct{}{}
			<-free
			return
		}
		close(ended)
	})
	f.write("a.toml", alone("a", "1", 2))
	reload(t, l)
	<-entered
	for n := 3; n < 6; n++ {
		f.write("a.toml", alone("a", "1", n))
		reload(t, l)
		wantAnswer(t, l, "a", single(n))
	}
	f.write("liten.toml", broken("liten", 1))
	reload(t, l)
	f.write("liten.toml", model("liten", 1)+"# slut\n")
	reload(t, l)
	close(free)
	<-ended
	want := "2 ok=true, a@1 changed; 6 ok=true, a@1 changed, liten@1 changed"
	if got := strings.Join(slow, "; "); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestUnsubscribedIsToldNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pair(t)
		l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
		must(t, err)
		var calls atomic.Int32
		var stop atomic.Value
		stop.Store(l.Subscribe(func(live.Change) {
			calls.Add(1)
			stop.Load().(func())()
			stop.Load().(func())()
		}))
		for n := 2; n < 4; n++ {
			f.write("ord.toml", vocabulary(n))
			f.write("liten.toml", model("liten", n))
			time.Sleep(3 * time.Second)
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("called %d times, want once", n)
		}
		l.Close()
		l.Subscribe(func(live.Change) { t.Error("called after Close") })()
	})
}
