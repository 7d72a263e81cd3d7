package main

import (
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
)

// language is what the tables of a page say, beside the claims.
type language struct {
	pick             func(words) string
	claims, times    string // the heads of the tables
	measured         string // with the runs, the processor, the cores and the version of Go
	yes, no, none    string
	atMost, atLeast  string
	frugal, wasteful string
	comma            string // between a number's whole and its decimals
}

var english = language{
	pick:     func(w words) string { return w.en },
	claims:   "| what | ratio | between | target | reached |",
	times:    "| benchmark | median | ± | memory | allocations |",
	measured: "Medians of %d runs on %s, %s cores, %s.",
	yes:      "yes", no: "**no**", none: "",
	atMost: "at most %s", atLeast: "at least %s",
	frugal:   "The decision allocates nothing, from facts and from JSON.",
	wasteful: "**These allocate, and should not: %s.**",
	comma:    ".",
}

var swedish = language{
	pick:     func(w words) string { return w.sv },
	claims:   "| vad | kvot | mellan | mål | nått |",
	times:    "| mätning | median | ± | minne | allokeringar |",
	measured: "Medianer av %d körningar på %s, %s kärnor, %s.",
	yes:      "ja", no: "**nej**", none: "",
	atMost: "högst %s", atLeast: "minst %s",
	frugal:   "Beslutet allokerar inget minne, vare sig från fakta eller från JSON.",
	wasteful: "**De här allokerar, och borde inte: %s.**",
	comma:    ",",
}

// tables are the page's generated parts by name.
func (l *language) tables(o *output) map[string]string {
	return map[string]string{"ratios": l.ratios(o), "times": l.all(o)}
}

// ratios tells of each claim whether it holds.
func (l *language) ratios(o *output) string {
	_, runs, _ := o.median(claims[0].over, perOperation)
	var b strings.Builder
	fmt.Fprintf(&b, l.measured+"\n\n%s\n|---|---|---|---|---|\n", runs, o.cpu, o.cores, runtime.Version(), l.claims)
	for i := range claims {
		c := &claims[i]
		ratio, low, high := o.ratio(c)
		target, reached := l.none, l.none
		if c.hasTarget() {
			target, reached = l.target(c), l.no
			if c.reached(ratio) {
				reached = l.yes
			}
		}
		between := fmt.Sprintf("%s–%s", l.number(low, c), l.number(high, c))
		if math.IsInf(high, 0) || runs < 6 { // fewer runs bound a median by nothing
			between = l.none
		}
		fmt.Fprintf(&b, "| %s | %s × | %s | %s | %s |\n", l.pick(c.text), l.number(ratio, c), between, target, reached)
	}
	b.WriteString("\n")
	if waste := o.wasteful(); len(waste) > 0 {
		fmt.Fprintf(&b, l.wasteful, strings.Join(waste, ", "))
	} else {
		b.WriteString(l.frugal)
	}
	return b.String()
}

func (l *language) target(c *claim) string {
	if c.atMost > 0 {
		return fmt.Sprintf(l.atMost, l.plain(c.atMost)+" ×")
	}
	return fmt.Sprintf(l.atLeast, l.plain(c.atLeast)+" ×")
}

func (l *language) plain(x float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(x, 'f', -1, 64), ".", l.comma)
}

// number writes a ratio with two or three digits that count.
func (l *language) number(x float64, c *claim) string {
	decimals := 2
	if x >= 10 && !c.fraction {
		decimals = 0
	}
	return strings.ReplaceAll(strconv.FormatFloat(x, 'f', decimals, 64), ".", l.comma)
}

// all lists every benchmark.
func (l *language) all(o *output) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n|---|---|---|---|---|\n", l.times)
	for _, name := range o.names {
		s, runs, _ := o.median(name, perOperation)
		spread := strings.TrimSpace(s.PctRangeString())
		if runs < 6 {
			spread = l.none
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", name, l.duration(s.Center), spread, l.amount(o, name, "B/op"), l.amount(o, name, "allocs/op"))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// duration writes a time with three digits that count.
func (l *language) duration(ns float64) string {
	unit := "ns"
	for _, next := range []string{"µs", "ms", "s"} {
		if ns < 1000 {
			break
		}
		ns, unit = ns/1000, next
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(max(ns, 0.01)))))
	return strings.ReplaceAll(strconv.FormatFloat(ns, 'f', decimals, 64), ".", l.comma) + " " + unit
}

func (l *language) amount(o *output, name, unit string) string {
	s, _, ok := o.median(name, unit)
	switch {
	case !ok:
		return ""
	case unit == "B/op" && s.Center >= 10_000:
		return strconv.FormatFloat(s.Center/1000, 'f', 0, 64) + " kB"
	case unit == "B/op":
		return strconv.FormatFloat(s.Center, 'f', 0, 64) + " B"
	}
	return strconv.FormatFloat(s.Center, 'f', 0, 64)
}

// fill puts the tables between their marks: <!-- NAME --> and <!-- /NAME --> on lines of their own.
func fill(page string, tables map[string]string) (string, error) {
	for name, table := range tables {
		begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
		before, rest, ok := strings.Cut(page, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			return "", fmt.Errorf("it lacks the marks %q and %q on lines of their own", strings.TrimSpace(begin), strings.TrimSpace(end))
		}
		page = before + begin + table + "\n" + end + after
	}
	return page, nil
}
