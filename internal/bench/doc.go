// Package bench measures what decisions cost, beside the same decisions made in other ways. What it finds is told in
// docs/performance.md, whose tables the command in report writes.
//
// FAROS is decided here by:
//
//   - the interpreter;
//   - three.go by hand, as a Go programmer would who needs all that the interpreter gives: three-valued logic, the next
//     steps with their due days, the outcome, what is missing and in which order, and why a case is stuck;
//   - two.go by hand with plain truth values, where what is not known counts as no, and nothing is asked for;
//   - four engines for rules (exprvm.go, cel.go, grule.go, opa.go), with plain truth values. Each is given the rules of the
//     model, written in its own language by dialect.go, and says which of them hold; the way through the steps, the days
//     and the outcome is the same Go code for all of them (walk.go).
//
// Tests hold all of them to the interpreter's answers on generated cases, so that what is compared is the same work.
// Reading JSON, files of cases, loading, growth, explanations and the start of the command are measured likewise, on
// made-up cases and on generated models (generate.go).
//
// It is a module of its own, so that what it compares with is nobody's dependency. `make bench` runs it all.
package bench
