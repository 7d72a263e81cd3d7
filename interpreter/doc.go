// Package interpreter turns a checked model into a program that answers "what next for this case?".
//
// Compile lowers a dsl.Model once. Every fact gets a bit that says whether it is known, and every bool, every test of
// a fact and every part of a rule a truth value of two bits, one for true and one for false; neither is unknown.
// `and`, `or` and `not` become conjunctions of such bits, 64 at a time, and the whole model one straight run of
// operations, each after what it builds on (lower.go, code.go). Nothing jumps and nothing is looked up. The Program is
// immutable and safe for any number of goroutines.
//
// A decision is a pure function of program, facts and day. It takes these passes, each over flat arrays:
//
//  1. all truth values, and which steps are done, are passed or lie ahead (code.go, decide.go);
//  2. outcomes in file order: does one close the case (decide.go);
//  3. the steps ahead: when they are due, and which facts are to be asked for on their account, read off the same bits
//     where the rule is a plain chain of tests (plain.go), else found by trying what its parts can become (missing.go,
//     relevance.go, marking.go).
//
// A case comes in by ReadCase and Bind, which tell every fault at its place, or by a Reader, which takes what is sound
// straight into the facts and leaves all else to them; a test holds both to the same meaning.
//
// Decide leaves the result in a buffer that the caller owns; Words puts it into words, AppendJSON writes it, and
// Explain tells why, from the same program. Words are never made on the way to a decision.
//
// The logic is Kleene's: a fact that is not known makes a rule unknown only where the rule's value hangs
// on it, and unknown never turns into false by itself.
package interpreter
