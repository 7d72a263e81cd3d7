package report_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/browser"
)

var update = flag.Bool("update", false, "write the outlines of pages anew")

// barriers looks for what keeps people from reading the page, by axe-core; it returns what was found, and how much was looked at.
func barriers(t *testing.T, p *browser.Page) (found []string, checked int) {
	t.Helper()
	path := filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js")
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: npm ci in internal/analysis/report/testdata/axe installs it", err)
	}
	var answer struct {
		Passes     int
		Violations []struct{ ID, Help, Where string }
	}
	p.Eval(&answer, `async () => {
		`+string(axe)+`
		const r = await window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] })
		return { Passes: r.passes.length, Violations: r.violations.map(v => ({ ID: v.id, Help: v.help, Where: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join("\n") })) }
	}`)
	for _, v := range answer.Violations {
		found = append(found, fmt.Sprintf("%s: %s\n%s", v.ID, v.Help, v.Where))
	}
	return found, answer.Passes
}

// People of all sorts can read the page, on a desk and on a phone, with everything folded and with everything open. It says nothing in
// the console, where the browser would complain of what the page's policy forbids, and asks for nothing.
func TestThePageHasNoBarriersAndStandsAlone(t *testing.T) {
	in := small(t)
	b := browser.Start(t)
	for _, x := range []struct {
		l             lang.Lang
		width, height int
		open          []bool
	}{
		{lang.SV, browser.DeskWidth, browser.DeskHeight, []bool{false, true}},
		{lang.SV, browser.PhoneWidth, browser.PhoneHeight, []bool{false, true}},
		{lang.EN, browser.PhoneWidth, browser.PhoneHeight, []bool{true}},
	} {
		p := b.Open(x.width, x.height)
		p.File(saved(t, page(t, in, x.l)))
		for _, open := range x.open {
			p.Eval(nil, `open => { for (const d of document.querySelectorAll("details")) d.open = open }`, open)
			found, checked := barriers(t, p)
			for _, f := range found {
				t.Errorf("%s, %d wide, open %v: %s", x.l, x.width, open, f)
			}
			if checked < 20 {
				t.Errorf("only %d rules had anything to look at", checked)
			}
			p.CheckFits()
		}
		p.CheckQuiet()
		p.CheckAlone()
		p.Shot(fmt.Sprintf("page-%s-%d", x.l, x.width))
	}
}

func TestBarriersAreFound(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	p.Show("html", `<!doctype html><title>x</title><p style="color:#ccc">pale</p><img src="data:,">`)
	found, _ := barriers(t, p)
	all := strings.Join(found, "\n")
	for _, id := range []string{"color-contrast", "html-has-lang", "image-alt"} {
		if !strings.Contains(all, id) {
			t.Errorf("%s is not found in %s", id, all)
		}
	}
}

// A table is sorted by a click on its head, a choice of two models leaves what is about them, and a link opens what it leads into.
func TestThePageHelpsItsReader(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	in := shipped(t, 10)
	p.File(saved(t, page(t, in, lang.SV)))
	var shown struct{ All, Some, Opened, Closed int }
	p.Eval(&shown, `() => {
		const seen = () => [...document.querySelectorAll("#kinds [data-pair]")].filter(d => !d.hidden).length
		const all = seen()
		const select = document.querySelector("#kinds .choice select")
		select.value = "0-1"
		select.dispatchEvent(new Event("change", { bubbles: true }))
		const some = seen()
		document.querySelector("[data-do=open]").click()
		const opened = document.querySelectorAll("main details.fold[open]").length
		document.querySelector("[data-do=close]").click()
		return { All: all, Some: some, Opened: opened, Closed: document.querySelectorAll("main details.fold[open]").length }
	}`)
	pairs := len(in.Compare.Programs) * (len(in.Compare.Programs) - 1) / 2
	if kinds := len(in.Compare.Kinds); shown.All != kinds*pairs || shown.Some != kinds {
		t.Errorf("of %d kinds and %d pairs %d are shown, and %d of one pair", kinds, pairs, shown.All, shown.Some)
	}
	if shown.Opened == 0 || shown.Closed != 0 {
		t.Errorf("%d open when all were to open, %d when all were to close", shown.Opened, shown.Closed)
	}
	var column []string
	p.Eval(&column, `() => {
		const table = document.getElementById("proofs-count")
		table.querySelectorAll("thead button")[0].click()
		table.querySelectorAll("thead button")[0].click()
		return [...table.tBodies[0].rows].map(r => r.cells[0].textContent)
	}`)
	if len(column) != len(in.Compare.Programs) || column[0] != "samordning" {
		t.Errorf("sorted downwards the models are %q", column)
	}
	var waiting []float64
	p.Eval(&waiting, `() => {
		const table = document.getElementById("table-measure-drivers")
		const heads = [...table.tHead.rows[0].cells]
		const at = heads.findIndex(h => h.querySelector("button[aria-label]")) // a head with a definition
		heads[at].querySelector("button").click()
		return [...table.tBodies[0].rows].map(r => Number(r.cells[at].dataset.sort))
	}`)
	if len(waiting) < 5 || !slices.IsSorted(waiting) {
		t.Errorf("sorted upwards the figures are %v", waiting)
	}
	var open bool
	p.Eval(&open, `async () => {
		location.hash = "#kind-mote"
		const kind = document.getElementById("kind-mote")
		for (const end = Date.now() + 30000; !kind.open && Date.now() < end;) await new Promise(done => setTimeout(done, 10))
		return kind.open
	}`)
	if !open {
		t.Error("a link does not open what it leads into")
	}
	p.CheckQuiet()
}

// On paper nothing is cut off at the side: what is wider than the paper on the screen scrolls there, and wraps here.
func TestThePagePrints(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	p.File(saved(t, page(t, shipped(t, 10), lang.SV)))
	p.Eval(nil, `() => { for (const d of document.querySelectorAll("details.fold")) d.open = true }`)
	if folder := os.Getenv("STEGVIS_SCREENSHOTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "page.pdf"), p.Print(false), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.Media("print")
	p.Resize(paperWidth, browser.DeskHeight)
	p.CheckFits()
	var wide []string
	p.Eval(&wide, `room => [...document.querySelectorAll("main table, main .sheets, main .chart svg")].filter(e => e.getBoundingClientRect().right > room + 0.5)
		.map(e => e.id || e.getAttribute("class") || e.tagName)`, paperWidth)
	if len(wide) > 0 {
		t.Errorf("wider than the paper: %q", wide)
	}
}

// On paper stands what is folded on the screen, tables and sentences, but for what is too long of it: the cases that show them are
// printed only where the reader has opened them.
func TestWhatIsFoldedIsPrinted(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	p.File(saved(t, page(t, shipped(t, 10), lang.SV)))
	seen := func(selector string) (seen, all int) {
		t.Helper()
		var counts [2]int
		p.Eval(&counts, `selector => {
			const all = [...document.querySelectorAll(selector)]
			return [all.filter(e => e.checkVisibility({ visibilityProperty: true })).length, all.length]
		}`, selector)
		if counts[1] == 0 {
			t.Errorf("there is no %s", selector)
		}
		return counts[0], counts[1]
	}
	const (
		brief    = "#fold-measure-drivers table, #ways-faros ol, #endings .fold dd, #kinds [data-pair] > p, #kinds [data-pair] > ul > li, #proofs .fold > p, #lived-faros table, #metrics tbody .define dl"
		detailed = ".fold .detail > *"
	)
	for _, x := range []struct {
		media, selector string
		open, shown     bool
	}{
		{"screen", brief, false, false}, {"screen", detailed, false, false},
		{"print", brief, false, true}, {"print", detailed, false, false},
		{"print", brief, true, true}, {"print", detailed, true, true},
	} {
		p.Media(x.media)
		p.Eval(nil, `open => { for (const d of document.querySelectorAll("details")) d.open = open }`, x.open)
		for one := range strings.SplitSeq(x.selector, ", ") {
			n, all := seen(one)
			if want := map[bool]int{true: all}[x.shown]; n != want {
				t.Errorf("for %s, open %v: of %d %s %d are shown, not %d", x.media, x.open, all, one, n, want)
			}
		}
	}
}

// paperWidth is A4 without its margins, in CSS pixels.
const paperWidth = 703

// The outline of a page: its headings, the captions and heads of its tables, what is folded, and its figures.
func TestTheOutlineOfAPage(t *testing.T) {
	in := small(t)
	b := browser.Start(t)
	for _, l := range lang.All {
		p := b.Open(browser.DeskWidth, browser.DeskHeight)
		p.File(saved(t, page(t, in, l)))
		var lines []string
		p.Eval(&lines, `() => {
			const text = e => e.textContent.replace(/\s+/g, " ").trim()
			const short = s => s.length > 100 ? s.slice(0, 99) + "…" : s
			const depth = e => { let n = 0; for (let x = e.parentElement; x; x = x.parentElement) if (x.matches("section, details, figure")) n++; return n }
			const lines = []
			for (const e of document.querySelectorAll("h1, nav a, h2, h3, summary, caption, thead, tbody th, figcaption, p.note, a[download]")) {
				if (e.closest("th") && e.matches("summary")) continue
				const name = e.tagName.toLowerCase()
				const what = name === "thead" ? [...e.querySelectorAll("th")].map(th => text(th.querySelector("summary, span, button") || th)).join(" | ")
					: name === "caption" ? text(e.firstChild) : name === "th" ? text(e.querySelector("summary") || e) : text(e)
				lines.push("  ".repeat(depth(e)) + name + "  " + short(what))
			}
			return lines
		}`)
		got := strings.Join(lines, "\n") + "\n"
		path := filepath.Join("testdata", "outline."+string(l)+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want := file(t, filepath.Base(path)); got != want {
			t.Errorf("%s: the outline is another (-update writes it):\n%s", l, got)
		}
	}
}
