package export_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/browser"
	"github.com/stegvis/stegvis/internal/export"
)

// charted draws a chart with Mermaid and tells what it made of it.
const charted = `async text => {
	try {
		const { svg } = await mermaid.render('chart', text)
		const doc = new DOMParser().parseFromString(svg, 'text/html')
		const nodes = [...doc.querySelectorAll('g.node')]
		const title = doc.querySelector('.flowchartTitleText')?.textContent ?? ''
		return { Title: title, Nodes: nodes.length, Stages: doc.querySelectorAll('g.cluster').length, Text: nodes.map(n => n.textContent).join('|').replace(/[\s\u200b]+/g, '') }
	} catch (e) { return { Fault: String(e.message || e) } }
}`

type chart struct {
	Nodes, Stages      int
	Title, Text, Fault string
}

// odd is a model with titles of what Mermaid reads as tags, attributes, entities, directives, comments and ends of lines.
const odd = `
[model]
id = "m"
title = '<a="x"> <b>b</b> &lt; #35; %%{init: {"theme": "dark"}}%% %% \n R&D'
lang = "sv"
version = "1"
in_force = 2026-01-01
uses = ["v"]

[[step]]
id = "s"
title = '<a="x"> <b>b</b> &lt; #35; %%{init: {"theme": "dark"}}%% %% \n R&D'
actor = "a1"
kind = "k1"
done = ["b1"]

[[fact]]
id = "b1"
title = "<a="
type = "bool"
ask = "a1"

[[outcome]]
id = "o"
title = "<a="
after = ["s"]
`

// Mermaid itself draws the charts: a node for each step and each group of ends that wait for steps, with its title as it is.
func TestMermaidDrawsTheChart(t *testing.T) {
	p := browser.Start(t).Open(browser.DeskWidth, browser.DeskHeight)
	p.Show("html", `<!doctype html><meta charset="utf-8"><title>x</title><body></body>`)
	p.Script(script(t, "mermaid", "dist", "mermaid.min.js"))
	p.Eval(nil, "() => mermaid.initialize({ startOnLoad: false })")
	draw := func(text string) (got chart) {
		p.Eval(&got, charted, text)
		return got
	}
	check := func(t fataler, r export.Request) {
		text := inForm(t, "mermaid", r)
		got := draw(text)
		m := r.Model.Model()
		if got.Fault != "" || got.Nodes < len(m.Steps) || got.Stages != len(m.Stages) {
			t.Errorf("Mermaid draws %d nodes and %d stages of %d steps and %d stages: %s\n%s", got.Nodes, got.Stages, len(m.Steps), len(m.Stages), got.Fault, text)
		}
		shown := strings.NewReplacer("＜", "<", "＞", ">").Replace(got.Title)
		if want := m.Title.In(r.Lang); strings.Join(strings.Fields(shown), "") != strings.Join(strings.Fields(want), "") {
			t.Errorf("Mermaid shows the title %q, and not %q\n%s", got.Title, want, text)
		}
		for _, s := range m.Steps {
			if title := strings.Join(strings.Fields(s.Title.In(r.Lang)), ""); !strings.Contains(got.Text, title) {
				t.Errorf("Mermaid does not show %q in %q\n%s", title, got.Text, text)
			}
		}
	}
	for _, r := range append(requests(shipped(t)), requests(fixtures(t))...) {
		check(t, r)
	}
	for _, r := range loaded(t, diag.NewSource("v.toml", vocabularyFile), diag.NewSource("m.toml", odd)) {
		check(t, r)
	}
	if t.Failed() {
		return
	}
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range anyModel(t)[:1] {
			check(t, r)
		}
	})
	p.CheckQuiet()
}
