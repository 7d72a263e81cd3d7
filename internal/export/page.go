package export

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/interpreter"
)

// page is the page about a model while it is being made.
type page struct {
	p        *interpreter.Program
	m        *dsl.Model
	versions []*interpreter.Program
	l        lang.Lang
	number   map[*dsl.Step]int // of a step on this page, from 1, in the order it tells of them
	order    *ways.Order
	judged   []dsl.Judgement
	doc      document

	mark   func(*dsl.Step) Mark // in a drawing
	marked bool
	alone  bool // a drawing is a file of its own
}

func newPage(r Request) *page {
	p := &page{p: r.Model, m: r.Model.Model(), versions: r.Versions, l: r.Lang, number: map[*dsl.Step]int{}}
	for _, part := range p.parts() {
		for _, s := range part.steps {
			p.number[s] = len(p.number) + 1
		}
	}
	p.order = ways.ByAfter(p.m)
	p.judged = p.m.Judge()
	p.mark = func(*dsl.Step) Mark { return Mark{} }
	return p
}

// write makes the page, section by section, and returns it.
func (p *page) write() document {
	p.about()
	p.gaps()
	p.parties()
	p.stages()
	p.chart()
	p.steps()
	p.outcomes()
	p.limits()
	p.facts()
	p.definitions()
	p.law()
	p.notes()
	p.choices()
	p.sources()
	return p.doc
}

func (p *page) add(b ...block) { p.doc = append(p.doc, b...) }

// words returns a sentence of the catalogue; args are given as name and value in turn.
func (p *page) words(id string, args ...any) string {
	var m map[string]any
	if len(args) > 0 {
		m = map[string]any{}
	}
	for i := 0; i+1 < len(args); i += 2 {
		if s, ok := args[i+1].(string); ok {
			m[args[i].(string)] = flat(s)
		} else {
			m[args[i].(string)] = args[i+1]
		}
	}
	return catalogue.Text(p.l, id, m)
}

func (p *page) in(t lang.Text) string { return t.In(p.l) }

// section opens a section of the page; its sentences have ids that start with its name.
func (p *page) section(name string) {
	p.add(heading{2, name, say(p.words(name + ".head"))})
}

// para adds a text of the model, a paragraph for each that it has; nothing for an empty one.
func (p *page) para(t lang.Text) {
	for _, text := range paragraphs(p.in(t)) {
		p.add(paragraph{say(text)})
	}
}

// paragraphs splits a text at its blank lines.
func paragraphs(text string) []string {
	var out []string
	for _, part := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// field is an entry of a list that says what it tells of first.
func (p *page) field(label string, pieces ...any) item {
	return item{text: say(append([]any{bold(p.words(label)), ": "}, pieces...)...)}
}

// list writes "a, b and c".
func (p *page) list(parts []string) string { return interpreter.ListText(parts, "and", p.l) }

// either writes "a, b or c".
func (p *page) either(parts []string) string { return interpreter.ListText(parts, "or", p.l) }

func (p *page) duration(d calendar.Duration) string { return interpreter.DurationText(d, p.l) }

// titles names terms one after another; with so many names of several words, an "and" would not help.
func (p *page) titles(terms []*dsl.Term) string {
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = p.in(t.Title)
	}
	return strings.Join(out, ", ")
}

// linked names steps, each leading to where the page tells of it.
func (p *page) linked(steps []*dsl.Step) inline {
	var parts []inline
	for _, s := range steps {
		parts = append(parts, say(link("step-"+s.ID, strconv.Itoa(p.number[s])+" "+p.in(s.Title))))
	}
	return joined(parts, ", ")
}

// endings names outcomes, likewise.
func (p *page) endings(outcomes []*dsl.Outcome) inline {
	var parts []inline
	for _, o := range outcomes {
		parts = append(parts, say(link("outcome-"+o.ID, p.in(o.Title))))
	}
	return joined(parts, ", ")
}

// marks says where a part comes from, in a letter or two.
func (p *page) marks(origins ...dsl.Origin) string {
	var stated, chosen bool
	for _, o := range origins {
		stated = stated || o.Source != ""
		chosen = chosen || !o.Interpretation.IsZero()
	}
	switch {
	case stated && chosen:
		return p.words("mark.both")
	case stated:
		return p.words("mark.source")
	case chosen:
		return p.words("mark.interpretation")
	}
	return ""
}

// origin tells where a part comes from, in full.
func (p *page) origin(o dsl.Origin) list {
	var out list
	if o.Source != "" {
		out = append(out, p.field("origin.source", p.source(o.Source)))
	}
	if t := p.in(o.Interpretation); t != "" {
		out = append(out, p.field("origin.interpretation", t))
	}
	return out
}

func (p *page) source(s string) string { return interpreter.SourceText(p.m.Sources, s, p.l) }

// capital makes the first letter of a text a capital.
func capital(s string) string {
	c, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(c)) + s[n:]
}
