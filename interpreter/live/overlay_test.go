package live_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// law is an overlay of the edition n, over every model or over those named. Nothing may be next until the model's fact is
// known, so that every case of it breaks the duty.
func law(n int, models string) string {
	if models != "" {
		models = "models = [" + models + "]\n"
	}
	return fmt.Sprintf(`[overlay]
id    = "lag"
title = "Lag %d"
lang  = "sv"
%suses  = ["ord"]

[[duty]]
id    = "forst"
law   = "1 §"
title = "Läget först %d"

  [[duty.never]]
  steps  = { kinds = ["mote"] }
  unless = "known(lage)"

[[duty]]
id    = "alla"
law   = "2 §"
title = "Alla är med"

  [[duty.takes_part]]
  actors = ["af"]
  steps  = {}
`, n, models, n)
}

// duties returns what a case of which nothing is known breaks, by the titles.
func duties(t *testing.T, set *interpreter.Set, id string) string {
	t.Helper()
	var faults diag.List
	d := set.Decide(interpreter.NewCase("fall"), interpreter.Query{Model: id, Today: today, Lang: lang.SV}, &faults)
	if d == nil {
		t.Fatalf("no answer: %s", text(faults))
	}
	var out []string
	for _, n := range d.Next {
		for _, f := range n.Duties {
			out = append(out, f.Title)
		}
	}
	return strings.Join(out, ", ")
}

func TestBrokenOverlayKeepsTheModelsUnderIt(t *testing.T) {
	f := pair(t)
	f.write("fri.toml", model("fri", 1))
	f.write("lag.toml", law(1, `"liten"`))
	l := f.open()
	want := func(liten, fri string) {
		t.Helper()
		if got := duties(t, l.Current(), "liten"); got != liten {
			t.Errorf("liten breaks %q, want %q", got, liten)
		}
		if got := duties(t, l.Current(), "fri"); got != fri {
			t.Errorf("fri breaks %q, want %q", got, fri)
		}
	}
	want("Läget först 1", "")

	f.write("lag.toml", strings.Replace(law(2, `"liten"`), "lage", "lge", 1))
	f.write("liten.toml", strings.Replace(model("liten", 1), "Första mötet 1", "Nytt möte", 1))
	f.write("fri.toml", strings.Replace(model("fri", 1), "Första mötet 1", "Nytt möte", 1))
	reload(t, l)
	wantAnswer(t, l, "liten", whole(1))
	wantAnswer(t, l, "fri", "Nytt möte, Läget 1")
	want("Läget först 1", "")
	if m := status(l, "liten", "1"); m.OK() || !strings.Contains(text(m.Faults), "lag.toml:15:19") {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
	if m := status(l, "fri", "1"); !m.OK() {
		t.Errorf("%+v", m)
	}

	f.write("lag.toml", law(2, ""))
	reload(t, l)
	wantAnswer(t, l, "liten", "Nytt möte, Läget 1")
	want("Läget först 2", "Läget först 2")
	if !l.Status().OK {
		t.Errorf("%+v", l.Status())
	}
}

// A law that is gone would let through what it forbids.
func TestOverlayThatIsGoneKeepsTheModelsUnderItForAWhile(t *testing.T) {
	f := pair(t)
	f.write("lag.toml", law(1, ""))
	l := f.open()
	f.remove("lag.toml")
	reload(t, l)
	if got := duties(t, l.Current(), "liten"); got != "Läget först 1" {
		t.Errorf("it breaks %q", got)
	}
	if m := status(l, "liten", "1"); codes(m.Faults) != "live-file-gone" {
		t.Errorf("%+v\n%s", m, text(m.Faults))
	}
}

func TestChangeOfAnOverlayIsANewHash(t *testing.T) {
	f := pair(t)
	f.write("lag.toml", law(1, ""))
	l := f.open()
	before := status(l, "liten", "1").Hash
	f.write("lag.toml", law(2, ""))
	reload(t, l)
	if after := status(l, "liten", "1").Hash; after == before {
		t.Error("the law has changed and the hash has not")
	}
}
