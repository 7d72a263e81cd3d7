package main

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// output is what the benchmarks printed: the measured values by name and unit, and the processor.
type output struct {
	names  []string // in the order of the first run
	values map[string]map[string][]float64
	cpu    string
	cores  string // as many as the benchmarks could use
}

// read gathers the results of any number of runs.
func read(from io.Reader, name string) (*output, error) {
	o := &output{values: map[string]map[string][]float64{}}
	results := benchfmt.NewReader(from, name)
	for results.Scan() {
		switch r := results.Result().(type) {
		case *benchfmt.Result:
			o.add(r)
		case *benchfmt.SyntaxError:
			return nil, r
		}
	}
	if err := results.Err(); err != nil {
		return nil, err
	}
	if len(o.names) == 0 {
		return nil, fmt.Errorf("%s has no results of benchmarks", name)
	}
	return o, nil
}

func (o *output) add(r *benchfmt.Result) {
	base, parts := r.Name.Parts()
	full := string(base)
	for _, part := range parts {
		if text := string(part); strings.HasPrefix(text, "-") {
			o.cores = text[1:]
		} else {
			full += text
		}
	}
	units := o.values[full]
	if units == nil {
		units = map[string][]float64{}
		o.values[full] = units
		o.names = append(o.names, full)
	}
	for _, v := range r.Values {
		unit, value := v.Unit, v.Value
		if v.OrigUnit != "" { // as it was printed: ns/op, not sec/op
			unit, value = v.OrigUnit, v.OrigValue
		}
		units[unit] = append(units[unit], value)
	}
	o.cpu = r.GetConfig("cpu")
}

const perOperation = "ns/op"

// median is the middle of the runs, with an interval in which it lies with 95 % confidence. ok is false where nothing of
// that unit was measured.
func (o *output) median(name, unit string) (s benchmath.Summary, runs int, ok bool) {
	values := o.values[name][unit]
	if len(values) == 0 {
		return s, 0, false
	}
	sample := benchmath.NewSample(append([]float64(nil), values...), &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95), len(values), true
}

// ratio is the claim's ratio of medians, with the lowest and the highest that the intervals of both allow.
func (o *output) ratio(c *claim) (ratio, low, high float64) {
	unit := c.unit
	if unit == "" {
		unit = perOperation
	}
	over, _, _ := o.median(c.over, unit)
	under, _, _ := o.median(c.under, unit)
	return over.Center / under.Center, over.Lo / under.Hi, over.Hi / under.Lo
}

// lacks lists the benchmarks that the claims need and that were not run.
func (o *output) lacks() (names []string) {
	for _, name := range needed() {
		if o.values[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// wasteful lists those that may not allocate and did.
func (o *output) wasteful() (names []string) {
	for _, name := range frugal {
		if s, _, ok := o.median(name, "allocs/op"); !ok || s.Center > 0 {
			names = append(names, name)
		}
	}
	return names
}
