// Package browser lets tests look at pages and drawings as people see them: in a real browser, at the width of a desk and
// of a phone, on paper, and with nothing from the network. It drives the Chromium that the machine has (Debian's package
// chromium); it never fetches one. Whatever goes wrong in it fails the test that asked, and a machine without Chromium
// fails with the name of the package to install.
//
// A test starts a Browser, opens a Page of a size, shows it something, and asks the page about itself. What the page
// complained of (Faults) is part of the answer: a test of a page ends with CheckQuiet.
package browser

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"
)

// patience is how long a browser may take for one thing. It ends a test that hangs and measures nothing.
const patience = 3 * time.Minute

// Sizes of windows, in CSS pixels, that pages and drawings are looked at in.
const (
	DeskWidth   = 1280
	DeskHeight  = 900
	PhoneWidth  = 390
	PhoneHeight = 844
)

// names are what the program is called, Debian's name first.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// Browser is a running Chromium. It ends with the test that started it.
type Browser struct {
	t   testing.TB
	rod *rod.Browser
}

// Start starts the machine's Chromium, without a window and cut off from every other machine.
func Start(t testing.TB) *Browser {
	t.Helper()
	path := ""
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatalf("this test looks at pages in a browser, and the machine has no %s: apt-get install chromium", names[0])
	}
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	// Some of its processes outlive the first by a moment, and write. What they leave is no fault of the test.
	t.Cleanup(func() {
		for end := time.Now().Add(patience); os.RemoveAll(profile) != nil && time.Now().Before(end); {
			time.Sleep(100 * time.Millisecond)
		}
	})
	l := launcher.New().Bin(path).Leakless(false).HeadlessNew(true).UserDataDir(profile).
		Set("disable-gpu").Set("disable-dev-shm-usage").Set("hide-scrollbars").Set("force-color-profile", "srgb").
		// The same shapes of letters on every machine, and no way out.
		Set("font-render-hinting", "none").
		Set("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1").
		Delete(flags.Flag("enable-automation"))
	if runtime.GOOS == "linux" && os.Getuid() == 0 {
		l.NoSandbox(true) // Chromium refuses its sandbox to root
	}
	address, err := l.Launch()
	if err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	b := &Browser{t: t, rod: rod.New().ControlURL(address)}
	if err := b.rod.Connect(); err != nil {
		l.Kill()
		t.Fatalf("%s does not answer: %v", path, err)
	}
	t.Cleanup(func() {
		if err := b.rod.Close(); err != nil {
			l.Kill()
		}
		l.Cleanup() // waits for the process
	})
	return b
}

// Open opens an empty page of a size in CSS pixels. It closes with the browser.
func (b *Browser) Open(width, height int) *Page {
	b.t.Helper()
	raw, err := b.rod.Page(proto.TargetCreateTarget{URL: "about:blank"})
	if err != nil {
		b.t.Fatalf("the browser opens no page: %v", err)
	}
	p := &Page{t: b.t, rod: raw, turned: make(chan string, 1)}
	p.listen()
	p.Resize(width, height)
	return p
}
