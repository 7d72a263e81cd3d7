package bench

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

// shipped are the shipped models, with the law over them or without.
func shipped(t testing.TB, law bool) *interpreter.Set {
	t.Helper()
	var faults diag.List
	sources := dsl.ReadFS(workflows.FS, &faults)
	if !law {
		sources = slices.DeleteFunc(sources, func(s *diag.Source) bool { return strings.HasPrefix(s.Name, "sfb30") })
	}
	read := dsl.Load(sources)
	if faults = append(faults, read.Faults...); faults.HasErrors() {
		t.Fatal(faults[0].Message(lang.EN))
	}
	if len(read.Overlays) > 0 != law {
		t.Fatalf("%d overlays lie over the models", len(read.Overlays))
	}
	return interpreter.NewSet(read)
}

// faros is the shipped model.
func faros(t testing.TB, law bool) *interpreter.Program { return shipped(t, law).Versions("faros")[0] }

// byHand lays facts out as the hand-written versions take them.
func byHand(t testing.TB, p *interpreter.Program, f *interpreter.Facts) (out Facts) {
	t.Helper()
	index := func(id string) int {
		i, ok := p.FactIndex(id)
		if !ok {
			t.Fatalf("FAROS has no fact %s", id)
		}
		return i
	}
	enums := map[int]*uint8{beredningBeslut: &out.BeredningBeslut, fortsattning: &out.Fortsattning, avslutsorsak: &out.Avslutsorsak}
	for k, id := range askableIDs {
		i := index(id)
		if f.IsUnobtainable(i) {
			out.Unobtainable |= 1 << k
		}
		if !f.Known(i) {
			continue
		}
		out.Known |= 1 << k
		switch v := f.Value(i).(type) {
		case bool:
			if v {
				out.True |= 1 << k
			}
		case int64:
			out.TimmarPerVecka = int8(v)
		case []string:
			out.Aktiviteter = uint8(len(v))
		case string:
			*enums[k] = uint8(slices.Index(p.Model().Facts[i].Type.Values, v))
		}
	}
	for k, id := range eventIDs {
		out.Days[k] = never
		if day, ok := f.Value(index(id)).(calendar.Day); ok {
			out.Days[k] = day
		}
	}
	return out
}

// A drawer makes up cases of FAROS. Case i is always the same.
type drawer struct {
	p     *interpreter.Program
	whole bool // only what plain truth values can do without is left out
	place map[string]int
}

func newDrawer(p *interpreter.Program, whole bool) *drawer {
	d := &drawer{p: p, whole: whole, place: map[string]int{}}
	for k, id := range eventIDs {
		d.place[id] = k
	}
	return d
}

// decisions are the facts that a case lacks until somebody decides, so that they may lack in a whole case too.
var decisions = map[string]bool{"beredning_enig": true, "beredning_beslut": true, "fortsattning": true, "avslutsorsak": true}

// draw makes case i up. It follows the model's steps a random way, so that cases of all stages come up, and then leaves
// some facts out and changes others.
func (d *drawer) draw(i int) (*interpreter.Facts, calendar.Day) {
	r := rand.New(rand.NewPCG(7, uint64(i)))
	f, at := d.p.NewFacts(), calendar.Day(20_500+r.IntN(400))
	progress, start := r.IntN(len(eventIDs)+4), at-calendar.Day(r.IntN(500))
	for i, fact := range d.p.Model().Facts {
		k, isEvent := d.place[fact.ID]
		switch {
		case isEvent && k <= progress && r.IntN(12) > 0 || r.IntN(15) == 0:
			if isEvent {
				f.SetDay(i, start+calendar.Day(k*r.IntN(25)))
			}
		case isEvent:
		case d.whole && !decisions[fact.ID] || r.IntN(4) > 0:
			if fact.ID == "avslutsorsak" && r.IntN(3) > 0 {
				continue
			}
			switch t := fact.Type; t.Kind {
			case rule.Bool:
				f.SetBool(i, r.IntN(8) > 0)
			case rule.Int:
				f.SetInt(i, 5+int64(r.IntN(int(t.Max)-5)))
			case rule.Enum:
				f.SetEnum(i, min(r.IntN(len(t.Values)), r.IntN(len(t.Values))))
			case rule.Set:
				f.SetSet(i, [][]int{nil, {0}, {0, 1}}[r.IntN(3)])
			}
		case r.IntN(2) == 0:
			f.SetUnobtainable(i)
		}
	}
	if d.whole {
		d.complete(f)
	}
	return f, at
}

// complete answers what is still open.
func (d *drawer) complete(f *interpreter.Facts) {
	for i, fact := range d.p.Model().Facts {
		if f.IsUnobtainable(i) {
			f.Forget(i)
		}
		if f.Known(i) || decisions[fact.ID] {
			continue
		}
		switch fact.Type.Kind {
		case rule.Bool:
			f.SetBool(i, true)
		case rule.Int:
			f.SetInt(i, 12)
		case rule.Set:
			f.SetSet(i, []int{0})
		}
	}
}
