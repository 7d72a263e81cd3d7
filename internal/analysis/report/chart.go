package report

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"image/color"
	"math"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// pen is how the lines of one series are told from those of others: by colour, and by dashes for those who see no colours and on
// paper without them. Every colour stands out from white by 4.5 to 1 or more.
type pen struct {
	colour color.RGBA
	dashes []vg.Length
}

var pens = []pen{
	{color.RGBA{0x0b, 0x4f, 0x8a, 0xff}, nil},
	{color.RGBA{0xa4, 0x4a, 0x00, 0xff}, []vg.Length{7, 3}},
	{color.RGBA{0x1b, 0x73, 0x40, 0xff}, []vg.Length{2, 2.5}},
	{color.RGBA{0x6a, 0x3d, 0x9a, 0xff}, []vg.Length{10, 3, 2, 3}},
	{color.RGBA{0xa3, 0x12, 0x2a, 0xff}, []vg.Length{5, 2, 5, 2, 1.5, 2}},
	{color.RGBA{0x45, 0x4f, 0x5b, 0xff}, []vg.Length{1.5, 4}},
}

func penOf(i int) pen { return pens[i%len(pens)] }

// band is a curve in steps, or what lies between two: each step holds from its day until the next.
type band struct {
	name     string
	pen      pen
	earliest plotter.XYs
	latest   plotter.XYs // nil: it is one curve
}

// canvas is how large a chart is, in CSS pixels: letters keep their size, so that one for a phone is another drawing.
type canvas struct {
	wide, high int
	marks      float64 // about how many marks there are on the axis of days
}

var (
	deskCanvas  = canvas{760, 380, 9}
	phoneCanvas = canvas{phoneWidth, 300, 5}
)

const (
	letterSize = 13
	lastLetter = 14 // room at the right edge for half of the last mark's label
)

// newPlot is an empty chart in the letters of the page.
func newPlot(x, y string) *plot.Plot {
	letters := func(size font.Length) font.Font {
		return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	}
	p := plot.New()
	ink := color.RGBA{0x1c, 0x25, 0x30, 0xff}
	p.X.Label.Text, p.Y.Label.Text = x, y
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Tick.Label.Font = letters(letterSize), letters(letterSize)
		a.Label.TextStyle.Color, a.Tick.Label.Color = ink, ink
		a.Label.Padding = 6
	}
	p.Legend.TextStyle.Font, p.Legend.TextStyle.Color = letters(letterSize), ink
	p.Legend.Top, p.Legend.ThumbnailWidth, p.Legend.Padding = true, 44, 3
	return p
}

// curves draws shares over days.
func (b *builder) curves(id string, on canvas, title, desc, x, y string, bands []band) template.HTML {
	p := newPlot(x, y)
	p.Y.Min, p.Y.Max, p.X.Min = 0, 1, 0
	var ticks plot.ConstantTicks
	for share := 0.0; share <= 1; share += 0.25 {
		ticks = append(ticks, plot.Tick{Value: share, Label: b.percent(share)})
	}
	p.Y.Tick.Marker = ticks
	lines := plotter.NewGrid()
	lines.Vertical.Color, lines.Horizontal.Color = color.Gray{0xdd}, color.Gray{0xdd}
	p.Add(lines)
	for _, c := range bands {
		if c.latest != nil {
			p.Add(between(c))
		}
		for i, points := range []plotter.XYs{c.earliest, c.latest} {
			if points == nil {
				continue
			}
			line := must(plotter.NewLine(points))
			line.StepStyle = plotter.PostStep
			line.LineStyle = draw.LineStyle{Color: c.pen.colour, Width: 2, Dashes: c.pen.dashes}
			p.Add(line)
			p.X.Max = math.Max(p.X.Max, points[len(points)-1].X)
			if i == 0 {
				p.Legend.Add(c.name+"  ", line)
			}
		}
	}
	p.X.Tick.Marker = wholeDays(p.X.Max, on.marks)
	return drawn(p, on, id, title, desc)
}

// between is what lies between the curves of a band.
func between(c band) plot.Plotter {
	outline := append(plotter.XYs{}, steps(c.earliest)...)
	late := steps(c.latest)
	for i := range late {
		outline = append(outline, late[len(late)-1-i])
	}
	area := must(plotter.NewPolygon(outline))
	light := c.pen.colour
	light.R, light.G, light.B, light.A = light.R/6, light.G/6, light.B/6, 0xff/6 // a sixth of the ink: what lies behind shows through
	area.Color, area.LineStyle.Width = light, 0
	return area
}

// steps gives a curve the corners that its steps have.
func steps(points plotter.XYs) (out plotter.XYs) {
	for i, p := range points {
		if i > 0 {
			out = append(out, plotter.XY{X: p.X, Y: points[i-1].Y})
		}
		out = append(out, p)
	}
	return out
}

// wholeDays are marks at whole days, at most about so many.
func wholeDays(last, most float64) (out plot.ConstantTicks) {
	step := 1.0
	for _, s := range []float64{1, 2, 5, 10, 20, 30, 60, 90, 180, 365, 730, 1825, 3650} {
		if step = s; last/s <= most {
			break
		}
	}
	for day := 0.0; day <= last; day += step {
		out = append(out, plot.Tick{Value: day, Label: fmt.Sprint(int(day))})
	}
	return out
}

// drawn writes the chart as SVG that can stand in a page: without attributes that the page's policy forbids, as wide as its place, and
// with its title and description for those who do not see it.
func drawn(p *plot.Plot, on canvas, id, title, desc string) template.HTML {
	c := vgsvg.NewWith(vgsvg.UseWH(vg.Length(on.wide), vg.Length(on.high)))
	p.Draw(draw.Crop(draw.New(c), 0, -lastLetter, 0, 0))
	var out bytes.Buffer
	must(c.WriteTo(&out))
	text := out.String()
	text = text[strings.Index(text, "<svg"):]
	text = text[strings.Index(text, ">")+1:]
	text = styles.ReplaceAllStringFunc(text, func(style string) string {
		var attributes []string
		for _, part := range strings.Split(styles.FindStringSubmatch(style)[1], ";") {
			if name, value, ok := strings.Cut(part, ":"); ok && (name != "font-family" && !strings.HasSuffix(value, "normal")) {
				attributes = append(attributes, fmt.Sprintf(`%s="%s"`, name, value))
			}
		}
		return strings.Join(attributes, " ")
	})
	return template.HTML(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="%s-title" aria-describedby="%s-desc" width="%d" height="%d" viewBox="0 0 %d %d" font-family="Arial, 'Liberation Sans', Helvetica, sans-serif"><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`,
		id, id, on.wide, on.high, on.wide, on.high, id, html.EscapeString(title), id, html.EscapeString(desc)) + text)
}

var styles = regexp.MustCompile(`style="([^"]*)"`)

// must gives what a drawing function returns; it fails only where the points are no numbers, and ours are.
func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
