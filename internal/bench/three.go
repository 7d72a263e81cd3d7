package bench

import (
	"math/bits"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// truth is a truth value of Kleene's logic: a bit for yes, one for no, none where it is not known. So and and not take
// no branch.
type truth uint8

const (
	unknown truth = 0
	yes     truth = 1
	no      truth = 2
)

func (x truth) and(y truth) truth { return x&y&yes | (x|y)&no }
func (x truth) not() truth        { return x>>1 | x&yes<<1 }

// of is the truth value of something that is known.
func of(b bool) truth {
	if b {
		return yes
	}
	return no
}

// when is x where it is known, as the bit of the fact says.
func (x truth) when(known bool) truth {
	if known {
		return x
	}
	return unknown
}

// three holds the steps of a decision being made with three truth values, a bit each.
type three struct {
	passed, required, undetermined uint32
}

// step finds where a step stands that can start when open.
func (d *three) step(step int, open bool, applies truth, done bool) {
	switch {
	case applies == yes && done || applies == no && open:
		d.passed |= 1 << step
	case !open:
	case applies == yes:
		d.required |= 1 << step
	case applies == unknown:
		d.undetermined |= 1 << step
	}
}

func (d *three) after(step int) bool { return d.passed>>step&1 != 0 }

// ruled are the facts that the rule of a step hangs on while it is not known whether the step applies.
var ruled = [stepCount]uint32{
	stegBehovsbedomning:        1 << arbetsformagaNedsatt,
	stegPersonligtMote:         1 << arbetsformagaNedsatt,
	stegBeredning:              1 << arbetsformagaNedsatt,
	stegLinjechefsbeslut:       1<<arbetsformagaNedsatt | 1<<beredningEnig,
	stegArendefordelning:       1 << beredningBeslut,
	stegInformation:            1 << beredningBeslut,
	stegTrepartssamtal:         1 << beredningBeslut,
	stegNivabedomning:          1 << beredningBeslut,
	stegHandlingsplan:          1 << beredningBeslut,
	stegStartaIntroduktion:     1 << beredningBeslut,
	stegVeckokontakt:           1 << beredningBeslut,
	stegUppfoljningsmote:       1 << beredningBeslut,
	stegNyHandlingsplan:        1<<beredningBeslut | 1<<fortsattning,
	stegSlutbedomning:          1<<beredningBeslut | 1<<fortsattning,
	stegAterforing:             1<<beredningBeslut | 1<<fortsattning,
	stegStartaAktiv:            1<<beredningBeslut | 1<<fortsattning,
	stegAktiv:                  1<<beredningBeslut | 1<<fortsattning,
	stegAvslutssamtal:          1 << beredningBeslut,
	stegForhandling:            1 << beredningBeslut,
	stegUnderlagSjukersattning: 1<<beredningBeslut | 1<<partiellSjukersattning,
	stegSlutdokumentationAF:    1 << beredningBeslut,
	stegSlutdokumentationFK:    1 << beredningBeslut,
}

// listed are the facts that the checklist of a required step asks for. The decision is not asked for where the group
// disagrees; then it is the managers' to take.
var listed = [stepCount]uint32{
	stegBehovsbedomning:    1<<fardigutredd | 1<<kanForbattras | 1<<behovAvInsatser | 1<<timmarPerVecka,
	stegBeredning:          1<<beredningEnig | 1<<beredningBeslut,
	stegLinjechefsbeslut:   1 << beredningBeslut,
	stegTrepartssamtal:     1 << ersattningKlargjord,
	stegStartaIntroduktion: 1 << aktiviteter,
	stegUppfoljningsmote:   1 << fortsattning,
	stegAktiv:              1 << avslutsorsak,
	stegAvslutssamtal:      1 << beslutForstatt,
}

// Three decides with three-valued logic, and answers all that the interpreter does.
func Three(f *Facts, at calendar.Day, a *Answer) {
	a.clear()
	events, known, trues := f.happenedBy(at), f.Known, f.True
	a.limit(f, events, at)

	has := func(event int) bool { return events>>event&1 != 0 }
	is := func(fact int) bool { return trues>>fact&1 != 0 }
	knows := func(fact int) bool { return known>>fact&1 != 0 }
	truthOf := func(fact int) truth { return truth(trues>>fact&1 | (known&^trues)>>fact&1<<1) }

	const brist = 1<<fardigutredd | 1<<kanForbattras | 1<<behovAvInsatser
	nedsatt := truthOf(arbetsformagaNedsatt)
	iSamverkan := of(f.BeredningBeslut == tillSamverkan).when(knows(beredningBeslut))
	klar := knows(avslutsorsak)
	pagar, avslut := iSamverkan.and(of(!klar)), iSamverkan.and(of(klar))
	fortsatter := pagar.and(of(f.Fortsattning == fortsatt).when(knows(fortsattning)))
	bryts := pagar.and(of(f.Fortsattning == avbryts).when(knows(fortsattning)))
	oenig := truthOf(beredningEnig).not()
	timmar := of(f.TimmarPerVecka >= 10).when(knows(timmarPerVecka))
	lovande := trues&brist == brist && timmar == yes
	brister := known&^trues&brist != 0 || timmar == no
	tillArbete := of(f.Avslutsorsak <= anstallningMedBidrag)
	partiell := of(f.Avslutsorsak == sjukersattning).and(truthOf(partiellSjukersattning))

	var d three
	d.step(stegBehovsbedomning, true, nedsatt, events&utrett == utrett && lovande)
	d.step(stegPersonligtMote, d.after(stegBehovsbedomning), nedsatt, events&mott == mott)
	d.step(stegBeredning, d.after(stegPersonligtMote), nedsatt, has(beredning) && knows(beredningEnig) && (oenig == yes || knows(beredningBeslut)))
	d.step(stegLinjechefsbeslut, d.after(stegBeredning), nedsatt.and(oenig), knows(beredningBeslut))
	d.step(stegArendefordelning, d.after(stegLinjechefsbeslut), pagar, events&fordelat == fordelat)
	d.step(stegInformation, d.after(stegArendefordelning), pagar, has(informationLamnad))
	d.step(stegTrepartssamtal, d.after(stegInformation), pagar, has(trepartssamtal) && is(ersattningKlargjord))
	d.step(stegNivabedomning, d.after(stegTrepartssamtal), pagar, has(nivabedomning))
	d.step(stegHandlingsplan, d.after(stegNivabedomning), pagar, has(handlingsplan))
	d.step(stegStartaIntroduktion, d.after(stegHandlingsplan), pagar, has(introduktionStart) && f.Aktiviteter != 0)
	d.step(stegVeckokontakt, d.after(stegStartaIntroduktion), pagar.and(of(has(introduktionStart) && !has(uppfoljningsmote))), false)
	d.step(stegUppfoljningsmote, d.after(stegStartaIntroduktion), pagar, has(uppfoljningsmote) && knows(fortsattning))
	d.step(stegNyHandlingsplan, d.after(stegUppfoljningsmote), fortsatter, events&nyttPlanerat == nyttPlanerat)
	d.step(stegSlutbedomning, d.after(stegUppfoljningsmote), bryts, has(slutbedomning))
	d.step(stegAterforing, d.after(stegSlutbedomning), bryts, has(aterford))
	d.step(stegStartaAktiv, d.after(stegNyHandlingsplan), fortsatter, has(aktivStart))
	d.step(stegAktiv, d.after(stegStartaAktiv), fortsatter, klar)
	d.step(stegAvslutssamtal, true, avslut, has(avslutssamtal) && is(beslutForstatt))
	d.step(stegForhandling, true, avslut.and(tillArbete), has(forhandlingKlar))
	d.step(stegUnderlagSjukersattning, true, avslut.and(partiell), has(underlagSjukersattning))
	d.step(stegSlutdokumentationAF, d.after(stegAvslutssamtal), avslut, has(slutdokumentationAF))
	d.step(stegSlutdokumentationFK, d.after(stegAvslutssamtal), avslut, has(slutdokumentationFK))

	switch {
	case nedsatt == no:
		a.close(utfallEjAktuell)
		return
	case nedsatt == yes && brister && !has(beredning):
		a.close(utfallKvarHosFK)
		return
	case d.passed&beredd == beredd && knows(beredningBeslut) && f.BeredningBeslut == tillArbetsformedlingen:
		a.close(utfallTillAF)
		return
	case d.passed&beredd == beredd && knows(beredningBeslut) && f.BeredningBeslut == tillForsakringskassan:
		a.close(utfallAterFK)
		return
	case d.passed&aterfort == aterfort && bryts == yes:
		a.close(utfallAterford)
		return
	case avslut == yes && d.passed&avslutat == avslutat:
		a.close(utfallAvslut + int8(min(f.Avslutsorsak, aktivitetsersattning))) // the last three share an outcome
		return
	}

	ask := asking{a: a, unasked: ^(known | f.Unobtainable)}
	hanging := uint32(0)
	for rest := d.required | d.undetermined; rest != 0; rest &= rest - 1 {
		step := uint8(bits.TrailingZeros32(rest))
		n := due(f, events, step, at)
		switch {
		case d.undetermined>>step&1 != 0:
			hanging |= ruled[step] & f.Unobtainable
			ask.about(ruled[step], &n)
		case step == stegVeckokontakt: // what repeats stands last
		case step == stegBeredning && oenig == yes:
			a.Next = append(a.Next, n)
			ask.about(1<<beredningEnig, &n)
		default:
			a.Next = append(a.Next, n)
			ask.about(listed[step], &n)
		}
	}
	if d.required>>stegVeckokontakt&1 != 0 {
		a.contact(f, events, at)
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
		a.StuckOn = hanging
		if nedsatt == unknown && !has(beredning) && !brister { // then the second outcome hangs too
			a.StuckOn |= f.Unobtainable & (brist | 1<<timmarPerVecka)
		}
	}
}

// asking gathers the facts to ask for.
type asking struct {
	a       *Answer
	unasked uint32         // facts that were not asked for
	listed  uint32         // those of them that the answer has
	place   [askable]uint8 // where
}

// about notes that the step hangs on those of the facts that were not asked for.
func (k *asking) about(facts uint32, n *Next) {
	for facts &= k.unasked; facts != 0; facts &= facts - 1 {
		fact := uint8(bits.TrailingZeros32(facts))
		if k.listed>>fact&1 == 0 {
			k.listed |= 1 << fact
			k.place[fact] = uint8(len(k.a.Missing))
			k.a.Missing = append(k.a.Missing, Missing{Fact: fact, HasDue: n.HasDue, Due: n.Due, Steps: 1 << n.Step})
			continue
		}
		m := &k.a.Missing[k.place[fact]]
		m.Steps |= 1 << n.Step
		if n.HasDue && (!m.HasDue || n.Due < m.Due) {
			m.HasDue, m.Due = true, n.Due
		}
	}
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
