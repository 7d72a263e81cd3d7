package live

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
)

// looksCut tells whether text looks like the live text cut off: its last table is one that the live text goes on after,
// or is there itself without its end, and what follows in the live text is lost. It need not be the start of the live
// text: a new text with changes further up that was cut off counts too. A text that ends in something new does not, nor
// one in which the end of the live one was only moved.
func looksCut(live, text string) bool {
	a, b := tablesOf(live), tablesOf(text)
	last := b[len(b)-1]
	at := slices.IndexFunc(a, func(t table) bool { return t.name == last.name })
	switch {
	case at < 0:
		return false
	case at == len(a)-1:
		return lacksEnd(a[at].lines, last.lines, !strings.HasSuffix(text, "\n"))
	}
	kept := map[string]bool{}
	for _, t := range b {
		kept[t.name] = true
	}
	return slices.ContainsFunc(a[at+1:], func(t table) bool { return !kept[t.name] })
}

// lacksEnd tells whether lines are the first of those in full, and not all. The last of them may be partial.
func lacksEnd(full, lines []string, partial bool) bool {
	n := len(lines)
	if n > len(full) || n == 0 {
		return n < len(full)
	}
	if !slices.Equal(full[:n-1], lines[:n-1]) {
		return false
	}
	if full[n-1] == lines[n-1] {
		return n < len(full)
	}
	return partial && strings.HasPrefix(full[n-1], lines[n-1])
}

// table is a table of a file as its lines tell it, without a parse, since the text may be no TOML.
type table struct {
	name  string   // its header and the line that gives its id; "" before the first header
	lines []string // those that are neither blank nor comments, without the space around them
}

// tablesOf returns the tables of a text, in order. There is always one.
func tablesOf(text string) []table {
	out := []table{{}}
	named := true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			out = append(out, table{name: line})
			named = false
		}
		t := &out[len(out)-1]
		t.lines = append(t.lines, line)
		if key, _, _ := strings.Cut(line, "="); !named && identifies[strings.TrimSpace(key)] {
			t.name += " " + line
			named = true
		}
	}
	return out
}

// identifies holds the keys that tell one table from the next.
var identifies = map[string]bool{"id": true, "role": true}

// doubts tells what speaks against a candidate, of the files of the live model that it would do without, wholly or to
// their ends: that they cannot be read, which holds for as long as it is so, or that they are gone or look cut off and
// have not yet lain untouched for long enough. until is when the last of these will have; zero where that is of no help.
func (a *attempt) doubts(was, now *dsl.Model) (faults diag.List, until time.Time) {
	if was.Hash == now.Hash {
		return nil, until
	}
	moved := map[string]bool{} // the texts that the candidate has, wherever they lie
	for _, f := range now.Files {
		moved[f.Text] = true
	}
	forGood := false
	for i, f := range was.Files {
		name := baseName(f)
		text, there := a.read.texts[name]
		if i == 0 { // the model's own file may have another name by now
			name, text, there = baseName(now.Files[0]), now.Files[0].Text, true
		}
		if moved[f.Text] {
			continue
		}
		if unreadable := a.unreadable(name); len(unreadable) > 0 {
			faults, forGood = append(faults, unreadable...), true
			continue
		}
		if there && !looksCut(f.Text, text) {
			continue
		}
		end, waits := a.waits(name)
		if !waits {
			continue
		}
		if end.After(until) {
			until = end
		}
		if there {
			a.tellCut(&faults, name, text)
		} else {
			faults.Error(diag.NewSource(f.Name, "").At(0, 0), "live-file-gone", diag.Args{"Seconds": seconds(a.cfg.Hold)})
		}
	}
	if forGood {
		until = time.Time{}
	}
	return faults, until
}

// unreadable returns the faults of a file that could not be read, or that does not tell whose it is.
func (a *attempt) unreadable(name string) (faults diag.List) {
	for _, d := range a.read.faults {
		if filepath.Base(d.Span.Name()) == name {
			faults = append(faults, d)
		}
	}
	for _, f := range a.loaded.Failed {
		if f.ID == "" && baseName(f.Source) == name {
			faults = append(faults, f.Faults...)
		}
	}
	return faults
}

// waits tells whether the file has not lain untouched for long enough, and when it will have.
func (a *attempt) waits(name string) (end time.Time, waits bool) {
	end = a.seen[name].since.Add(a.cfg.Hold)
	return end, end.After(a.now)
}

func (a *attempt) tellCut(faults *diag.List, name, text string) {
	src := diag.NewSource(a.path(name), text)
	end := len(strings.TrimRight(text, " \t\r\n"))
	faults.Error(src.At(end, end), "live-looks-cut", diag.Args{"Seconds": seconds(a.cfg.Hold)})
}

// seconds rounds up to whole seconds, for people.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
