package bench

import "github.com/stegvis/stegvis/dsl/calendar"

// two is a decision being made with plain truth values.
type two struct {
	f      *Facts
	a      *Answer
	at     calendar.Day
	passed uint32
}

func (d *two) has(event int) bool { return d.f.Happened>>event&1 != 0 && d.f.Days[event] <= d.at }

// Two decides with plain truth values: what is not known counts as no. It says what is next, by when, the outcome and
// the limit; it asks for nothing, and cannot tell a case that lacks facts from one that is stuck.
func Two(f *Facts, at calendar.Day, a *Answer) {
	*a = Answer{Outcome: -1, Next: a.Next[:0], Missing: a.Missing[:0]}
	d := two{f: f, a: a, at: at}
	limits := three{f: f, a: a, at: at}
	for _, e := range [...]int{samverkanStart, avslutssamtal, aterford} {
		if d.has(e) {
			limits.happened |= 1 << e
		}
	}
	limits.limit()

	knows := f.knows
	nedsatt := f.ArbetsformagaNedsatt
	iSamverkan := knows(beredningBeslut) && f.BeredningBeslut == tillSamverkan
	klar := knows(avslutsorsak)
	pagar := iSamverkan && !klar
	avslut := iSamverkan && klar
	fortsatter := knows(fortsattning) && f.Fortsattning == fortsatt
	bryts := knows(fortsattning) && f.Fortsattning == avbryts
	oenig := knows(beredningEnig) && !f.BeredningEnig

	d.step(stegBehovsbedomning, nedsatt, true, d.has(medicinsktUnderlag) && f.Fardigutredd && f.KanForbattras &&
		d.has(sassamUtredning) && f.BehovAvInsatser && f.TimmarPerVecka >= 10, -1, 0)
	d.step(stegPersonligtMote, nedsatt, d.after(stegBehovsbedomning), d.has(personligtMote) && d.has(egenUppfattning), -1, 0)
	d.step(stegBeredning, nedsatt, d.after(stegPersonligtMote), d.has(beredning) && knows(beredningEnig) && (oenig || knows(beredningBeslut)), -1, 0)
	d.step(stegLinjechefsbeslut, nedsatt && oenig, d.after(stegBeredning), knows(beredningBeslut), -1, 0)
	d.step(stegArendefordelning, pagar, d.after(stegLinjechefsbeslut),
		d.has(samverkanStart) && d.has(arbetsformedlareUtsedd) && d.has(samordnareUtsedd), samverkanStart, 28)
	d.step(stegInformation, pagar, d.after(stegArendefordelning), d.has(informationLamnad), samverkanStart, 28)
	d.step(stegTrepartssamtal, pagar, d.after(stegInformation), d.has(trepartssamtal) && f.ErsattningKlargjord, samverkanStart, 28)
	d.step(stegNivabedomning, pagar, d.after(stegTrepartssamtal), d.has(nivabedomning), samverkanStart, 28)
	d.step(stegHandlingsplan, pagar, d.after(stegNivabedomning), d.has(handlingsplan), samverkanStart, 28)
	d.step(stegStartaIntroduktion, pagar, d.after(stegHandlingsplan), d.has(introduktionStart) && f.Aktiviteter != 0, introduktionStart, 84)
	kontakt := pagar && d.has(introduktionStart) && !d.has(uppfoljningsmote) && d.after(stegStartaIntroduktion)
	d.step(stegUppfoljningsmote, pagar, d.after(stegStartaIntroduktion), d.has(uppfoljningsmote) && knows(fortsattning), introduktionStart, 84)
	d.step(stegNyHandlingsplan, pagar && fortsatter, d.after(stegUppfoljningsmote), d.has(nyHandlingsplan) && d.has(ersattningsbeslut), introduktionStart, 84)
	d.step(stegSlutbedomning, pagar && bryts, d.after(stegUppfoljningsmote), d.has(slutbedomning), introduktionStart, 84)
	d.step(stegAterforing, pagar && bryts, d.after(stegSlutbedomning), d.has(aterford), introduktionStart, 84)
	d.step(stegStartaAktiv, pagar && fortsatter, d.after(stegNyHandlingsplan), d.has(aktivStart), aktivStart, 350)
	d.step(stegAktiv, pagar && fortsatter, d.after(stegStartaAktiv), klar, aktivStart, 350)
	d.step(stegAvslutssamtal, avslut, true, d.has(avslutssamtal) && f.BeslutForstatt, -1, 0)
	d.step(stegForhandling, avslut && (f.Avslutsorsak == anstallning || f.Avslutsorsak == anstallningMedBidrag), true, d.has(forhandlingKlar), -1, 0)
	d.step(stegUnderlagSjukersattning, avslut && f.Avslutsorsak == sjukersattning && f.PartiellSjukersattning, true, d.has(underlagSjukersattning), -1, 0)
	d.step(stegSlutdokumentationAF, avslut, d.after(stegAvslutssamtal), d.has(slutdokumentationAF), -1, 0)
	d.step(stegSlutdokumentationFK, avslut, d.after(stegAvslutssamtal), d.has(slutdokumentationFK), -1, 0)
	if kontakt {
		from := f.Days[introduktionStart]
		if d.has(senasteKontakt) {
			from = f.Days[senasteKontakt]
		}
		if due := from + 7; due > at {
			a.HasAhead, a.Upcoming = true, due
		} else {
			a.Next = append(a.Next, Next{Step: stegVeckokontakt, HasDue: true, Due: due, Time: lateness(from, due, at)})
		}
	}

	brister := !f.Fardigutredd || !f.KanForbattras || !f.BehovAvInsatser || f.TimmarPerVecka < 10
	if a.Outcome = d.outcome(nedsatt, brister, iSamverkan, bryts, klar, avslut); a.Outcome >= 0 {
		a.Status = Closed
		a.Next, a.HasAhead, a.Upcoming = a.Next[:0], false, 0
		return
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

func (d *two) after(step int) bool { return d.passed>>step&1 != 0 }

func (d *two) step(step int, applies, open, checklist bool, from int, days calendar.Day) {
	switch {
	case !applies:
		if open {
			d.passed |= 1 << step
		}
	case checklist:
		d.passed |= 1 << step
	case open:
		n := Next{Step: uint8(step)}
		if from >= 0 && d.has(from) {
			start := d.f.Days[from]
			n.HasDue, n.Due = true, start+days
			n.Time = lateness(start, n.Due, d.at)
		}
		d.a.Next = append(d.a.Next, n)
	}
}

func (d *two) outcome(nedsatt, brister, iSamverkan, bryts, klar, avslut bool) int8 {
	const beredd = 1<<stegBeredning | 1<<stegLinjechefsbeslut
	const avslutad = 1<<stegAvslutssamtal | 1<<stegForhandling | 1<<stegUnderlagSjukersattning | 1<<stegSlutdokumentationAF | 1<<stegSlutdokumentationFK
	beslut := d.f.knows(beredningBeslut)
	switch {
	case !nedsatt:
		return 0
	case brister && !d.has(beredning):
		return 1
	case d.passed&beredd == beredd && beslut && d.f.BeredningBeslut == tillArbetsformedlingen:
		return 2
	case d.passed&beredd == beredd && beslut && d.f.BeredningBeslut == tillForsakringskassan:
		return 3
	case d.after(stegSlutbedomning) && d.after(stegAterforing) && iSamverkan && bryts && !klar:
		return 4
	case avslut && d.passed&avslutad == avslutad:
		return 5 + int8(min(d.f.Avslutsorsak, aktivitetsersattning))
	}
	return -1
}
