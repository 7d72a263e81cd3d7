package export

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// writeSVG draws the model: who does what, in which order. The drawing stands alone: it has no scripts and asks for
// nothing from elsewhere. What it shows also stands in words in its description, for those who do not see it.
func writeSVG(w io.Writer, r Request) error {
	p := newPage(r)
	d := p.lay()
	s := &svg{page: p}
	s.open(d)
	for i, l := range d.lanes {
		s.lane(d, l, laneColours[i%len(laneColours)])
	}
	for _, b := range d.bands {
		s.band(d, b)
	}
	s.line(`<path d="M%s %sV%sH%sV%sZ" fill="none" stroke="#8a94a3"/>`, num(edge), num(d.top), num(d.height-edge), num(d.width-edge), num(d.top))
	for _, a := range d.arrows {
		s.arrow(a)
	}
	for _, x := range d.boxes {
		if x.step != nil {
			s.step(x)
		} else {
			s.ending(x)
		}
	}
	s.line("</svg>")
	_, err := io.WriteString(w, s.b.String())
	return err
}

type svg struct {
	*page
	b strings.Builder
}

func (s *svg) line(format string, args ...any) { fmt.Fprintf(&s.b, format+"\n", args...) }

// num writes a length.
func num(v float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 1, 64), "0"), ".")
}

// forXML writes a text so that it is nothing but text.
func forXML(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(flat(text))); err != nil {
		panic(err) // a Builder takes everything
	}
	return b.String()
}

func (s *svg) open(d *layout) {
	s.line(`<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="%s" xml:lang="%s" width="%s" height="%s" viewBox="0 0 %s %s" font-family="Arial, 'Liberation Sans', Helvetica, sans-serif">`,
		s.l, s.l, num(d.width), num(d.height), num(d.width), num(d.height))
	title := s.in(s.m.Title)
	s.line("<title>%s</title>", forXML(title))
	s.line("<desc>%s</desc>", forXML(s.told()))
	s.line(`<rect width="%s" height="%s" fill="#ffffff"/>`, num(d.width), num(d.height))
	s.lines(d.title, edge, 0)
}

// told is the drawing in words.
func (s *svg) told() string {
	var out []string
	for _, part := range s.parts() {
		if part.stage != nil {
			out = append(out, s.words("stages.title", "Title", s.in(part.stage.Title))+".")
		}
		for _, x := range part.steps {
			after := make([]string, len(x.After))
			for i, a := range x.After {
				after[i] = strconv.Itoa(s.number[a])
			}
			out = append(out, s.words("drawing.step", "Number", s.number[x], "Title", s.in(x.Title), "Actor", s.in(x.Actor.Title),
				"After", s.list(after), "Sometimes", x.When != nil, "Again", x.Every != nil))
		}
	}
	titles := make([]string, len(s.m.Outcomes))
	for i, o := range s.m.Outcomes {
		titles[i] = s.in(o.Title)
	}
	return strings.Join(append(out, s.words("drawing.outcomes", "Titles", strings.Join(titles, "; "))), " ")
}

// colours of a lane, one after another.
var laneColours = []string{"#eef4fb", "#f1f8ef", "#fdf5e6", "#f7effa", "#fbeeee", "#ecf7f6"}

func (s *svg) lane(d *layout, l *lane, fill string) {
	if l.actor == nil {
		fill = "#f4f4f5"
	}
	s.line(`<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`, num(l.x), num(d.top), num(l.w), num(d.height-edge-d.top), fill)
	s.line(`<path d="M%s %sV%s" stroke="#c3cad4"/>`, num(l.x), num(d.top), num(d.height-edge))
	s.lines(l.lines, l.x+padding, d.top)
}

func (s *svg) band(d *layout, b *band) {
	s.line(`<path d="M%s %sH%s" stroke="#8a94a3"/>`, num(edge), num(b.y), num(d.width-edge))
	if b.stage == nil || b.stage.When == nil {
		s.lines(b.lines, edge+padding, b.y)
		return
	}
	s.line("<g><title>%s</title>", forXML(s.in(b.stage.Title)+". "+capital(s.words("drawing.when", "Rule", s.ruleText(b.stage.When)))))
	s.lines(b.lines, edge+padding, b.y)
	s.line("</g>")
}

// lines writes lines of text, those of one role in one colour.
func (s *svg) lines(lines []textLine, x, y float64) {
	for _, l := range lines {
		colour, weight := "#1c2530", ""
		switch l.role {
		case name:
			weight = ` font-weight="bold"`
		case byWhom:
			colour = "#4a5664"
		case condition:
			colour = "#5b3a86"
			weight = ` font-style="italic"`
		case due:
			colour = "#8a3b00"
		case again:
			colour = "#00594f"
		}
		s.line(`<text x="%s" y="%s" font-size="%s" fill="%s"%s>%s</text>`, num(x), num(y+l.y), num(l.role.size()), colour, weight, forXML(l.text))
	}
}

func (s *svg) step(x *box) {
	s.line(`<g><title>%s</title>`, forXML(s.whole(x.step)))
	dash := ""
	if x.step.When != nil {
		dash = ` stroke-dasharray="5 3"`
	}
	s.line(`<rect x="%s" y="%s" width="%s" height="%s" rx="3" fill="#ffffff" stroke="#33475b"%s/>`, num(x.x), num(x.y), num(x.w), num(x.h), dash)
	if x.step.Every != nil { // double sides: it comes back
		s.line(`<path d="M%s %sv%sM%s %sv%s" stroke="#33475b"/>`, num(x.x+4), num(x.y), num(x.h), num(x.x+x.w-4), num(x.y), num(x.h))
	}
	s.lines(x.lines, x.x+padding, x.y)
	s.line("</g>")
}

// whole is all that is said of a step, what its box has no room for too.
func (s *svg) whole(x *dsl.Step) string {
	text := s.in(x.Title) + " (" + s.in(x.Actor.Title) + ")"
	if x.When != nil {
		text += ". " + capital(s.words("drawing.when", "Rule", s.ruleText(x.When)))
	}
	return text
}

func (s *svg) wholeEnding(e *ending) string {
	out := make([]string, len(e.outcomes))
	for i, o := range e.outcomes {
		out[i] = s.in(o.Title)
		if o.When != nil {
			out[i] += ", " + s.words("drawing.when", "Rule", s.ruleText(o.When))
		}
	}
	return strings.Join(out, ". ")
}

func (s *svg) ending(x *box) {
	s.line(`<g><title>%s</title>`, forXML(s.wholeEnding(x.ending)))
	s.line(`<rect x="%s" y="%s" width="%s" height="%s" rx="12" fill="#ffffff" stroke="#7a2430"/>`, num(x.x), num(x.y), num(x.w), num(x.h))
	for _, l := range x.lines {
		if l.role == outcome {
			s.line(`<circle cx="%s" cy="%s" r="4.5" fill="none" stroke="#7a2430" stroke-width="3"/>`, num(x.x+padding+5), num(x.y+l.y-4))
		}
	}
	s.lines(x.lines, x.x+padding+16, x.y)
	s.line("</g>")
}

func (s *svg) arrow(a *arrow) {
	var b strings.Builder
	for i, p := range a.points {
		if i == 0 {
			b.WriteByte('M')
		} else {
			b.WriteByte('L')
		}
		y := p.y
		if i == len(a.points)-1 {
			y -= 4 // the head covers the rest
		}
		b.WriteString(num(p.x) + " " + num(y))
	}
	s.line(`<path d="%s" fill="none" stroke="#33475b" stroke-width="1.2"/>`, b.String())
	end := a.points[len(a.points)-1]
	s.line(`<path d="M%s %sl-3.5 -7h7z" fill="#33475b"/>`, num(end.x), num(end.y))
}
