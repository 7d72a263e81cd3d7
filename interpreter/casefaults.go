package interpreter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stegvis/stegvis/dsl/diag"
)

// maxCaseFaults is how many faults are told of one case. A text that is wrong from end to end is wrong in
// one way, and telling of it must cost no more than a moment.
const maxCaseFaults = 50

// caseFaults gathers the faults of one case, up to the limit.
//
// What a case says must not get into logs and answers to others, so no message says it: an argument is a
// name that a model declares, something legal, or quotable. Only the excerpt of the author's own text shows
// what was written.
type caseFaults struct {
	list  *diag.List
	count int
}

// full tells whether the limit is reached, so that there is no use in looking for more.
func (f *caseFaults) full() bool { return f.count > maxCaseFaults }

// add records an error, and returns it; past the limit it is lost.
func (f *caseFaults) add(span diag.Span, code string, args diag.Args) *diag.Diagnostic {
	f.count++
	switch {
	case f.count == maxCaseFaults+1:
		f.list.Error(span, "case-too-many-faults", diag.Args{"Limit": maxCaseFaults})
		fallthrough
	case f.count > maxCaseFaults:
		return &diag.Diagnostic{}
	}
	return f.list.Error(span, code, args)
}

// The longest name, in code points, and the most digits in one, that a message repeats.
const (
	maxQuoted       = 64
	maxQuotedDigits = 4
)

// quotable returns a name that no model declares, if a message may repeat it, or else "". Somebody may have
// typed a personal number or a whole sentence where a name belongs.
func quotable(name string) string {
	if name == "" || utf8.RuneCountInString(name) > maxQuoted {
		return ""
	}
	digits := 0
	for _, r := range name {
		switch {
		case unicode.IsDigit(r):
			digits++
		case r != '_' && !unicode.IsLetter(r) && !unicode.IsMark(r):
			return ""
		}
	}
	if digits > maxQuotedDigits {
		return ""
	}
	return name
}

// listed writes names for a message, the first of them where there are many.
func listed(names []string) string {
	const most = 20
	shown := make([]string, min(len(names), most))
	for i := range shown {
		shown[i] = "`" + names[i] + "`"
	}
	out := strings.Join(shown, ", ")
	if len(names) > most {
		out += " …"
	}
	return out
}
