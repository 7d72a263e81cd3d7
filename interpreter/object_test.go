package interpreter_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// askAll asks an object for all kinds of things under its keys.
func askAll(o *interpreter.Object) (facts []interpreter.Given) {
	o.Need("text")
	o.Text("text", 10)
	o.Word("word", "one", "two")
	o.Yes("yes")
	o.Whole("whole")
	o.Day("day")
	o.Texts("texts", 3, 10)
	o.Wholes("wholes", 3)
	for _, inner := range o.Objects("list", 3, "text", "value") {
		inner.Need("value")
		inner.Text("text", 10)
		inner.Value("value")
	}
	if inner := o.Object("object", "text"); inner != nil {
		inner.Text("text", 10)
	}
	return o.Facts("facts", 3)
}

var keysOfAll = []string{"text", "word", "yes", "whole", "day", "texts", "wholes", "list", "object", "facts"}

func read(text string) (*interpreter.Object, diag.List) {
	var faults diag.List
	o := interpreter.ReadObject(diag.NewSource("", text), &faults, keysOfAll...)
	askAll(o)
	return o, faults
}

func TestAnObjectIsReadStrictlyAndEveryFaultIsTold(t *testing.T) {
	for text, want := range map[string]string{
		`{"text":"å"}`: "",
		`{"text":"å","word":"one","yes":false,"whole":7,"day":"2026-03-01","texts":["a"],"wholes":[1],"list":[{"value":null}],"object":{"text":"x"},"facts":{"a":1}}`: "",
		` `:                      "body-empty@1:1",
		`[1]`:                    "body-no-object@1:1",
		`{}`:                     "body-missing-key@1:1",
		`{"text":"a","texd":1}`:  "body-unknown-key@1:13",
		`{"text":"a","Text":1}`:  "body-unknown-key@1:13",
		`{"text":"a","text":""}`: "body-key-twice@1:13",
		`{"text":"aaaaaaaaaaa"}`: "body-text-too-long@1:9",
		"{\"text\":\"a\u200b\"}": "body-text-invisible@1:9",
		`{"text":" "}`:           "body-text-blank@1:9",
		`{"text":null}`:          "body-not-text@1:9",
		`{"text":"a","word":"three","yes":1,"whole":0,"day":"2026-02-30","texts":{},"wholes":["1"],"list":[1],"object":[],"facts":[]}`: "body-not-word@1:20 body-not-bool@1:34 body-not-whole@1:44 body-not-day@1:52 " +
			"body-not-list@1:73 body-not-whole@1:86 body-no-object@1:99 body-no-object@1:111 case-facts-no-table@1:122",
		`{"text":"a","whole":1.0,"wholes":[1,2,3,4],"texts":["a","b","c","d"],"list":[{},{},{},{}]}`: "body-not-whole@1:21 body-too-many@1:41 body-too-many@1:65 body-too-many@1:87",
		`{"text":"a","list":[{"valu":1},{"value":1,"value":2}]}`:                                     "body-unknown-key@1:22 body-missing-key@1:21 body-key-twice@1:43",
		`{"text":"a","facts":{"b":1,"b":2}}`:                                                         "case-fact-twice@1:28",
		`{"text":"a","facts":{"a":1,"b":2,"c":3,"d":4}}`:                                             "body-too-many@1:40",
		`{"text":"a"}}`: "json-after-end@1:13",
		`{"text":"a",}`: "json-last-comma@1:12",
		`{"text":"a","facts":{"a":` + strings.Repeat("1", 101) + `}}`: "json-long-number@1:26",
		`{"text":"a","191212121212":1}`:                               "body-unknown-key@1:13",
		`{"text":"a","whole":` + strings.Repeat("[", 20):              "json-too-deep@1:36",
	} {
		_, faults := read(text)
		faults.Sort()
		var got []string
		for _, f := range faults {
			at := f.Span.Source.Position(f.Span.Start)
			got = append(got, fmt.Sprintf("%s@%d:%d", f.Code, at.Line, at.Column))
			for _, l := range lang.All {
				if words := f.Message(l) + f.HintText(l); strings.Contains(words, "191212") || strings.Contains(words, "<no value>") {
					t.Errorf("%s: %s", text, words)
				}
			}
		}
		wants := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wants)
		if !slices.Equal(got, wants) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// A key that must be there is not to be left out, and neither is one thing of a list by leaving out the list.
func TestOnlyWhatNeedNotBeThereIsToBeLeftOut(t *testing.T) {
	for text, leave := range map[string]bool{
		`{"text":" "}`: false, `{"text":7}`: false, `{"text":"a","object":{"text":" "}}`: true, `{"text":"a","object":{"text":null}}`: true,
		`{"text":"a","texts":["b"," "]}`: false, `{"text":"a","texts":[7]}`: false, `{"text":"a","list":[{"value":1,"text":""}]}`: true,
	} {
		_, faults := read(text)
		if len(faults) != 1 {
			t.Fatalf("%s: %d faults", text, len(faults))
		}
		for l, words := range map[lang.Lang]string{lang.SV: "utelämna", lang.EN: "leave"} {
			if hint := faults[0].HintText(l); hint == "" || strings.Contains(hint, words) != leave {
				t.Errorf("%s: %s", text, hint)
			}
		}
	}
}

func TestAnObjectTellsHowLongAListIs(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "0 false false", `{"texts":[]}`: "0 true false", `{"texts":[[],7,null]}`: "3 true false", `{"texts":null}`: "0 false true", `{"texts":"null"}`: "0 false false",
	} {
		o := interpreter.ReadObject(diag.NewSource("", text), new(diag.List), keysOfAll...)
		n, ok := o.Len("texts")
		if got := fmt.Sprint(n, ok, o.IsNull("texts")); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Whatever the text is, it is read or told to be at fault; and what is read of facts is JSON that stands there.
func FuzzAnObjectIsReadOrItsFaultsAreTold(f *testing.F) {
	for _, seed := range []string{`{}`, `{"text":"a"}`, `{"facts":{"a":[1,{}]},"list":[{"value":1e5}]}`, "\ufeff{\"text\":\"a\"}", `{"day":"2026-03-01"`, `[`, "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var faults diag.List
		o := interpreter.ReadObject(diag.NewSource("", text), &faults, keysOfAll...)
		facts := askAll(o)
		for _, d := range faults {
			if d.Span.IsZero() || d.Message(lang.SV) == "" || d.Message(lang.EN) == "" {
				t.Errorf("a poor fault: %+v", d)
			}
			interpreter.CasePointer(text, d.Span.Start)
		}
		if faults.HasErrors() {
			return
		}
		for _, g := range facts {
			if !json.Valid(g.Value) || g.At.Text() != string(g.Value) || g.Name == "" && g.Key.Text() != `""` {
				t.Errorf("%+v", g)
			}
		}
	})
}
