// Package bench measures what a decision costs, beside the same decision made in other ways.
//
// FAROS is written here three more times:
//
//   - three.go by hand, as a Go programmer would who needs all that the interpreter gives: three-valued logic, the next
//     steps with their due days, the outcome, what is missing and in which order, and why a case is stuck;
//   - two.go by hand with plain truth values, where what is not known counts as no, and nothing is asked for;
//   - vm.go with the rules of the model run by expr's virtual machine on a map of facts, as plain truth values.
//
// Tests hold all of them to the interpreter's answers on generated cases, so that what is compared is the same work.
// It is a module of its own, so that what it compares with is nobody's dependency. Run the benchmarks with
//
//	go test -run '^$' -bench Decide ./...
package bench
