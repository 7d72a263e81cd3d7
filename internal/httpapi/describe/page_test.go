package describe_test

import (
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/browser"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// The page is whole on a desk and on a phone, loads nothing, and can be used by those who read it with the ears: every link
// leads somewhere, headings go down one step at a time, and nothing has the id of something else.
func TestThePageCanBeReadByAll(t *testing.T) {
	b := browser.Start(t)
	for _, l := range lang.All {
		for _, size := range [][2]int{{browser.DeskWidth, browser.DeskHeight}, {browser.PhoneWidth, browser.PhoneHeight}} {
			p := b.Open(size[0], size[1])
			p.Show("html", string(httpapi.Description(l, true)))
			p.CheckQuiet()
			p.CheckAlone()
			p.CheckFits()
			var wrong []string
			p.Eval(&wrong, `() => {
				const wrong = []
				for (const a of document.querySelectorAll('a[href^="#"]')) if (!document.getElementById(a.hash.slice(1))) wrong.push('no ' + a.hash)
				const seen = new Set()
				for (const e of document.querySelectorAll('[id]')) { if (seen.has(e.id)) wrong.push('twice ' + e.id); seen.add(e.id) }
				let last = 0
				for (const h of document.querySelectorAll('h1,h2,h3,h4')) { const n = +h.tagName[1]; if (n > last + 1) wrong.push('from h' + last + ' to ' + h.textContent); last = n }
				for (const e of document.querySelectorAll('pre')) if (e.scrollWidth > e.clientWidth && e.tabIndex !== 0) wrong.push('no way to scroll by keys: ' + e.textContent.slice(0, 20))
				for (const th of document.querySelectorAll('th')) if (!th.scope) wrong.push('th without scope')
				if (document.documentElement.lang === '' || document.title === '') wrong.push('no language or title')
				return wrong
			}`)
			for _, w := range wrong {
				t.Errorf("%s, %d wide: %s", l, size[0], w)
			}
		}
	}
}
