package report

import (
	"embed"
	"io"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// Input is what the page is made of. The lists have an entry for each model, in the order of Compare; one that is nil was not asked for.
type Input struct {
	Lang     lang.Lang
	Compare  *compare.Report
	Verify   []*verify.Report
	Measure  []*measure.Report
	Simulate []*simulate.Report // nil, or with nil for a model of which no durations are given
	Maker    string             // the program that made the page, with its version
}

// Tables lists every table behind the page, each with an id of its own.
func (in Input) Tables() []*table.Table {
	out := in.Compare.Tables()
	if in.Measure != nil {
		out = append(out, measure.Tables(in.Measure)...)
	}
	if in.Verify != nil {
		out = append(out, in.findingTable())
	}
	for i, r := range in.Simulate {
		if r == nil {
			continue
		}
		for _, t := range r.Tables() {
			own := *t
			own.ID = in.simulationID(i, strings.TrimPrefix(t.ID, simulationPrefix))
			out = append(out, &own)
		}
	}
	return out
}

const simulationPrefix = "simulation-"

// simulationID is the id of a table of what was lived through in one of the models.
func (in Input) simulationID(model int, what string) string {
	names := in.Compare.Names()
	name := slug(names[model])
	if slices.ContainsFunc(names[:model], func(x string) bool { return slug(x) == name }) { // as where a model is held against itself
		name += "-" + numeral(model+1)
	}
	return simulationPrefix + name + "-" + what
}

// slug makes part of an id of a name.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
}

// Write writes the page. It fails only where w does.
func Write(w io.Writer, in Input) error { return newBuilder(in).document().write(w) }

// builder is one page in the making.
type builder struct {
	Input
	l      lang.Lang
	names  []string // of the models
	cohort string   // how many made-up cases were put through the models; "": none
	tables map[string]*table.Table
	single []map[string]*table.Table // those of measure, by model
	filed  map[string]bool           // tables whose files the page has so far
	held   int                       // how long these are together, in bytes as the page holds them
	ids    map[string]int
}

func newBuilder(in Input) *builder {
	b := &builder{Input: in, l: in.Lang, names: in.Compare.Names(), tables: map[string]*table.Table{}, filed: map[string]bool{}, ids: map[string]int{}}
	if c := in.Compare.Cohort; c != nil {
		b.cohort = table.Int(c.Cases+c.Refused).Text(table.Column{Type: table.Count}, b.l)
	}
	for _, t := range in.Tables() {
		b.tables[t.ID] = t
	}
	for i, r := range in.Measure {
		b.single = append(b.single, map[string]*table.Table{})
		for _, t := range r.Tables() {
			b.single[i][t.ID] = t
		}
	}
	return b
}

// parts are the sections of the page, in order, each with its id. One without blocks is left out.
var parts = []struct {
	id    string
	write func(*builder) []block
}{
	{"models", (*builder).models},
	{"findings", (*builder).findings},
	{"metrics", (*builder).metrics},
	{"kinds", (*builder).kinds},
	{"divergence", (*builder).divergence},
	{"drawings", (*builder).drawings},
	{"handovers", (*builder).handovers},
	{"times", (*builder).times},
	{"lived", (*builder).lived},
	{"endings", (*builder).endings},
	{"outside", (*builder).outside},
	{"changes", (*builder).changes},
	{"proofs", (*builder).proofs},
	{"sources", (*builder).sources},
	{"methods", (*builder).methods},
	{"files", (*builder).files}, // after all that holds a file
	{"cite", (*builder).cite},
}

func (b *builder) document() *document {
	d := &document{Lang: b.l, Title: b.say("title", "Models", b.list(b.names)), Maker: b.Maker}
	d.Lead = b.say("lead", "At", b.Compare.Day.String(), "Count", len(b.names))
	d.Foot = b.say("foot", "Maker", b.Maker)
	d.Words.Skip, d.Words.Contents = b.say("skip"), b.say("contents")
	d.Words.OpenAll, d.Words.CloseAll, d.Words.Print = b.say("open-all"), b.say("close-all"), b.say("print")
	d.Words.Paper = b.say("paper")
	for _, p := range parts {
		if blocks := p.write(b); blocks != nil {
			d.Sections = append(d.Sections, section{p.id, b.say("section." + p.id), blocks})
		}
	}
	return d
}

// say returns a sentence of the catalogue; args are given as name and value in turn.
func (b *builder) say(id string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return catalogue.Text(b.l, id, m)
}

func (b *builder) in(t lang.Text) string { return t.In(b.l) }

// list writes "a, b and c".
func (b *builder) list(parts []string) string { return interpreter.ListText(parts, "and", b.l) }

// para is a paragraph of a sentence of the catalogue.
func (b *builder) para(id string, args ...any) prose { return prose{Text: b.say(id, args...)} }

// note is one that is set apart.
func (b *builder) note(id string, args ...any) prose {
	return prose{Text: b.say(id, args...), Mark: "note"}
}

// id makes an id of the page that no other block has.
func (b *builder) id(parts ...string) string {
	id := slug(strings.Join(parts, "-"))
	if b.ids[id]++; b.ids[id] > 1 {
		return b.id(id, numeral(b.ids[id]))
	}
	return id
}

// pair names two models, the one that is held against the other first.
func (b *builder) pair(first, second int) string {
	return b.say("pair.of", "First", b.names[first], "Second", b.names[second])
}
