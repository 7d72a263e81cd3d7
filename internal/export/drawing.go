package export

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Drawing asks for a drawing of a model that stands on a page with others.
type Drawing struct {
	Model *interpreter.Program
	Lang  lang.Lang

	// ID begins every id in the drawing, so that several can stand on one page: a letter, then letters, digits, "-" and "_". A
	// step has the id ID-step-STEP, an outcome none of its own.
	ID string

	// Width is what the drawing fits in, in pixels. 0 gives actors side by side, in 1280 pixels or more: for a page that lets it
	// scroll. Where the actors have no room side by side all steps stand in one column, each with the name of its actor.
	// Letters keep their size; so no drawing gets narrower than NarrowestWidth.
	Width int

	// Mark tells how each step stands to those of other models; nil: nothing is marked. Where it is given the drawing has a
	// legend.
	Mark func(*dsl.Step) Mark
}

// Mark is how a step stands to those of other models.
type Mark struct {
	Kind MarkKind
	Text lang.Text // what there is to say of it, in the box of the step; may be empty
}

// MarkKind is what a step and those of other models have in common.
type MarkKind uint8

// The kinds of marks.
const (
	Unmarked MarkKind = iota
	Common            // the other models have the same
	Differs           // the other models have it otherwise
	Alone             // no other model has it
)

// markKinds are those that a legend tells of, with their names in the catalogue.
var markKinds = []struct {
	kind         MarkKind
	name         string
	fill, stroke string // told apart by lightness too, and by the sign before the words
	sign         string
}{
	{Common, "common", "#e7f0fa", "#1d4f91", "="},
	{Differs, "differs", "#fff1d6", "#8a4300", "≠"},
	{Alone, "alone", "#f6e3f3", "#7b1f75", "+"},
}

// Draw returns the drawing as an SVG element to stand in an HTML page. It has no style sheet, no script and nothing from
// elsewhere.
func Draw(x Drawing) string { return x.page().svg(x.Width, x.ID) }

func (x Drawing) page() *page {
	p := newPage(Request{Model: x.Model, Lang: x.Lang})
	if x.Mark != nil {
		p.mark, p.marked = x.Mark, true
	}
	return p
}

// Cuts lists, from the top down, where the drawing can be cut across for paper without cutting a box or a text: between stages, and
// between boxes. The last is its height. All are in pixels.
func Cuts(x Drawing) (out []float64) {
	p := x.page()
	d := p.lay(fitting(float64(x.Width), len(p.lanes())), p.fill)
	for i, b := range d.bands {
		if i > 0 {
			out = append(out, b.y)
		}
		label := b.y // down to where the text of the stage reaches
		for _, l := range b.lines {
			label = max(label, b.y+l.y)
		}
		for k := 1; k < len(b.rows); k++ {
			if above := b.rows[k-1]; above.y+above.h >= label {
				out = append(out, above.y+above.h+cutBelow)
			}
		}
	}
	return append(out, d.height)
}

const cutBelow = 4.0 // a box

// swatch is an entry of a legend.
type swatch struct {
	text string
	x    float64
	line int
	kind MarkKind
}

const (
	legendLine   = 20.0 // the height of a line of a legend
	swatchWidth  = 22.0
	swatchHeight = 13.0
)

// fillLegend puts the entries of the legend side by side, in as many lines as they need.
func (p *page) fillLegend(d *layout) {
	if !p.marked {
		return
	}
	x, line := edge, 0
	for _, k := range markKinds {
		text := p.words("drawing.mark." + k.name)
		w := swatchWidth + 6 + textWidth(text, noteSize, false)
		if x > edge && x+w > d.width-edge {
			x, line = edge, line+1
		}
		d.legend = append(d.legend, swatch{text, x, line, k.kind})
		x += w + 18
	}
}
