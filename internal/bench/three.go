package bench

import (
	"math/bits"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// truth is a truth value of Kleene's logic.
type truth uint8

const (
	unknown truth = iota
	no
	yes
)

func (x truth) and(y truth) truth {
	switch {
	case x == no || y == no:
		return no
	case x == yes && y == yes:
		return yes
	}
	return unknown
}

func (x truth) or(y truth) truth {
	switch {
	case x == yes || y == yes:
		return yes
	case x == no && y == no:
		return no
	}
	return unknown
}

func of(b bool) truth {
	if b {
		return yes
	}
	return no
}

// The facts that can be asked for, in the order in which the model has them.
const (
	arbetsformagaNedsatt = iota
	fardigutredd
	kanForbattras
	timmarPerVecka
	avslutsorsak
	behovAvInsatser
	beredningEnig
	beredningBeslut
	ersattningKlargjord
	aktiviteter
	fortsattning
	beslutForstatt
	partiellSjukersattning
	askable
)

// The events.
const (
	medicinsktUnderlag = iota
	sassamUtredning
	personligtMote
	egenUppfattning
	beredning
	samverkanStart
	arbetsformedlareUtsedd
	samordnareUtsedd
	informationLamnad
	trepartssamtal
	nivabedomning
	handlingsplan
	introduktionStart
	senasteKontakt
	uppfoljningsmote
	nyHandlingsplan
	ersattningsbeslut
	slutbedomning
	aterford
	aktivStart
	avslutssamtal
	forhandlingKlar
	underlagSjukersattning
	slutdokumentationAF
	slutdokumentationFK
	eventCount
)

// The values of the enums, in the order in which the model has them.
const (
	tillSamverkan = iota
	tillArbetsformedlingen
	tillForsakringskassan
)

const (
	fortsatt = iota
	avbryts
)

const (
	anstallning = iota
	anstallningMedBidrag
	utbildning
	arbetssokande
	medicinskRehabilitering
	sjukersattning
	friskskriven
	aktivitetsersattning
	annanBehandling
	avbrott
)

// The steps.
const (
	stegBehovsbedomning = iota
	stegPersonligtMote
	stegBeredning
	stegLinjechefsbeslut
	stegArendefordelning
	stegInformation
	stegTrepartssamtal
	stegNivabedomning
	stegHandlingsplan
	stegStartaIntroduktion
	stegVeckokontakt
	stegUppfoljningsmote
	stegNyHandlingsplan
	stegSlutbedomning
	stegAterforing
	stegStartaAktiv
	stegAktiv
	stegAvslutssamtal
	stegForhandling
	stegUnderlagSjukersattning
	stegSlutdokumentationAF
	stegSlutdokumentationFK
	stepCount
)

// Facts are what is known of a case.
type Facts struct {
	Known, Unobtainable uint32 // a bit for each fact that can be asked for

	ArbetsformagaNedsatt, Fardigutredd, KanForbattras, BehovAvInsatser, BeredningEnig bool
	ErsattningKlargjord, BeslutForstatt, PartiellSjukersattning                       bool
	TimmarPerVecka                                                                    int8
	BeredningBeslut, Fortsattning, Avslutsorsak, Aktiviteter                          uint8

	Happened uint32 // a bit for each event that has a day
	Days     [eventCount]calendar.Day
}

func (f *Facts) knows(fact int) bool { return f.Known>>fact&1 != 0 }

func (f *Facts) bool(fact int, v bool) truth {
	if !f.knows(fact) {
		return unknown
	}
	return of(v)
}

func (f *Facts) is(fact int, have, want uint8) truth {
	if !f.knows(fact) {
		return unknown
	}
	return of(have == want)
}

// Status is how a case stands.
type Status uint8

// The statuses of a case.
const (
	Open Status = iota
	Waiting
	NeedsFacts
	Closed
	Stuck
)

// Time is how a due day stands.
type Time uint8

// The states of a due day.
const (
	OK Time = iota
	Soon
	Late
	Met
)

// Next is a step that is required.
type Next struct {
	Step   uint8
	HasDue bool
	Time   Time
	Due    calendar.Day
}

// Missing is a fact to ask for.
type Missing struct {
	Fact   uint8
	HasDue bool
	Due    calendar.Day
	Steps  uint32 // a bit for each step that it decides
}

// Answer is a decision. It is reused from case to case.
type Answer struct {
	Status    Status
	Outcome   int8 // -1: none
	Next      []Next
	Upcoming  calendar.Day // of the weekly contact, the only step that can lie ahead
	HasAhead  bool
	Missing   []Missing
	StuckOn   uint32 // facts
	HasLimit  bool
	LimitDue  calendar.Day
	LimitTime Time
}

// three is a decision being made.
type three struct {
	f        *Facts
	a        *Answer
	at       calendar.Day
	happened uint32 // by the day asked about
	passed   uint32 // steps
	hanging  uint32 // unobtainable facts that a step hangs on
	open     bool   // a step is undetermined
}

func (d *three) has(event int) bool { return d.happened>>event&1 != 0 }

// Three decides with three-valued logic.
func Three(f *Facts, at calendar.Day, a *Answer) {
	*a = Answer{Outcome: -1, Next: a.Next[:0], Missing: a.Missing[:0]}
	d := three{f: f, a: a, at: at}
	for i, day := range f.Days {
		if f.Happened>>i&1 != 0 && day <= at {
			d.happened |= 1 << i
		}
	}
	d.limit()

	nedsatt := f.bool(arbetsformagaNedsatt, f.ArbetsformagaNedsatt)
	iSamverkan := f.is(beredningBeslut, f.BeredningBeslut, tillSamverkan)
	klar := f.knows(avslutsorsak)
	pagar := iSamverkan.and(of(!klar))
	avslut := iSamverkan.and(of(klar))
	fortsatter := f.is(fortsattning, f.Fortsattning, fortsatt)
	bryts := f.is(fortsattning, f.Fortsattning, avbryts)

	const wN, wB, wF, wE, wP = 1 << arbetsformagaNedsatt, 1 << beredningBeslut, 1 << fortsattning, 1 << beredningEnig, 1 << partiellSjukersattning

	timmar := of(f.TimmarPerVecka >= 10)
	if !f.knows(timmarPerVecka) {
		timmar = unknown
	}
	utredning := d.has(medicinsktUnderlag) && d.has(sassamUtredning) &&
		f.bool(fardigutredd, f.Fardigutredd) == yes && f.bool(kanForbattras, f.KanForbattras) == yes &&
		f.bool(behovAvInsatser, f.BehovAvInsatser) == yes && timmar == yes
	d.step(stegBehovsbedomning, nedsatt, wN, true, utredning,
		1<<fardigutredd|1<<kanForbattras|1<<behovAvInsatser|1<<timmarPerVecka, -1, 0)
	d.step(stegPersonligtMote, nedsatt, wN, d.after(stegBehovsbedomning), d.has(personligtMote) && d.has(egenUppfattning), 0, -1, 0)
	enig := f.bool(beredningEnig, f.BeredningEnig)
	beslutat := f.knows(beredningBeslut) || enig == no
	asks := uint32(wE)
	if !beslutat {
		asks |= wB
	}
	d.step(stegBeredning, nedsatt, wN, d.after(stegPersonligtMote), d.has(beredning) && f.knows(beredningEnig) && beslutat, asks, -1, 0)
	oenig := f.is(beredningEnig, uint8(of(f.BeredningEnig)), uint8(no))
	d.step(stegLinjechefsbeslut, nedsatt.and(oenig), wN|wE, d.after(stegBeredning), f.knows(beredningBeslut), wB, -1, 0)

	d.step(stegArendefordelning, pagar, wB, d.after(stegLinjechefsbeslut),
		d.has(samverkanStart) && d.has(arbetsformedlareUtsedd) && d.has(samordnareUtsedd), 0, samverkanStart, 28)
	d.step(stegInformation, pagar, wB, d.after(stegArendefordelning), d.has(informationLamnad), 0, samverkanStart, 28)
	d.step(stegTrepartssamtal, pagar, wB, d.after(stegInformation),
		d.has(trepartssamtal) && f.bool(ersattningKlargjord, f.ErsattningKlargjord) == yes, 1<<ersattningKlargjord, samverkanStart, 28)
	d.step(stegNivabedomning, pagar, wB, d.after(stegTrepartssamtal), d.has(nivabedomning), 0, samverkanStart, 28)
	d.step(stegHandlingsplan, pagar, wB, d.after(stegNivabedomning), d.has(handlingsplan), 0, samverkanStart, 28)

	d.step(stegStartaIntroduktion, pagar, wB, d.after(stegHandlingsplan),
		d.has(introduktionStart) && f.knows(aktiviteter) && f.Aktiviteter != 0, 1<<aktiviteter, introduktionStart, 84)
	kontakt := pagar.and(of(d.has(introduktionStart) && !d.has(uppfoljningsmote)))
	if kontakt != yes { // where it applies it stands last, and is told of below
		d.step(stegVeckokontakt, kontakt, wB, d.after(stegStartaIntroduktion), false, 0, -1, 0)
	}
	d.step(stegUppfoljningsmote, pagar, wB, d.after(stegStartaIntroduktion), d.has(uppfoljningsmote) && f.knows(fortsattning), wF, introduktionStart, 84)
	d.step(stegNyHandlingsplan, pagar.and(fortsatter), wB|wF, d.after(stegUppfoljningsmote), d.has(nyHandlingsplan) && d.has(ersattningsbeslut), 0, introduktionStart, 84)
	d.step(stegSlutbedomning, pagar.and(bryts), wB|wF, d.after(stegUppfoljningsmote), d.has(slutbedomning), 0, introduktionStart, 84)
	d.step(stegAterforing, pagar.and(bryts), wB|wF, d.after(stegSlutbedomning), d.has(aterford), 0, introduktionStart, 84)

	d.step(stegStartaAktiv, pagar.and(fortsatter), wB|wF, d.after(stegNyHandlingsplan), d.has(aktivStart), 0, aktivStart, 350)
	d.step(stegAktiv, pagar.and(fortsatter), wB|wF, d.after(stegStartaAktiv), klar, 1<<avslutsorsak, aktivStart, 350)

	d.step(stegAvslutssamtal, avslut, wB, true,
		d.has(avslutssamtal) && f.bool(beslutForstatt, f.BeslutForstatt) == yes, 1<<beslutForstatt, -1, 0)
	tillArbete := of(f.Avslutsorsak == anstallning || f.Avslutsorsak == anstallningMedBidrag)
	d.step(stegForhandling, avslut.and(tillArbete), wB, true, d.has(forhandlingKlar), 0, -1, 0)
	partiell := of(f.Avslutsorsak == sjukersattning).and(f.bool(partiellSjukersattning, f.PartiellSjukersattning))
	d.step(stegUnderlagSjukersattning, avslut.and(partiell), wB|wP, true, d.has(underlagSjukersattning), 0, -1, 0)
	d.step(stegSlutdokumentationAF, avslut, wB, d.after(stegAvslutssamtal), d.has(slutdokumentationAF), 0, -1, 0)
	d.step(stegSlutdokumentationFK, avslut, wB, d.after(stegAvslutssamtal), d.has(slutdokumentationFK), 0, -1, 0)
	if kontakt == yes {
		d.contact()
	}

	brister := f.is(fardigutredd, uint8(of(f.Fardigutredd)), uint8(no)).or(f.is(kanForbattras, uint8(of(f.KanForbattras)), uint8(no))).
		or(f.is(behovAvInsatser, uint8(of(f.BehovAvInsatser)), uint8(no))).or(not(timmar))
	if a.Outcome = d.outcome(nedsatt, brister, iSamverkan, bryts, klar, avslut); a.Outcome >= 0 {
		a.Status = Closed
		a.Next, a.Missing, a.HasAhead, a.Upcoming = a.Next[:0], a.Missing[:0], false, 0
		return
	}
	sortMissing(a.Missing)
	switch {
	case len(a.Next) > 0:
		a.Status = Open
	case len(a.Missing) > 0:
		a.Status = NeedsFacts
	case a.HasAhead:
		a.Status = Waiting
	default:
		a.Status = Stuck
		a.StuckOn = d.hanging
		if nedsatt == unknown && !d.has(beredning) && brister != yes { // then the second outcome hangs too
			a.StuckOn |= f.Unobtainable & (1<<fardigutredd | 1<<kanForbattras | 1<<behovAvInsatser | 1<<timmarPerVecka)
		}
	}
}

func not(x truth) truth {
	switch x {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

func (d *three) after(step int) bool { return d.passed>>step&1 != 0 }

// step finds where a step stands. asks are the facts that its rule hangs on, items those of its checklist; the time counts
// from the event from, -1 for none.
func (d *three) step(step int, applies truth, asks uint32, open, checklist bool, items uint32, from int, days calendar.Day) {
	switch {
	case applies == no:
		if open {
			d.passed |= 1 << step
		}
		return
	case applies == yes && checklist:
		d.passed |= 1 << step
		return
	case !open:
		return
	}
	var n Next
	n.Step = uint8(step)
	if from >= 0 && d.has(from) {
		start := d.f.Days[from]
		n.HasDue, n.Due = true, start+days
		n.Time = lateness(start, n.Due, d.at)
	}
	if applies == unknown {
		d.open = true
		d.hanging |= asks & d.f.Unobtainable
		d.ask(asks, &n)
		return
	}
	d.a.Next = append(d.a.Next, n)
	d.ask(items, &n)
}

// contact is the weekly contact where it applies.
func (d *three) contact() {
	if !d.after(stegStartaIntroduktion) {
		return
	}
	from := d.f.Days[introduktionStart]
	if d.has(senasteKontakt) {
		from = d.f.Days[senasteKontakt]
	}
	due := from + 7
	if due > d.at {
		d.a.HasAhead, d.a.Upcoming = true, due
		return
	}
	d.a.Next = append(d.a.Next, Next{Step: stegVeckokontakt, HasDue: true, Due: due, Time: lateness(from, due, d.at)})
}

func lateness(from, due, at calendar.Day) Time {
	left := due - at
	switch {
	case left < 0:
		return Late
	case left <= 2 || left <= (due-from)/5:
		return Soon
	}
	return OK
}

// ask notes that the step hangs on those of the facts that were not asked for.
func (d *three) ask(facts uint32, n *Next) {
	facts &^= d.f.Known | d.f.Unobtainable
next:
	for fact := uint8(0); facts != 0; fact, facts = fact+1, facts>>1 {
		if facts&1 == 0 {
			continue
		}
		for i := range d.a.Missing {
			if m := &d.a.Missing[i]; m.Fact == fact {
				m.Steps |= 1 << n.Step
				if n.HasDue && (!m.HasDue || n.Due < m.Due) {
					m.HasDue, m.Due = true, n.Due
				}
				continue next
			}
		}
		d.a.Missing = append(d.a.Missing, Missing{Fact: fact, HasDue: n.HasDue, Due: n.Due, Steps: 1 << n.Step})
	}
}

func (d *three) limit() {
	if !d.has(samverkanStart) {
		return
	}
	from := d.f.Days[samverkanStart]
	d.a.HasLimit, d.a.LimitDue = true, from.Add(calendar.Duration{N: 12, Unit: calendar.Months})
	d.a.LimitTime = lateness(from, d.a.LimitDue, d.at)
	end, ended := calendar.MaxDay, false
	for _, e := range [...]int{avslutssamtal, aterford} {
		if d.has(e) {
			end, ended = min(end, d.f.Days[e]), true
		}
	}
	if ended {
		d.a.LimitTime = Met
		if end > d.a.LimitDue {
			d.a.LimitTime = Late
		}
	}
}

func (d *three) outcome(nedsatt, brister, iSamverkan, bryts truth, klar bool, avslut truth) int8 {
	const beredd = 1<<stegBeredning | 1<<stegLinjechefsbeslut
	const avslutad = 1<<stegAvslutssamtal | 1<<stegForhandling | 1<<stegUnderlagSjukersattning | 1<<stegSlutdokumentationAF | 1<<stegSlutdokumentationFK
	f := d.f
	switch {
	case nedsatt == no:
		return 0
	case nedsatt.and(brister) == yes && !d.has(beredning):
		return 1
	case d.passed&beredd == beredd && f.is(beredningBeslut, f.BeredningBeslut, tillArbetsformedlingen) == yes:
		return 2
	case d.passed&beredd == beredd && f.is(beredningBeslut, f.BeredningBeslut, tillForsakringskassan) == yes:
		return 3
	case d.after(stegSlutbedomning) && d.after(stegAterforing) && iSamverkan.and(bryts) == yes && !klar:
		return 4
	case avslut == yes && d.passed&avslutad == avslutad:
		return 5 + int8(min(f.Avslutsorsak, aktivitetsersattning)) // the last three share an outcome
	}
	return -1
}

// sortMissing puts the most urgent first: what the nearest due day hangs on, then what decides most, then the model's order.
func sortMissing(m []Missing) {
	for i := 1; i < len(m); i++ {
		for j := i; j > 0 && before(&m[j], &m[j-1]); j-- {
			m[j], m[j-1] = m[j-1], m[j]
		}
	}
}

func before(a, b *Missing) bool {
	if a.HasDue != b.HasDue {
		return a.HasDue
	}
	if a.HasDue && a.Due != b.Due {
		return a.Due < b.Due
	}
	if x, y := bits.OnesCount32(a.Steps), bits.OnesCount32(b.Steps); x != y {
		return x > y
	}
	return a.Fact < b.Fact
}
