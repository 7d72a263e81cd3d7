// Package measure counts what can be counted of a model: who drives a case and who takes it over, how long it takes, when consent is asked
// for, which outcomes are within reach, how much of the law is met, what is known of where its rules come from, and how many
// cases its people can carry.
//
// Every figure has a definition (Metrics): formula, inputs and unit, in words, which stand in the documents and beside the figure. A
// figure is exact over all cases that there can be, or it is counted over a cohort, and it says which. Where a source states no
// number there is none, and the figure says so.
//
// Exact figures come from living every history that a case can have (history.go), with a value for every way in which a fact can matter
// (answers.go), which cells tell (package cells). The cases of a cohort are lived from their beginning in the same way (cohort.go), so
// that what is proven of all histories holds for these too. A model that has too many histories is bounded by formulas instead
// (done.go, counter.go), or not settled, and its figures say so.
//
// The figures, in order: who drives (drivers.go), handovers (handovers.go), times (times.go) along ways through the model (package
// ways), consent (consent.go), outcomes (reach.go), law (law.go), facts (facts.go), sources (sources.go), load (load.go).
// metrics.go is the register of them all and figures.go takes one figure for each out of the report; tables.go and json.go
// write it for programs, words.go for people.
package measure
