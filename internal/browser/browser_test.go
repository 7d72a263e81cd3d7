package browser_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/browser"
)

// watched takes down the complaints of a check instead of failing.
type watched struct {
	testing.TB
	said []string
}

func (w *watched) Helper() {}
func (w *watched) Errorf(format string, args ...any) {
	w.said = append(w.said, fmt.Sprintf(format, args...))
}
func (w *watched) Error(args ...any) { w.said = append(w.said, fmt.Sprint(args...)) }

func TestABrowserShowsAPageAndHearsWhatItComplainsOf(t *testing.T) {
	b := browser.Start(t)
	p := b.Open(browser.DeskWidth, browser.DeskHeight)
	p.Show("html", `<!doctype html><title>Sida</title><p id="p" style="width:100px">åäö</p>`)
	p.CheckQuiet()
	p.CheckAlone()
	p.CheckFits()
	var got struct{ Title, Text string }
	p.Eval(&got, `async (id) => ({ Title: document.title, Text: document.getElementById(id).textContent })`, "p")
	if got.Title != "Sida" || got.Text != "åäö" {
		t.Errorf("the page says %+v", got)
	}
	p.Eval(nil, `() => { console.warn("ajaj", 3); console.log("hej"); setTimeout(() => { throw new Error("oj") }, 0); return new Promise(done => setTimeout(done, 20)) }`)
	faults := p.Faults()
	if len(faults) != 2 || !strings.Contains(faults[0], "ajaj 3") || !strings.Contains(faults[1], "oj") {
		t.Errorf("heard %q", faults)
	}
	picture, err := png.Decode(bytes.NewReader(p.Picture()))
	if err != nil || picture.Bounds().Dx() != browser.DeskWidth {
		t.Errorf("the picture is %v, %v", picture.Bounds(), err)
	}
	p.Resize(browser.PhoneWidth, browser.PhoneHeight)
	var wide int
	if p.Eval(&wide, "() => window.innerWidth"); wide < browser.PhoneWidth {
		t.Errorf("the window is %d wide", wide)
	}
	if pdf := p.Print(true); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("no PDF: %.20q", pdf)
	}
}

func TestChecksFindWhatIsWrongWithAPage(t *testing.T) {
	w := &watched{TB: t}
	p := browser.Start(w).Open(browser.PhoneWidth, browser.PhoneHeight)
	p.Show("html", `<!doctype html><meta name="viewport" content="width=device-width"><title>x</title>
		<img src="https://example.org/x.png" alt=""><div style="overflow:auto"><p id="fine" style="width:900px">x</p></div><p id="wide" style="width:900px">y</p>`)
	checks := []struct {
		name  string
		check func()
		want  string
	}{
		{"quiet", p.CheckQuiet, "ERR_NAME_NOT_RESOLVED"},
		{"alone", p.CheckAlone, "https://example.org/x.png"},
		{"fits", p.CheckFits, "p#wide"},
	}
	for _, c := range checks {
		w.said = nil
		c.check()
		if said := strings.Join(w.said, "\n"); !strings.Contains(said, c.want) || strings.Contains(said, "p#fine") {
			t.Errorf("%s: %q", c.name, said)
		}
	}
}

func TestAPageOfTheMachinesOwnServerCanBeShown(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>x</title><link rel="icon" href="data:,"><p>hej</p>`)
	}))
	defer server.Close()
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	p.Go(server.URL + "/sida")
	p.CheckQuiet()
	if asked := p.Asked(); !slices.Contains(asked, server.URL+"/sida") {
		t.Errorf("asked for %q", asked)
	}
}
