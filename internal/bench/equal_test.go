package bench

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
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

// faros is the shipped model.
func faros(t testing.TB) *interpreter.Program {
	t.Helper()
	var faults diag.List
	read := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	if faults = append(faults, read.Faults...); faults.HasErrors() {
		t.Fatal(faults[0].Message(lang.EN))
	}
	return interpreter.NewSet(read).Versions("faros")[0]
}

// The ids of the facts and events that are written out by hand, in their order there.
var (
	askableIDs = strings.Fields(`arbetsformaga_nedsatt fardigutredd kan_forbattras timmar_per_vecka avslutsorsak behov_av_insatser
		beredning_enig beredning_beslut ersattning_klargjord aktiviteter fortsattning beslut_forstatt partiell_sjukersattning`)
	eventIDs = strings.Fields(`medicinskt_underlag sassam_utredning personligt_mote egen_uppfattning beredning samverkan_start
		arbetsformedlare_utsedd samordnare_utsedd information_lamnad trepartssamtal nivabedomning handlingsplan introduktion_start
		senaste_kontakt uppfoljningsmote ny_handlingsplan ersattningsbeslut slutbedomning aterford aktiv_start avslutssamtal
		forhandling_klar underlag_sjukersattning slutdokumentation_af slutdokumentation_fk`)
)

// byHand lays facts out as the hand-written versions take them.
func byHand(t testing.TB, p *interpreter.Program, f *interpreter.Facts) *Facts {
	t.Helper()
	var out Facts
	index := func(id string) int {
		i, ok := p.FactIndex(id)
		if !ok {
			t.Fatalf("FAROS has no fact %s", id)
		}
		return i
	}
	flags := map[int]*bool{
		arbetsformagaNedsatt: &out.ArbetsformagaNedsatt, fardigutredd: &out.Fardigutredd, kanForbattras: &out.KanForbattras,
		behovAvInsatser: &out.BehovAvInsatser, beredningEnig: &out.BeredningEnig, ersattningKlargjord: &out.ErsattningKlargjord,
		beslutForstatt: &out.BeslutForstatt, partiellSjukersattning: &out.PartiellSjukersattning,
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
			*flags[k] = v
		case int64:
			out.TimmarPerVecka = int8(v)
		case []string:
			out.Aktiviteter = uint8(len(v))
		case string:
			for n, value := range p.Model().Facts[i].Type.Values {
				if value == v {
					*enums[k] = uint8(n)
				}
			}
		}
	}
	for k, id := range eventIDs {
		if day, ok := f.Value(index(id)).(calendar.Day); ok {
			out.Happened |= 1 << k
			out.Days[k] = day
		}
	}
	return &out
}

// draw makes up a case. It follows the model's steps a random way, so that cases of all stages come up, and then leaves
// some facts out and changes others. whole tells to leave out only what plain truth values can do without.
func draw(r *rand.Rand, p *interpreter.Program, at calendar.Day, whole bool) *interpreter.Facts {
	f := p.NewFacts()
	asked := map[string]bool{"beredning_enig": true, "beredning_beslut": true, "fortsattning": true, "avslutsorsak": true}
	progress, start := r.IntN(len(eventIDs)+4), at-calendar.Day(r.IntN(500))
	place := map[string]int{}
	for k, id := range eventIDs {
		place[id] = k
	}
	for i, fact := range p.Model().Facts {
		k, isEvent := place[fact.ID]
		switch {
		case isEvent && k <= progress && r.IntN(12) > 0 || r.IntN(15) == 0:
			if isEvent {
				f.SetDay(i, start+calendar.Day(k*r.IntN(25)))
			}
		case isEvent:
		case whole && !asked[fact.ID] || r.IntN(4) > 0:
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
		if whole && f.IsUnobtainable(i) {
			f.Forget(i)
		}
	}
	if whole {
		for i, fact := range p.Model().Facts {
			if !f.Known(i) && !asked[fact.ID] {
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
	}
	return f
}

// told writes what the interpreter found as text; the other versions are written alike.
func told(p *interpreter.Program, r *interpreter.Result, all bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome %d", r.Outcome)
	for _, i := range r.Next {
		due, has := r.Due(int(i))
		next(&b, int(i), has, due, string(r.Time(int(i))))
	}
	for _, i := range r.Upcoming {
		day, _ := r.From(int(i))
		fmt.Fprintf(&b, "; ahead %s", day)
	}
	if !all {
		return b.String()
	}
	fmt.Fprintf(&b, "; %s", r.Status)
	for _, m := range r.Missing {
		fmt.Fprintf(&b, "; missing %s of %v", p.Model().Facts[m.Fact].ID, m.Steps)
		if len(m.Outcomes) > 0 {
			fmt.Fprintf(&b, " and outcomes %v", m.Outcomes)
		}
	}
	for _, i := range r.Stuck {
		fmt.Fprintf(&b, "; on %s", p.Model().Facts[i].ID)
	}
	for _, l := range r.Limits {
		fmt.Fprintf(&b, "; limit %s %s", l.Due, l.Time)
	}
	return b.String()
}

func next(b *strings.Builder, step int, has bool, due calendar.Day, time string) {
	fmt.Fprintf(b, "; next %d", step)
	if has {
		fmt.Fprintf(b, " by %s %s", due, time)
	}
}

var times, statuses = []string{"ok", "soon", "late", "met"}, []string{"open", "waiting", "needs_facts", "closed", "stuck"}

func (a *Answer) told(all bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome %d", a.Outcome)
	for _, n := range a.Next {
		next(&b, int(n.Step), n.HasDue, n.Due, times[n.Time])
	}
	if a.HasAhead {
		fmt.Fprintf(&b, "; ahead %s", a.Upcoming)
	}
	if !all {
		return b.String()
	}
	fmt.Fprintf(&b, "; %s", statuses[a.Status])
	for _, m := range a.Missing {
		fmt.Fprintf(&b, "; missing %s of %v", askableIDs[m.Fact], each(m.Steps))
	}
	for _, k := range each(a.StuckOn) {
		fmt.Fprintf(&b, "; on %s", askableIDs[k])
	}
	if a.HasLimit {
		fmt.Fprintf(&b, "; limit %s %s", a.LimitDue, times[a.LimitTime])
	}
	return b.String()
}

func each(set uint32) (out []int) {
	for ; set != 0; set &= set - 1 {
		out = append(out, bits.TrailingZeros32(set))
	}
	return out
}

func TestTheHandWrittenVersionsAnswerAsTheInterpreter(t *testing.T) {
	p := faros(t)
	machine, err := NewMachine(p.Model())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 11))
	seen := map[string]int{}
	var result interpreter.Result
	var answer Answer
	for i := range 60_000 {
		at := calendar.Day(20_500 + r.IntN(400))
		whole := i%2 == 0
		f := draw(r, p, at, whole)
		p.Decide(f, at, &result)
		seen[string(result.Status)]++
		for _, n := range result.Next {
			seen["step "+p.Model().Steps[n].ID]++
		}
		if result.Outcome >= 0 {
			seen["outcome "+p.Model().Outcomes[result.Outcome].ID]++
		}
		hand := byHand(t, p, f)
		Three(hand, at, &answer)
		if got, want := answer.told(true), told(p, &result, true); got != want {
			t.Fatalf("by hand, three-valued: %s\nthe interpreter:        %s\n%+v", got, want, hand)
		}
		if !whole {
			continue
		}
		want := told(p, &result, false)
		Two(hand, at, &answer)
		if got := answer.told(false); got != want {
			t.Fatalf("by hand, two-valued: %s\nthe interpreter:     %s\n%+v", got, want, hand)
		}
		machine.Decide(machine.Env(f, at), at, &answer)
		if got := answer.told(false); got != want {
			t.Fatalf("expr:            %s\nthe interpreter: %s\n%+v", got, want, hand)
		}
	}
	for _, s := range statuses {
		if seen[s] == 0 && s != "waiting" { // in FAROS something is always required beside what lies ahead
			t.Errorf("no case is %s", s)
		}
	}
	for _, s := range p.Model().Steps {
		if seen["step "+s.ID] == 0 {
			t.Errorf("step %s is never next", s.ID)
		}
	}
	for _, o := range p.Model().Outcomes {
		if seen["outcome "+o.ID] == 0 {
			t.Errorf("outcome %s never closes a case", o.ID)
		}
	}
}
