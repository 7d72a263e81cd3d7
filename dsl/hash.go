package dsl

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"sort"

	"github.com/stegvis/stegvis/dsl/diag"
)

// part is a file that the answers of a model can depend on, and what it is to the model.
type part struct {
	label string
	src   *diag.Source
}

// parts lists the files that a model's answers depend on, in an order that does not depend on their names: the model,
// its texts, the vocabularies by id, and the texts of each; then the same for each overlay over it, by id.
func (d *draft) parts() []part {
	out := d.unit.parts("")
	for _, o := range d.overlays {
		out = append(out, o.unit.parts("overlay ")...)
	}
	return out
}

func (u *unit) parts(of string) []part {
	label := of + "file"
	if of == "" {
		label = "model"
	}
	out := append([]part{{label, u.Source}}, u.textParts(of+"texts")...)
	uses := append([]*unit{}, u.uses...)
	sort.SliceStable(uses, func(i, j int) bool { return uses[i].id.text < uses[j].id.text })
	for _, v := range uses {
		out = append(out, part{of + "vocabulary", v.Source})
		out = append(out, v.textParts(of+"vocabulary texts")...)
	}
	return out
}

// textParts lists the texts of a unit: those for all its versions first.
func (u *unit) textParts(label string) []part {
	texts := append([]*translation{}, u.texts...)
	sort.SliceStable(texts, func(i, j int) bool {
		a, b := texts[i], texts[j]
		if a.lang != b.lang {
			return a.lang < b.lang
		}
		return a.version.text < b.version.text
	})
	var out []part
	for _, t := range texts {
		out = append(out, part{label, t.Source})
	}
	return out
}

// digest returns the hash of the parts: of each its label and its bytes, each with its length before it, so that no
// bytes can move from one to the next unseen.
func digest(parts []part) string {
	h := sha256.New()
	for _, p := range parts {
		write(h, p.label)
		write(h, p.src.Text)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func write(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}
