package cells

import "testing"

// As many are left out as can be, whatever the number, and without trying each.
func TestAsManyAsCanBeAreLeftOut(t *testing.T) {
	for n := range 70 {
		for most := range n + 1 {
			tries := 0
			got := mostOut(n, func(k int) bool { tries++; return k <= most })
			if got != most || tries > 14 {
				t.Fatalf("of %d, %d can be left out: %d, after %d tries", n, most, got, tries)
			}
		}
	}
}
