package diag_test

import (
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

func TestSortOrdersByPlaceAndSaysNothingTwice(t *testing.T) {
	speak(t)
	a, b := diag.NewSource("a.toml", "0123456789"), diag.NewSource("b.toml", "0123456789")
	var l diag.List
	l.Error(b.At(0, 1), "plain", nil)
	l.Error(a.At(5, 6), "plain", nil)
	l.Error(a.At(5, 6), "lost", diag.Args{"Name": "x"})
	l.Error(a.At(5, 6), "lost", diag.Args{"Name": "y"})
	l.Warn(a.At(5, 6), "lost", diag.Args{"Name": "x"})
	l.Error(a.At(1, 9), "plain", nil)
	l.Error(a.At(1, 2), "plain", nil)
	l.Error(a.At(1, 2), "plain", nil)
	l.Error(diag.Span{}, "plain", nil)
	l.Sort()
	var got strings.Builder
	for _, d := range l {
		got.WriteString(d.Span.Name() + ":" + d.Span.Text() + " " + d.Message(lang.EN) + "\n")
	}
	const want = `: something is wrong
a.toml:1 something is wrong
a.toml:12345678 something is wrong
a.toml:5 there is nothing called ` + "`x`" + `
a.toml:5 there is nothing called ` + "`y`" + `
a.toml:5 something is wrong
b.toml:0 something is wrong
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestOnlyErrorsKeepAFileFromBeingUsed(t *testing.T) {
	var l diag.List
	if l.HasErrors() {
		t.Error("an empty list has errors")
	}
	l.Warn(diag.Span{}, "x", nil)
	if l.HasErrors() || l.Count(diag.Warning) != 1 {
		t.Error("a warning counts as an error")
	}
	l.Error(diag.Span{}, "x", nil)
	if !l.HasErrors() || l.Count(diag.Error) != 1 {
		t.Error("an error does not count")
	}
}

func TestTheHintIsThatOfTheCodeUnlessAnotherIsNamed(t *testing.T) {
	speak(t)
	args := diag.Args{"Name": "x", "Near": "y"}
	for _, c := range []struct{ code, hint, want string }{
		{"lost", "", "Did you mean `y`?"},
		{"lost", "-", ""},
		{"plain", "", ""},
		{"plain", "lost.hint", "Did you mean `y`?"},
		{"plain", "nowhere", ""},
	} {
		d := &diag.Diagnostic{Code: c.code, Hint: c.hint, Args: args}
		if got := d.HintText(lang.EN); got != c.want {
			t.Errorf("code %q, hint %q: %q, want %q", c.code, c.hint, got, c.want)
		}
	}
}
