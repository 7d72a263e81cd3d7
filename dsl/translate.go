package dsl

import (
	"slices"
	"sort"

	"github.com/stegvis/stegvis/dsl/diag"
)

// translateModels applies the texts of models: those for all versions first, so that those of one version go
// before them.
func (l *loader) translateModels() {
	for _, forOne := range []bool{false, true} {
		for _, t := range l.translations {
			if !t.of.present || len(t.targets) > 0 || t.version.present != forOne {
				continue
			}
			var units []*unit
			var ps []func() places
			for _, o := range l.overlays {
				if o.id.text == t.of.text && !forOne {
					units = append(units, o.unit)
					ps = append(ps, o.places)
				}
			}
			for _, d := range l.models {
				if d.id.text == t.of.text && (!forOne || d.version.text == t.version.text) {
					units = append(units, d.unit)
					ps = append(ps, d.places)
				}
			}
			if len(units) > 0 {
				l.translate(t, units, ps...)
			}
		}
	}
}

// warnUntranslated warns of what no texts translate.
func (l *loader) warnUntranslated() {
	for _, v := range l.vocabularies {
		if v.head != nil {
			v.warnUntranslated(v.vocabularyPlaces, v.head.Span)
		}
	}
	for _, o := range l.overlays {
		o.warnUntranslated(o.places, o.o.Span)
	}
	for _, d := range l.models {
		d.warnUntranslated(d.places, d.m.Span)
	}
}

// translate applies the texts t to the units, whose texts are ps.
func (l *loader) translate(t *translation, units []*unit, ps ...func() places) {
	if !t.langAt.present {
		t.lang = other(units[0].lang) // so that what they name is checked all the same
	}
	for _, u := range units {
		for _, was := range u.texts {
			if t.langAt.present && was.lang == t.lang && was.version.text == t.version.text && was != t {
				fault := t.faults.Error(t.of.span, "duplicate-texts", diag.Args{"Of": t.of.text, "Lang": string(t.lang)}).
					With(was.of.span, "first-here", nil)
				was.shared = append(was.shared, fault)
			}
		}
		if u.lang == t.lang {
			t.faults.Error(t.langAt.span, "texts-in-own-language", diag.Args{"Of": t.of.text, "Lang": string(t.lang)})
		}
		u.texts = append(u.texts, t)
	}
	t.targets = units
	if was := t.kept.applied; was != nil && slices.Equal(was.targets, units) { // none of which is new
		t.faults, t.compared = append(t.faults, was.faults...), was.compared
		return
	}
	before := len(t.faults)
	t.apply(ps, units[0].lang)
	t.kept.applied = &applied{units, slices.Clone(t.faults[before:]), t.compared}
}

// refuseLostTexts reports texts of what is not there.
func (l *loader) refuseLostTexts() {
	var ids []string
	versions := map[string][]string{}
	for id := range l.byID {
		ids = append(ids, id)
	}
	for _, o := range l.overlays {
		if o.id.present {
			ids = append(ids, o.id.text)
		}
	}
	sort.Strings(ids)
	for _, d := range l.models {
		if d.id.present {
			ids = append(ids, d.id.text)
			versions[d.id.text] = append(versions[d.id.text], d.version.text)
		}
	}
	for _, t := range l.translations {
		if !t.of.present || len(t.targets) > 0 {
			continue
		}
		switch have, known := versions[t.of.text]; {
		case known:
			t.faults.Error(t.version.span, "texts-of-unknown-version", diag.Args{
				"Version": t.version.text, "Of": t.of.text, "Known": someOf(have),
			})
		case len(l.suspects(modelFile, t.of.text)) == 0 && len(l.suspects(vocabularyFile, t.of.text)) == 0 && len(l.suspects(overlayFile, t.of.text)) == 0:
			t.faults.Error(t.of.span, "texts-of-unknown", diag.Args{
				"Name": t.of.text, "Near": diag.Suggest(t.of.text, ids), "Known": someOf(ids),
			})
		}
	}
}
