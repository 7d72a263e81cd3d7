package dsl_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// fence is a block of TOML in a document. One that gives a name is a file of the document's example; one that does not is
// a part of some file.
var fence = regexp.MustCompile("(?s)\n```toml(?: complete=(\\S+))?\n(.*?)```\n")

var documents = []string{"language.md", "sprak.md"}

func document(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheExampleOfTheReferenceHasNoFaults(t *testing.T) {
	for _, name := range documents {
		var sources []*diag.Source
		for _, m := range fence.FindAllStringSubmatch(document(t, name), -1) {
			if m[1] != "" {
				sources = append(sources, diag.NewSource(m[1], m[2]))
			}
		}
		set := dsl.Load(sources)
		if len(set.Faults) > 0 || len(set.Models) != 1 || len(set.Tests) != 1 || len(set.Overlays) != 1 {
			t.Errorf("%s: %d models\n%s", name, len(set.Models), render(set.Faults, lang.EN))
		}
	}
}

// ofAPart are the faults that a part of a file may have for want of the rest.
var ofAPart = regexp.MustCompile(`^(no-head|no-steps|no-outcomes|no-such-.*|missing-key|unknown-(kind|actor|tag|stage|source|vocabulary)|rule-unknown-name|unused-.*|untranslated)$`)

func TestThePartsInTheReferenceAreWrittenAsFilesAre(t *testing.T) {
	for _, name := range documents {
		parts := 0
		for _, m := range fence.FindAllStringSubmatch(document(t, name), -1) {
			if m[1] != "" {
				continue
			}
			parts++
			text, file := m[2], "part.toml"
			switch {
			case strings.Contains(text, "journey"):
				text, file = "[test]\nof = \"x\"\n"+text, "part_test.toml"
			case !strings.Contains(text, "[model]"):
				text = "[model]\nid = \"x\"\ntitle = \"X\"\nlang = \"en\"\nversion = \"1\"\nin_force = 2026-01-01\n" + text
			}
			for _, f := range load(file, text).Faults {
				if !ofAPart.MatchString(f.Code) {
					t.Errorf("%s: %s in\n%s", name, render(diag.List{f}, lang.EN), m[2])
				}
			}
		}
		if parts < 4 {
			t.Errorf("%s has only %d parts", name, parts)
		}
	}
}

// The reference names every key that a table can have, and every function.
func TestTheReferenceNamesEverything(t *testing.T) {
	keys := strings.Fields(`id title lang version in_force region start consent consent_for uses help url text source interpretation type
		ask ask_of seen_by values min max unit rule when time from not_before roll stage kind actor with after tags done every
		period since to until role cases of at facts unobtainable forget expect status next due upcoming missing outcome stuck
		stuck_facts limits steps unmet duties known happened late days_since weeks_since months_since days_between has_any has_all
		count today duty law never before on_every_way takes_part bounded first unless outcomes actors parties with_only kinds
		not models demands`)
	for _, name := range documents {
		text := document(t, name)
		for _, key := range keys {
			if !regexp.MustCompile("`[^`\n]*\\b" + key + "\\b[^`\n]*`").MatchString(text) {
				t.Errorf("%s does not tell of `%s`", name, key)
			}
		}
	}
}
