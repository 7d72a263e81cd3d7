package browser

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
)

// shotsVariable names the folder that Shot writes to. Without it nothing is kept.
const shotsVariable = "STEGVIS_SCREENSHOTS"

// Page is a tab of the browser. Its methods fail the test where the browser does.
type Page struct {
	t     testing.TB
	rod   *rod.Page
	width int // of the window

	mu     sync.Mutex
	faults []string
	asked  []string
	marks  int
	turned chan string // the marks of Faults, as they come back
}

const mark = "stegvis-mark-"

// listen gathers what the page complains of and what it asks for, from its first moment.
func (p *Page) listen() {
	for _, enable := range []func() error{
		func() error { return proto.RuntimeEnable{}.Call(p.rod) },
		func() error { return proto.LogEnable{}.Call(p.rod) },
		func() error { return proto.NetworkEnable{}.Call(p.rod) },
	} {
		if err := enable(); err != nil {
			p.t.Fatalf("the browser does not tell of the page: %v", err)
		}
	}
	wait := p.rod.EachEvent(
		func(e *proto.RuntimeConsoleAPICalled) {
			text := said(e.Args)
			switch {
			case e.Type == proto.RuntimeConsoleAPICalledTypeDebug && strings.HasPrefix(text, mark):
				p.turned <- text
			case e.Type == proto.RuntimeConsoleAPICalledTypeError, e.Type == proto.RuntimeConsoleAPICalledTypeWarning, e.Type == proto.RuntimeConsoleAPICalledTypeAssert:
				p.fault("console." + string(e.Type) + ": " + text)
			}
		},
		func(e *proto.RuntimeExceptionThrown) {
			text := e.ExceptionDetails.Text
			if x := e.ExceptionDetails.Exception; x != nil {
				text += " " + x.Description
			}
			p.fault("exception: " + text)
		},
		func(e *proto.LogEntryAdded) { // what the browser itself says: a refused style, a file that is not there
			if e.Entry.Level == proto.LogLogEntryLevelError || e.Entry.Level == proto.LogLogEntryLevelWarning {
				p.fault(strings.TrimSpace("browser: " + e.Entry.Text + " " + e.Entry.URL))
			}
		},
		func(e *proto.NetworkRequestWillBeSent) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.asked = append(p.asked, e.Request.URL)
		},
	)
	go wait() // until the page closes
}

func said(args []*proto.RuntimeRemoteObject) string {
	parts := make([]string, len(args))
	for i, a := range args {
		if parts[i] = a.Description; parts[i] == "" {
			parts[i] = a.Value.String()
		}
	}
	return strings.Join(parts, " ")
}

func (p *Page) fault(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, text)
}

// Go shows an address: https, http or file.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.settle()
	p.mu.Lock()
	p.asked = nil
	p.mu.Unlock()
	page := p.rod.Timeout(patience)
	if err := page.Navigate(address); err != nil {
		p.t.Fatalf("%s cannot be shown: %v", address, err)
	}
	if err := page.WaitLoad(); err != nil {
		p.t.Fatalf("%s is not shown to its end: %v", address, err)
	}
}

// File shows a file of the machine, as somebody sees it who opens it from a folder.
func (p *Page) File(path string) {
	p.t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Go("file://" + filepath.ToSlash(whole))
}

// Show shows a text as a file whose name ends so: "html", "svg".
func (p *Page) Show(ending, text string) {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "page."+ending)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.File(path)
}

// Resize gives the window a size in CSS pixels. Below 600 it is a phone: touch, and no wider page than the window says.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.width = width
	err := p.rod.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
	if err != nil {
		p.t.Fatalf("the window does not take the size %d x %d: %v", width, height, err)
	}
}

// Media shows the page as it is on a medium: "print", or "screen" as at first.
func (p *Page) Media(name string) {
	p.t.Helper()
	if err := (proto.EmulationSetEmulatedMedia{Media: name}).Call(p.rod); err != nil {
		p.t.Fatalf("the page is not shown as for %s: %v", name, err)
	}
}

// Eval calls a JavaScript function, "(a, b) => …", with the arguments, waits for what it promises, and reads the answer
// into out as JSON; nil throws the answer away.
func (p *Page) Eval(out any, function string, args ...any) {
	p.t.Helper()
	answer, err := p.rod.Timeout(patience).Evaluate(rod.Eval(function, args...).ByPromise())
	if err != nil {
		p.t.Fatalf("the page does not answer: %v", err)
	}
	if out == nil {
		return
	}
	text, err := answer.Value.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	if err != nil {
		p.t.Fatalf("the page answers something else than expected: %v: %.300s", err, text)
	}
}

// Script runs a script file in the page.
func (p *Page) Script(path string) {
	p.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.rod.Timeout(patience).AddScriptTag("", string(text)); err != nil {
		p.t.Fatalf("the page does not take the script %s: %v", path, err)
	}
}

// Style gives the page a style sheet of a file.
func (p *Page) Style(path string) {
	p.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.rod.Timeout(patience).AddStyleTag("", string(text)); err != nil {
		p.t.Fatalf("the page does not take the style sheet %s: %v", path, err)
	}
}

// Picture is the whole page, also what is below the window, as a PNG.
func (p *Page) Picture() []byte {
	p.t.Helper()
	png, err := p.rod.Timeout(patience).Screenshot(true, nil)
	if err != nil {
		p.t.Fatalf("the browser makes no picture: %v", err)
	}
	return png
}

// Shot keeps a picture of the whole page as NAME.png in the folder that STEGVIS_SCREENSHOTS names, for somebody to look
// at. Where it names none nothing happens.
func (p *Page) Shot(name string) {
	p.t.Helper()
	folder := os.Getenv(shotsVariable)
	if folder == "" {
		return
	}
	p.keep(filepath.Join(folder, name+".png"), p.Picture())
}

func (p *Page) keep(path string, content []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Print is the page on A4 paper as a PDF, lying or standing.
func (p *Page) Print(lying bool) []byte {
	p.t.Helper()
	width, height := 8.27, 11.69 // inches
	r, err := p.rod.Timeout(patience).PDF(&proto.PagePrintToPDF{Landscape: lying, PaperWidth: &width, PaperHeight: &height, PrintBackground: true, PreferCSSPageSize: true})
	if err != nil {
		p.t.Fatalf("the browser does not print: %v", err)
	}
	pdf, err := io.ReadAll(r)
	if err != nil {
		p.t.Fatalf("the browser does not print to the end: %v", err)
	}
	return pdf
}

// Faults is what the page has complained of so far: errors and warnings in the console, exceptions that nobody caught,
// and what the browser says of it, such as files that it does not get.
func (p *Page) Faults() []string {
	p.t.Helper()
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.faults)
}

// Asked is every address that was asked for since Go, what it shows first.
func (p *Page) Asked() []string {
	p.t.Helper()
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// settle waits until all that the page has said before now is heard: what it says comes in order, and the mark last.
func (p *Page) settle() {
	p.t.Helper()
	p.marks++
	text := fmt.Sprint(mark, p.marks)
	p.Eval(nil, "text => { console.debug(text) }", text)
	select {
	case <-p.turned:
	case <-time.After(patience):
		p.t.Fatal("the browser does not pass on what the page says")
	}
}

// CheckQuiet fails the test where the page has complained of something.
func (p *Page) CheckQuiet() {
	p.t.Helper()
	for _, f := range p.Faults() {
		p.t.Errorf("the page complains: %s", f)
	}
}

// CheckAlone fails the test where the page has asked for anything but what was shown: files beside it, other machines.
func (p *Page) CheckAlone() {
	p.t.Helper()
	shown := ""
	for _, address := range p.Asked() {
		if strings.HasPrefix(address, "data:") || strings.HasPrefix(address, "blob:") || address == "about:blank" {
			continue
		}
		if shown == "" {
			shown = address
		}
		if address != shown {
			p.t.Errorf("the page does not stand alone: it asks for %s", address)
		}
	}
}

// CheckFits fails the test where the page is wider than its window, so that a reader must push it sideways. Parts that
// scroll by themselves are fine.
func (p *Page) CheckFits() {
	p.t.Helper()
	var wide []string
	p.Eval(&wide, `room => {
		if (document.documentElement.scrollWidth <= room) return []
		const over = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 0.5)
		const scrolls = e => { for (let x = e.parentElement; x && x !== document.body; x = x.parentElement) if (getComputedStyle(x).overflowX !== 'visible') return true; return false }
		const names = over.filter(e => !scrolls(e)).map(e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.classList.length ? '.' + [...e.classList].join('.') : ''))
		return ['the page is ' + document.documentElement.scrollWidth + ' wide in a window of ' + room + ': ' + names.slice(0, 8).join(', ')]
	}`, p.width)
	for _, w := range wide {
		p.t.Error(w)
	}
}
