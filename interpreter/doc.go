// Package interpreter turns a checked model into a program that answers "what next for this case?".
//
// Compile lowers a dsl.Model once: every fact gets a slot, every rule becomes a run of flat instructions
// that test a slot and jump three ways (true, false, unknown), and definitions, stages and steps are laid
// in an order in which each comes after all it depends on. The Program is immutable and safe for any
// number of goroutines.
//
// A decision is a pure function of program, facts and day. It takes these passes, each over flat arrays:
//
//  1. definitions, stages and steps in order: does the step apply, is it done, passed, due (decide.go);
//  2. outcomes in file order: does one close the case (decide.go);
//  3. only where something is unknown: which facts would settle it (missing.go, relevance.go).
//
// Decide leaves the result in a buffer that the caller owns; Decision puts it into words, and
// Explain tells why, from the same program. Words are never made on the way to a decision.
//
// The logic is Kleene's: a fact that is not known makes a rule unknown only where the rule's value hangs
// on it, and unknown never turns into false by itself.
package interpreter
