package bench

import (
	"math/bits"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// two holds the steps of a decision being made with plain truth values, a bit each.
type two struct {
	passed, required uint32
}

// step finds where a step stands that can start when open.
func (d *two) step(step int, open, applies, done bool) {
	switch {
	case applies && done || !applies && open:
		d.passed |= 1 << step
	case applies && open:
		d.required |= 1 << step
	}
}

func (d *two) after(step int) bool { return d.passed>>step&1 != 0 }

// Two decides with plain truth values: what is not known counts as no. It says what is next, by when, the outcome and
// the limit; it asks for nothing, and cannot tell a case that lacks facts from one that is stuck.
func Two(f *Facts, at calendar.Day, a *Answer) {
	a.clear()
	events, known, trues := f.happenedBy(at), f.Known, f.True
	a.limit(f, events, at)

	has := func(event int) bool { return events>>event&1 != 0 }
	is := func(fact int) bool { return trues>>fact&1 != 0 }
	knows := func(fact int) bool { return known>>fact&1 != 0 }

	const lovande = 1<<fardigutredd | 1<<kanForbattras | 1<<behovAvInsatser
	nedsatt := is(arbetsformagaNedsatt)
	iSamverkan := knows(beredningBeslut) && f.BeredningBeslut == tillSamverkan
	klar := knows(avslutsorsak)
	pagar, avslut := iSamverkan && !klar, iSamverkan && klar
	fortsatter := knows(fortsattning) && f.Fortsattning == fortsatt
	bryts := knows(fortsattning) && f.Fortsattning == avbryts
	oenig := knows(beredningEnig) && !is(beredningEnig)
	brister := trues&lovande != lovande || f.TimmarPerVecka < 10

	var d two
	d.step(stegBehovsbedomning, true, nedsatt, events&utrett == utrett && !brister)
	d.step(stegPersonligtMote, d.after(stegBehovsbedomning), nedsatt, events&mott == mott)
	d.step(stegBeredning, d.after(stegPersonligtMote), nedsatt, has(beredning) && knows(beredningEnig) && (oenig || knows(beredningBeslut)))
	d.step(stegLinjechefsbeslut, d.after(stegBeredning), nedsatt && oenig, knows(beredningBeslut))
	d.step(stegArendefordelning, d.after(stegLinjechefsbeslut), pagar, events&fordelat == fordelat)
	d.step(stegInformation, d.after(stegArendefordelning), pagar, has(informationLamnad))
	d.step(stegTrepartssamtal, d.after(stegInformation), pagar, has(trepartssamtal) && is(ersattningKlargjord))
	d.step(stegNivabedomning, d.after(stegTrepartssamtal), pagar, has(nivabedomning))
	d.step(stegHandlingsplan, d.after(stegNivabedomning), pagar, has(handlingsplan))
	d.step(stegStartaIntroduktion, d.after(stegHandlingsplan), pagar, has(introduktionStart) && f.Aktiviteter != 0)
	kontakt := pagar && has(introduktionStart) && !has(uppfoljningsmote) && d.after(stegStartaIntroduktion)
	d.step(stegUppfoljningsmote, d.after(stegStartaIntroduktion), pagar, has(uppfoljningsmote) && knows(fortsattning))
	d.step(stegNyHandlingsplan, d.after(stegUppfoljningsmote), pagar && fortsatter, events&nyttPlanerat == nyttPlanerat)
	d.step(stegSlutbedomning, d.after(stegUppfoljningsmote), pagar && bryts, has(slutbedomning))
	d.step(stegAterforing, d.after(stegSlutbedomning), pagar && bryts, has(aterford))
	d.step(stegStartaAktiv, d.after(stegNyHandlingsplan), pagar && fortsatter, has(aktivStart))
	d.step(stegAktiv, d.after(stegStartaAktiv), pagar && fortsatter, klar)
	d.step(stegAvslutssamtal, true, avslut, has(avslutssamtal) && is(beslutForstatt))
	d.step(stegForhandling, true, avslut && f.Avslutsorsak <= anstallningMedBidrag, has(forhandlingKlar))
	d.step(stegUnderlagSjukersattning, true, avslut && f.Avslutsorsak == sjukersattning && is(partiellSjukersattning), has(underlagSjukersattning))
	d.step(stegSlutdokumentationAF, d.after(stegAvslutssamtal), avslut, has(slutdokumentationAF))
	d.step(stegSlutdokumentationFK, d.after(stegAvslutssamtal), avslut, has(slutdokumentationFK))

	switch {
	case !nedsatt:
		a.close(utfallEjAktuell)
		return
	case brister && !has(beredning):
		a.close(utfallKvarHosFK)
		return
	case d.passed&beredd == beredd && knows(beredningBeslut) && f.BeredningBeslut == tillArbetsformedlingen:
		a.close(utfallTillAF)
		return
	case d.passed&beredd == beredd && knows(beredningBeslut) && f.BeredningBeslut == tillForsakringskassan:
		a.close(utfallAterFK)
		return
	case d.passed&aterfort == aterfort && iSamverkan && bryts && !klar:
		a.close(utfallAterford)
		return
	case avslut && d.passed&avslutat == avslutat:
		a.close(utfallAvslut + int8(min(f.Avslutsorsak, aktivitetsersattning))) // the last three share an outcome
		return
	}
	for rest := d.required; rest != 0; rest &= rest - 1 {
		a.Next = append(a.Next, due(f, events, uint8(bits.TrailingZeros32(rest)), at))
	}
	if kontakt {
		a.contact(f, events, at)
	}
	switch {
	case len(a.Next) > 0:
		a.Status = Open
	case a.HasAhead:
		a.Status = Waiting
	default:
		a.Status = Stuck
	}
}
