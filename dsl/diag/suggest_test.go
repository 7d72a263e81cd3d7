package diag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"pgregory.net/rapid"
)

var facts = []string{
	"beredning_beslut", "samtycke", "samverkan_start", "avslutsorsak", "avslutssamtal", "arbetsförmåga", "fk", "af", "ålder", "Fas", "plan",
}

func TestSuggestFindsWhatWasMeant(t *testing.T) {
	for _, c := range []struct{ name, want, why string }{
		{"beredning_beslt", "beredning_beslut", "a letter lost"},
		{"beredning_besultt", "beredning_beslut", "three letters wrong in a long name"},
		{"Samtycke", "samtycke", "letter case"},
		{"samverkan-start", "samverkan_start", "hyphen for underscore"},
		{"arbetsformaga", "arbetsförmåga", "å and ö written without ring and dots"},
		{"arbetsfo\u0308rma\u030aga", "arbetsförmåga", "the same letters, decomposed"},
		{"alder", "ålder", "å as a"},
		{"paln", "plan", "two letters changed places"},
		{"fas", "Fas", "letter case in a short name"},
		{"avslutsorska", "avslutsorsak", "the nearer of two near ones"},
		{"FK", "fk", "two letters, but the same word"},
		{"xy", "", "short names forgive no slip"},
		{"ak", "", "short names forgive no slip"},
		{"helt_annat", "", "nothing near"},
		{"samtycke", "", "never the name itself"},
		{"", "", "nothing was written"},
		{strings.Repeat("samtycke", 1000), "", "no name is that long"},
	} {
		if got := diag.Suggest(c.name, facts); got != c.want {
			t.Errorf("Suggest(%.30q) = %q, want %q (%s)", c.name, got, c.want, c.why)
		}
	}
}

func TestNearestPutsTheLikeliestFirst(t *testing.T) {
	got := diag.Nearest("mote", []string{"moten", "note", "möte", "Mote", "uppfoljningsmote", "moten"}, 3)
	if want := []string{"Mote", "möte", "moten"}; !slices.Equal(got, want) {
		t.Errorf("Nearest = %q, want %q", got, want)
	}
	if got := diag.Nearest("mote", []string{"moten"}, 0); len(got) != 0 {
		t.Errorf("Nearest of none = %q", got)
	}
}

func TestSuggestDoesNotDependOnTheOrderOfTheCandidates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abåäÅ_-")), 1, 6, -1)
		name := word.Draw(t, "name")
		candidates := rapid.SliceOf(word).Draw(t, "candidates")
		shuffled := rapid.Permutation(candidates).Draw(t, "shuffled")
		got, again := diag.Suggest(name, candidates), diag.Suggest(name, shuffled)
		if got != again {
			t.Fatalf("%q and then %q", got, again)
		}
		if got != "" && !slices.Contains(candidates, got) || got == name {
			t.Fatalf("%q is no other candidate of %q", got, name)
		}
	})
}
