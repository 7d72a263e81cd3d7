// Package simulate lives a cohort forward through a model, with durations from a file of its own, and tells how long it takes, how
// it ends and who has to wait. It goes in these passes:
//
//  1. The file of durations is read against the model (read.go): how long each step takes, what is answered, how many cases
//     come, how many there are to handle them. Settings of a what-if are laid over it (whatif.go).
//  2. Cases are lived (life.go, do.go): the interpreter says what is required; a required step is begun when there is a place for
//     the case, takes its drawn length, and then its checklist is filled in (fill.go), until an outcome closes the case.
//  3. Cases that come day by day and share the places of a capacity are lived side by side, in the order of days
//     (engine.go). One such run of all cases is a replication, and what it counted a tally (tally.go).
//  4. Figures are means over replications, with intervals (figures.go); a what-if stands beside the base, replication by
//     replication on the same chances.
//
// No length is invented. A step of which the file says nothing is done between at once and its due day, so the cases are lived twice,
// once for the earliest and once for the latest, and every figure has these two bounds; what nothing bounds is said to be unbounded.
//
// Every chance is a function of the seed, the replication, the case and what is drawn (dice.go). So the result depends neither on
// the number of threads nor on the order in which anything is lived, and two settings differ in nothing but what was set.
package simulate
