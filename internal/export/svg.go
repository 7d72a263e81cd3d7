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
	p.alone = true
	_, err := io.WriteString(w, p.svg(r.Width, "drawing"))
	return err
}

// svg writes the drawing; id begins the ids in it.
func (p *page) svg(width int, id string) string {
	d := p.lay(fitting(float64(width), len(p.lanes())), p.fill)
	s := &svg{page: p, id: id}
	s.open(d)
	colour := map[*dsl.Term]int{}
	for i, l := range p.lanes() {
		colour[l.actor] = i % len(laneColours)
	}
	for _, l := range d.lanes {
		if !d.folded {
			s.lane(d, l, laneColours[colour[l.actor]])
		}
	}
	if !d.folded {
		s.bands(d)
	}
	s.line(`<path d="M%s %sV%sH%sV%sZ" fill="none" stroke="#8a94a3"/>`, num(edge), num(d.top), num(d.height-edge), num(d.width-edge), num(d.top))
	for _, a := range d.arrows {
		s.arrow(a)
	}
	if d.folded { // over the arrows that pass below the names of the stages
		s.bands(d)
	}
	for _, x := range d.boxes {
		if x.step == nil {
			s.ending(x)
			continue
		}
		side := ""
		if d.folded {
			side = sideColours[colour[x.step.Actor]]
		}
		s.step(x, side)
	}
	s.line("</svg>")
	return s.b.String()
}

type svg struct {
	*page
	id string
	b  strings.Builder
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
	s.line(`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="%s-title" aria-describedby="%s-desc" lang="%s" xml:lang="%s" width="%s" height="%s" viewBox="0 0 %s %s" font-family="Arial, 'Liberation Sans', Helvetica, sans-serif">`,
		s.id, s.id, s.l, s.l, num(d.width), num(d.height), num(d.width), num(d.height))
	title := s.in(s.m.Title)
	s.line(`<title id="%s-title">%s</title>`, s.id, forXML(title))
	s.line(`<desc id="%s-desc">%s</desc>`, s.id, forXML(s.told()))
	if s.alone { // on paper it is as wide as the paper, and continues on the next
		turned := "landscape"
		if d.folded {
			turned = "portrait"
		}
		s.line(`<style>@page{size:A4 %s;margin:10mm}@media print{:root{max-width:100%%;height:auto}}</style>`, turned)
	}
	s.line(`<rect width="%s" height="%s" fill="#ffffff"/>`, num(d.width), num(d.height))
	s.lines(d.title, edge, 0)
	for _, x := range d.legend {
		k := markKinds[x.kind-1]
		y := d.legendY + float64(x.line)*legendLine
		s.line(`<rect x="%s" y="%s" width="%s" height="%s" rx="3" fill="%s" stroke="%s" stroke-width="2"/>`, num(x.x+1), num(y+2), num(swatchWidth), num(swatchHeight), k.fill, k.stroke)
		s.line(`<text x="%s" y="%s" font-size="%s" font-weight="bold" text-anchor="middle" fill="%s">%s</text>`, num(x.x+1+swatchWidth/2), num(y+12.5), num(textSize), k.stroke, k.sign)
		s.line(`<text x="%s" y="%s" font-size="%s" fill="#1c2530">%s</text>`, num(x.x+swatchWidth+7), num(y+12.5), num(noteSize), forXML(x.text))
	}
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
				"After", s.list(after), "Sometimes", x.When != nil, "Again", x.Every != nil, "Mark", s.markWords(x)))
		}
	}
	titles := make([]string, len(s.m.Outcomes))
	for i, o := range s.m.Outcomes {
		titles[i] = s.in(o.Title)
	}
	return strings.Join(append(out, s.words("drawing.outcomes", "Titles", strings.Join(titles, "; "))), " ")
}

// markWords says how a step stands to those of other models; nothing where it is not marked.
func (s *svg) markWords(x *dsl.Step) string {
	m := s.mark(x)
	if m.Kind == Unmarked {
		return ""
	}
	text := s.words("drawing.mark." + markKinds[m.Kind-1].name)
	if more := s.in(m.Text); more != "" {
		text += " – " + more
	}
	return text
}

// The colours of a lane, one after another: of its ground, and of the side of its boxes where the lanes are folded.
var (
	laneColours = []string{"#eef4fb", "#f1f8ef", "#fdf5e6", "#f7effa", "#fbeeee", "#ecf7f6"}
	sideColours = []string{"#2f6db5", "#3f8a35", "#b07a10", "#8b4bb0", "#b8433f", "#1f8f86"}
)

func (s *svg) lane(d *layout, l *lane, fill string) {
	if l.actor == nil {
		fill = "#f4f4f5"
	}
	s.line(`<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`, num(l.x), num(d.top), num(l.w), num(d.height-edge-d.top), fill)
	s.line(`<path d="M%s %sV%s" stroke="#c3cad4"/>`, num(l.x), num(d.top), num(d.height-edge))
	s.lines(l.lines, l.x+padding, d.top)
}

func (s *svg) bands(d *layout) {
	for _, b := range d.bands {
		s.band(d, b)
	}
}

func (s *svg) band(d *layout, b *band) {
	if d.folded && b.lines != nil {
		high := b.lines[len(b.lines)-1].y + padding
		s.line(`<rect x="%s" y="%s" width="%s" height="%s" fill="#ffffff"/>`, num(edge+1), num(b.y+1), num(d.width-2*edge-2), num(high))
	}
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
		case likeness:
			weight = ` font-weight="bold"`
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

// step draws a step, with a coloured side where side says so.
func (s *svg) step(x *box, side string) {
	s.line(`<g id="%s-step-%s"><title>%s</title>`, s.id, forXML(x.step.ID), forXML(s.whole(x.step)))
	dash, fill, stroke := "", "#ffffff", "#33475b"
	if x.step.When != nil {
		dash = ` stroke-dasharray="5 3"`
	}
	mark := s.mark(x.step).Kind
	if mark != Unmarked {
		fill, stroke = markKinds[mark-1].fill, markKinds[mark-1].stroke
		dash += ` stroke-width="2"`
	}
	s.line(`<rect x="%s" y="%s" width="%s" height="%s" rx="3" fill="%s" stroke="%s"%s/>`, num(x.x), num(x.y), num(x.w), num(x.h), fill, stroke, dash)
	if side != "" {
		s.line(`<path d="M%s %sv%s" stroke="%s" stroke-width="5"/>`, num(x.x), num(x.y+2), num(x.h-4), side)
	}
	if mark != Unmarked { // the sign, for those who do not tell the colours apart
		s.line(`<circle cx="%s" cy="%s" r="8" fill="%s"/>`, num(x.x+x.w-2), num(x.y+1), stroke)
		s.line(`<text x="%s" y="%s" font-size="%s" font-weight="bold" text-anchor="middle" fill="#ffffff">%s</text>`, num(x.x+x.w-2), num(x.y+5), num(textSize), markKinds[mark-1].sign)
	}
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
	if m := s.markWords(x); m != "" {
		text += ". " + capital(m)
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
