package export_test

import (
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/export"
)

var (
	boxPlace  = regexp.MustCompile(`<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" rx=`)
	textPlace = regexp.MustCompile(`<text x="[\d.]+" y="([\d.]+)" font-size="([\d.]+)"`)
)

// Where a drawing can be cut no box and no text stands, and the parts make up the whole.
func TestADrawingIsCutBetweenItsBoxes(t *testing.T) {
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, p := range casetest.Shipped(t).Programs() {
		for _, width := range []int{0, 600, 350} {
			x := export.Drawing{Model: p, Lang: lang.SV, ID: "d", Width: width}
			text, cuts := export.Draw(x), export.Cuts(x)
			if len(cuts) < 4 || !slices.IsSorted(cuts) {
				t.Fatalf("%s, %d wide: the cuts are %v", p.Model().ID, width, cuts)
			}
			last := cuts[len(cuts)-1]
			var places [][2]float64
			for _, m := range boxPlace.FindAllStringSubmatch(text, -1) {
				places = append(places, [2]float64{number(m[1]), number(m[1]) + number(m[2])})
			}
			for _, m := range textPlace.FindAllStringSubmatch(text, -1) {
				places = append(places, [2]float64{number(m[1]) - 0.7*number(m[2]), number(m[1])})
			}
			if len(places) < len(p.Model().Steps) {
				t.Fatalf("%s: only %d boxes and texts are found", p.Model().ID, len(places))
			}
			for _, place := range places {
				if place[1] > last {
					t.Errorf("%s, %d wide: something stands at %v, below the end at %v", p.Model().ID, width, place, last)
				}
				for _, cut := range cuts[:len(cuts)-1] {
					if place[0] < cut && cut < place[1] {
						t.Errorf("%s, %d wide: the cut at %v goes through what stands at %v", p.Model().ID, width, cut, place)
					}
				}
			}
		}
	}
}
