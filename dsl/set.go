package dsl

import (
	"slices"
	"sort"

	"github.com/stegvis/stegvis/dsl/diag"
)

// set puts together what was found.
func (l *loader) set() *Set {
	s := &Set{}
	for _, f := range l.files {
		s.Files = append(s.Files, f.Source)
		s.Faults = append(s.Faults, f.faults...)
		if f.kind == testFile {
			s.Tests = append(s.Tests, f.File)
		}
	}
	s.Faults.Sort()
	for _, f := range l.nameless {
		if f.kind != modelFile && f.kind != overlayFile && f.faults.HasErrors() {
			s.fail("", "", f.Source, f.faults)
		}
	}
	for _, d := range l.models {
		if faults := d.allFaults(); faults.HasErrors() {
			s.fail(d.id.text, d.version.text, d.Source, faults)
			continue
		}
		if d.m.Hash == "" {
			parts := d.parts()
			d.m.Hash = digest(parts)
			for _, p := range parts {
				if !slices.Contains(d.m.Files, p.src) { // a vocabulary can be the overlay's too
					d.m.Files = append(d.m.Files, p.src)
				}
			}
		}
		s.Models = append(s.Models, d.m)
	}
	for _, o := range l.overlays {
		if !o.allFaults().HasErrors() {
			s.Overlays = append(s.Overlays, o.o)
		}
	}
	sort.SliceStable(s.Overlays, func(i, j int) bool { return s.Overlays[i].ID < s.Overlays[j].ID })
	sort.SliceStable(s.Models, func(i, j int) bool {
		a, b := s.Models[i], s.Models[j]
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		if a.InForce != b.InForce {
			return a.InForce < b.InForce
		}
		return a.Version < b.Version
	})
	sort.SliceStable(s.Failed, func(i, j int) bool {
		a, b := s.Failed[i], s.Failed[j]
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		return a.Version < b.Version
	})
	return s
}

func (s *Set) fail(id, version string, src *diag.Source, faults diag.List) {
	faults = append(diag.List{}, faults...)
	faults.Sort()
	s.Failed = append(s.Failed, Failed{ID: id, Version: version, Source: src, Faults: faults})
}

// allFaults gathers the faults of everything that the model is made of, and of the overlays over it.
func (d *draft) allFaults() diag.List {
	faults := d.unit.allFaults()
	for _, o := range d.overlays {
		faults = append(faults, o.allFaults()...)
	}
	return faults
}

// allFaults gathers the faults of the unit and of the vocabularies that it uses.
func (u *unit) allFaults() diag.List {
	faults := u.ownFaults()
	for _, v := range u.uses {
		faults = append(faults, v.ownFaults()...)
	}
	return faults
}

// ownFaults gathers the faults of the unit's file and of its texts.
func (u *unit) ownFaults() diag.List {
	faults := append(append(diag.List{}, u.faults...), u.shared...)
	for _, t := range u.texts {
		faults = append(append(faults, t.faults...), t.shared...)
	}
	return faults
}
