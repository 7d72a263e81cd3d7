package store_test

import (
	"testing"

	"github.com/stegvis/stegvis/internal/store"
)

// Of ids that are made by chance some have digits like a personal number. They are none, and stand in the log as they are.
func TestAnIDMadeByChanceIsNoPersonalNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"19121212-1212":                        true,
		"dnr 121212-1212 b":                    true,
		"191212121212":                         true,
		"19121272-1212":                        true, // a coordination number
		"121200-1212 ab":                       true,
		"20000060-1212":                        true,
		"121212+1212":                          true,
		"19121212 – 1212":                      true,
		"202100-5521":                          false, // of an organisation
		"162021005521":                         false,
		"191213321212":                         false, // there is no such day
		"2026-17":                              false,
		"subscription-12345":                   false,
		"6f1c2d3e-0001-4abc-8def-191212121212": false,
		"6f121212-1212-4abc-8def-00000000000a": false,
	} {
		if got := store.Personal(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if want && store.CaseID(text) {
			t.Errorf("%s can be the id of a case", text)
		}
	}
}
