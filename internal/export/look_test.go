package export_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/browser"
	"github.com/stegvis/stegvis/internal/export"
)

// outside tells which texts of the drawings on a page leave the drawing or the box they belong to, with the letters that the
// browser has, and which are hard to read.
const outside = `() => {
	const wrong = []
	const inside = (a, b) => a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5
	const light = c => { const f = [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16) / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2] }
	const grounds = [...document.querySelectorAll('svg rect, svg circle')].map(e => [e, e.getBoundingClientRect()])
	for (const svg of document.querySelectorAll('svg')) for (const t of svg.querySelectorAll('text')) {
		const r = t.getBoundingClientRect()
		if (!inside(r, svg.getBoundingClientRect())) wrong.push('leaves the drawing: ' + t.textContent)
		const g = t.closest('g'), box = g && g.querySelector('rect')
		const sign = t.getAttribute('text-anchor') === 'middle'
		if (box && !sign && !inside(r, box.getBoundingClientRect())) wrong.push('leaves its box: ' + t.textContent)
		if (parseFloat(t.getAttribute('font-size')) < 10) wrong.push('is too small: ' + t.textContent)
		const under = grounds.filter(([e, b]) => e.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING && e.getAttribute('fill') !== 'none' &&
			(r.left + r.right) / 2 >= b.left && (r.left + r.right) / 2 <= b.right && (r.top + r.bottom) / 2 >= b.top && (r.top + r.bottom) / 2 <= b.bottom)
		const ground = under.length ? under[under.length - 1][0].getAttribute('fill') : '#ffffff'
		const [a, b] = [light(t.getAttribute('fill')), light(ground)].sort((x, y) => y - x)
		if ((a + 0.05) / (b + 0.05) < 4.5) wrong.push('is too pale, ' + t.getAttribute('fill') + ' on ' + ground + ': ' + t.textContent)
	}
	return wrong
}`

// Drawings as a browser shows them, at a desk and on a phone: every text in its box, dark enough to read (WCAG AA) and of
// full size; nothing from elsewhere.
func TestDrawingsCanBeReadAtADeskAndOnAPhone(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	for _, r := range requests(shipped(t)) {
		for _, r.Width = range []int{0, 390} {
			name := fmt.Sprintf("%s-%d", strings.TrimSuffix(fileOf(r), ".md"), r.Width)
			p.Resize(max(r.Width, 0)+map[bool]int{true: browser.DeskWidth}[r.Width == 0], browser.DeskHeight)
			p.Show("html", "<!doctype html><meta name=viewport content='width=device-width'><title>x</title><style>body{margin:0}svg{display:block}</style>"+inForm(t, "svg", r))
			var wrong []string
			for p.Eval(&wrong, outside); len(wrong) > 0; wrong = wrong[1:] {
				t.Errorf("%s: a text %s", name, wrong[0])
			}
			p.CheckFits()
			p.Shot("drawing-" + name)
		}
	}
	p.CheckQuiet()
}

// Drawings side by side on a page, with marks: no id stands twice, and each mark says in words and by a sign what its colour
// does.
func TestMarkedDrawingsStandSideBySide(t *testing.T) {
	kinds := []export.MarkKind{export.Common, export.Differs, export.Alone, export.Unmarked}
	mark := func(s *dsl.Step) export.Mark {
		m := export.Mark{Kind: kinds[s.Index%4]}
		if m.Kind == export.Differs {
			m.Text = lang.Text{SV: "Halland: bara när personen <har> en arbetsgivare & samtycker", EN: "Halland: only when the person <has> an employer & consents"}
		}
		return m
	}
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	for _, width := range []int{0, 400} {
		var b strings.Builder
		b.WriteString("<!doctype html><meta name=viewport content='width=device-width'><title>x</title><style>div{display:flex;gap:10px;overflow-x:auto;align-items:flex-start}svg{flex:none}</style><div>")
		n, marked := 0, 0
		for _, program := range shipped(t).Programs() {
			b.WriteString(export.Draw(export.Drawing{Model: program, Lang: lang.SV, ID: fmt.Sprint("d", n), Width: width, Mark: mark}))
			n++
			for _, s := range program.Model().Steps {
				if mark(s).Kind != export.Unmarked {
					marked++
				}
			}
		}
		p.Show("html", b.String()+"</div>")
		var got struct {
			Twice  []string
			Signs  int
			Titles int
			Wrong  []string
		}
		p.Eval(&got.Wrong, outside)
		p.Eval(&got, `() => {
			const ids = [...document.querySelectorAll('[id]')].map(e => e.id)
			const steps = [...document.querySelectorAll('g[id*="-step-"]')]
			return {
				Twice: ids.filter((id, i) => ids.indexOf(id) !== i),
				Signs: steps.filter(g => [...g.querySelectorAll('text')].some(t => ['=', '≠', '+'].includes(t.textContent))).length,
				Titles: steps.filter(g => /modell/.test(g.querySelector('title').textContent)).length,
			}
		}`)
		if len(got.Twice) > 0 || got.Signs != marked || got.Titles < marked {
			t.Errorf("at %d: ids that stand twice: %q; %d signs and %d titles for %d marked steps", width, got.Twice, got.Signs, got.Titles, marked)
		}
		for _, w := range got.Wrong {
			t.Errorf("at %d a text %s", width, w)
		}
		p.CheckFits()
		p.Shot(fmt.Sprint("marked-", width))
	}
	p.CheckQuiet()
	p.CheckAlone()
}

// On paper a drawing is no wider than the paper, lying for actors side by side.
func TestADrawingOnPaperIsWhole(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	for _, r := range requests(shipped(t)) {
		for _, r.Width = range []int{0, 390} {
			paper := map[int]int{0: 1047, 390: 718}[r.Width] // A4 within its margins, in CSS pixels
			p.Resize(paper, browser.DeskHeight)
			p.Show("svg", inForm(t, "svg", r))
			p.Media("print")
			var wide float64
			if p.Eval(&wide, "() => document.documentElement.getBoundingClientRect().width"); wide > float64(paper) {
				t.Errorf("%s of width %d is %.0f wide on %d of paper", fileOf(r), r.Width, wide, paper)
			}
			p.Media("screen")
			p.Resize(browser.DeskWidth, browser.DeskHeight)
			if p.Eval(&wide, "() => document.documentElement.getBoundingClientRect().width"); r.Width == 0 && wide < 1000 {
				t.Errorf("%s is %.0f wide on a screen", fileOf(r), wide)
			}
		}
	}
}
