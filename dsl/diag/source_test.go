package diag_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"pgregory.net/rapid"
)

func TestPositionCountsLinesAndCodePointsFromOne(t *testing.T) {
	const text = "\ufeffåä\r\n\n支x"
	src := diag.NewSource("a", text)
	for _, c := range []struct {
		offset, line, column int
	}{
		{-1, 1, 1}, {0, 1, 1}, {1, 1, 1}, {3, 1, 1}, {4, 1, 1}, {5, 1, 2}, {7, 1, 3}, {8, 1, 4},
		{9, 2, 1}, {10, 3, 1}, {11, 3, 1}, {12, 3, 1}, {13, 3, 2}, {14, 3, 3}, {99, 3, 3},
	} {
		if got, want := src.Position(c.offset), (diag.Position{Line: c.line, Column: c.column}); got != want {
			t.Errorf("Position(%d) = %+v, want %+v", c.offset, got, want)
		}
	}
	if src.Lines() != 3 {
		t.Errorf("%d lines", src.Lines())
	}
	for n, want := range map[int]string{0: "", 1: "åä", 2: "", 3: "支x", 4: ""} {
		if got := src.Line(n); got != want {
			t.Errorf("Line(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPositionIsThatOfACountFromTheLinesStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"a", "å", "支", "👩", "\n", "\xff", "\xe6\x94", strings.Repeat("xå\n", 900), strings.Repeat("支", 3000)})).Draw(t, "parts")
		text := strings.Join(parts, "")
		src := diag.NewSource("a", text)
		offset := rapid.IntRange(0, len(text)).Draw(t, "offset")
		if offset < len(text) && !utf8.RuneStart(text[offset]) {
			t.Skip("inside a code point, or what might be one")
		}
		start := strings.LastIndexByte(text[:offset], '\n') + 1
		want := diag.Position{Line: strings.Count(text[:offset], "\n") + 1, Column: len([]rune(text[start:offset])) + 1}
		if got := src.Position(offset); got != want {
			t.Fatalf("Position(%d) = %+v, want %+v", offset, got, want)
		}
	})
}

func TestSpanTextIsWhatTheSpanCovers(t *testing.T) {
	src := diag.NewSource("a.toml", "abcå")
	for _, c := range []struct {
		span diag.Span
		want string
	}{
		{src.At(1, 3), "bc"},
		{src.At(3, 4), ""},
		{src.At(-5, 50), "abcå"},
		{src.At(3, 1), ""},
		{diag.Span{}, ""},
	} {
		if got := c.span.Text(); got != c.want {
			t.Errorf("text of %d to %d = %q, want %q", c.span.Start, c.span.End, got, c.want)
		}
	}
	if src.At(0, 1).Name() != "a.toml" || (diag.Span{}).Name() != "" || src.At(0, 0).IsZero() || !(diag.Span{}).IsZero() {
		t.Error("Name or IsZero is wrong")
	}
}

func TestAPartOfALongerTextKeepsItsLineNumbers(t *testing.T) {
	s := diag.NewSourceAt("fall.ndjson", `{"id":"å","x":1}`, 17)
	if at := s.Position(11); at != (diag.Position{Line: 17, Column: 11}) {
		t.Errorf("%+v", at)
	}
	if s.Line(17) != s.Text || s.Line(1) != "" || s.Line(18) != "" {
		t.Errorf("%q %q %q", s.Line(17), s.Line(1), s.Line(18))
	}
	var faults diag.List
	faults.Error(s.At(11, 14), "json-after-end", nil)
	var b strings.Builder
	err := faults.WriteText(&b, diag.TextOptions{Lang: lang.EN})
	if err != nil || !strings.HasPrefix(b.String(), "fall.ndjson:17:11: error: ") || !strings.Contains(b.String(), "\n  17 | {\"id\":\"å\",\"x\":1}\n     |           ^^^\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
