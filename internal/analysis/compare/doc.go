// Package compare sets models, and versions of models, side by side: what each requires of whom, in which cases one requires
// what another does not, how often their next steps differ, and which cases no model takes on.
//
// Models that are to be compared become one (join.go): the facts of a shared vocabulary are the same, everything else
// keeps to itself. So all their rules are formulas over the same cells (package cells), and "in every case in which A requires
// a meeting, so does B" is a question for a SAT solver. A fact that only one of them has is free in the others.
//
// A model requires a kind of step of a case where the rule of such a step and that of its stage hold, whether its turn has come
// or not. So a difference is one of rules, not of the order in which they are come to. Each case that shows a difference is put
// through the interpreter, and counts only if that answers alike.
//
// The questions, in order: the kinds of steps (kinds.go), with how little known two models part (parting.go), how often the next
// step differs (matrix.go), cases that no model takes on (outside.go), the order of kinds (order.go), what stands side by side without
// any proof (side.go), and what changed between versions (changes.go). conditions.go, steps.go and words.go put it all into words,
// tables.go and tablesrows.go into tables, json.go and jsonside.go write the report for programs.
package compare
