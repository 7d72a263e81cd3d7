package bench

import (
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
)

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

// The ids of the facts and the events above.
var (
	askableIDs = strings.Fields(`arbetsformaga_nedsatt fardigutredd kan_forbattras timmar_per_vecka avslutsorsak behov_av_insatser
		beredning_enig beredning_beslut ersattning_klargjord aktiviteter fortsattning beslut_forstatt partiell_sjukersattning`)
	eventIDs = strings.Fields(`medicinskt_underlag sassam_utredning personligt_mote egen_uppfattning beredning samverkan_start
		arbetsformedlare_utsedd samordnare_utsedd information_lamnad trepartssamtal nivabedomning handlingsplan introduktion_start
		senaste_kontakt uppfoljningsmote ny_handlingsplan ersattningsbeslut slutbedomning aterford aktiv_start avslutssamtal
		forhandling_klar underlag_sjukersattning slutdokumentation_af slutdokumentation_fk`)
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

// The first outcomes; those of a case in its last stage follow, in the order of the reasons to close.
const (
	utfallEjAktuell = iota
	utfallKvarHosFK
	utfallTillAF
	utfallAterFK
	utfallAterford
	utfallAvslut
)

// timed are the steps that have a due day: so many days from an event.
var timed = [stepCount]struct {
	from uint8
	days calendar.Day
}{
	stegArendefordelning:   {samverkanStart, 28},
	stegInformation:        {samverkanStart, 28},
	stegTrepartssamtal:     {samverkanStart, 28},
	stegNivabedomning:      {samverkanStart, 28},
	stegHandlingsplan:      {samverkanStart, 28},
	stegStartaIntroduktion: {introduktionStart, 84},
	stegUppfoljningsmote:   {introduktionStart, 84},
	stegNyHandlingsplan:    {introduktionStart, 84},
	stegSlutbedomning:      {introduktionStart, 84},
	stegAterforing:         {introduktionStart, 84},
	stegStartaAktiv:        {aktivStart, 350},
	stegAktiv:              {aktivStart, 350},
}

// Checklists that are events alone, and what outcomes come after.
const (
	utrett       = 1<<medicinsktUnderlag | 1<<sassamUtredning
	mott         = 1<<personligtMote | 1<<egenUppfattning
	fordelat     = 1<<samverkanStart | 1<<arbetsformedlareUtsedd | 1<<samordnareUtsedd
	nyttPlanerat = 1<<nyHandlingsplan | 1<<ersattningsbeslut

	beredd   = 1<<stegBeredning | 1<<stegLinjechefsbeslut
	aterfort = 1<<stegSlutbedomning | 1<<stegAterforing
	avslutat = 1<<stegAvslutssamtal | 1<<stegForhandling | 1<<stegUnderlagSjukersattning | 1<<stegSlutdokumentationAF | 1<<stegSlutdokumentationFK
)

// never is the day of an event that has not happened: after every day that can be asked about.
const never = calendar.MaxDay + 1

// Facts are what is known of a case.
type Facts struct {
	Known, Unobtainable uint32 // a bit for each fact that can be asked for
	True                uint32 // the bools that are known to be true

	TimmarPerVecka                                           int8
	BeredningBeslut, Fortsattning, Avslutsorsak, Aktiviteter uint8 // of a set: how many values

	Days [eventCount]calendar.Day
}

// happenedBy has a bit for each event that has happened by the day. Nobody can foretell which have, so the bit is the
// sign of a difference and no branch: that is three times as fast.
func (f *Facts) happenedBy(at calendar.Day) (events uint32) {
	for i, day := range f.Days[:] {
		events |= uint32(uint64(int64(day)-int64(at)-1)>>63) << i
	}
	return events
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

func (a *Answer) clear() {
	*a = Answer{Outcome: -1, Next: a.Next[:0], Missing: a.Missing[:0]}
}

// close ends the case: nothing is next, nothing is asked for.
func (a *Answer) close(outcome int8) {
	a.Status, a.Outcome = Closed, outcome
	a.Next, a.Missing, a.HasAhead, a.Upcoming = a.Next[:0], a.Missing[:0], false, 0
}

// due is a required step with its due day. The weekly contact has its own.
func due(f *Facts, events uint32, step uint8, at calendar.Day) Next {
	n := Next{Step: step}
	if t := timed[step]; t.days > 0 && events>>t.from&1 != 0 {
		from := f.Days[t.from]
		n.HasDue, n.Due = true, from+t.days
		n.Time = lateness(from, n.Due, at)
	}
	return n
}

// contact says when the weekly contact comes next.
func (a *Answer) contact(f *Facts, events uint32, at calendar.Day) {
	from := f.Days[introduktionStart]
	if events>>senasteKontakt&1 != 0 {
		from = f.Days[senasteKontakt]
	}
	due := from + 7
	if due > at {
		a.HasAhead, a.Upcoming = true, due
		return
	}
	a.Next = append(a.Next, Next{Step: stegVeckokontakt, HasDue: true, Due: due, Time: lateness(from, due, at)})
}

// limit says how the case stands to the goal of twelve months.
func (a *Answer) limit(f *Facts, events uint32, at calendar.Day) {
	if events>>samverkanStart&1 == 0 {
		return
	}
	from := f.Days[samverkanStart]
	a.HasLimit, a.LimitDue = true, from.Add(calendar.Duration{N: 12, Unit: calendar.Months})
	if events&(1<<avslutssamtal|1<<aterford) == 0 {
		a.LimitTime = lateness(from, a.LimitDue, at)
		return
	}
	a.LimitTime = Met
	if min(f.Days[avslutssamtal], f.Days[aterford]) > a.LimitDue {
		a.LimitTime = Late
	}
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
