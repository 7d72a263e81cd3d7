// Package cells sees a model as logic over all the cases there can be, instead of running it on one.
//
// A fact can have very many values, but the rules of a model tell only few of them apart: `timmar_per_vecka >= 10` and
// nothing else about the hours leaves two sorts of cases, below ten and from ten on. Such a sort is a cell. With "unknown"
// as a further value the cells of all facts are a finite space, in which every rule is a formula, and a question about all
// cases is one for a SAT solver.
//
// The passes, in order:
//
//  1. atoms: the rules are taken apart down to the tests that are no connectives, definitions and choices entered
//     (expand.go), and each test is sorted by what can be said of it (atom.go);
//  2. domains: what every test can tell apart cuts the fact's values into cells, each with a value that stands for it
//     (domain.go, cut.go);
//  3. formulas: a rule becomes two, "is true" and "is false"; where neither holds it is unknown, as Kleene has it
//     (encode.go); on them stand where each step is and what closes the case, as DESIGN 3.5 has it (standing.go);
//  4. answers: whether a formula can hold, in which case, in which smallest one, and on which conditions it always does
//     (solve.go, witness.go, condition.go); where a given case lies (place.go), and which formulas a fact can turn (turns.go).
//     formula.go holds the formulas, shared and in one normal form.
//
// That a fact was asked for and nobody can tell it is "unknown" to the rules, and matters only to what is asked for (asked.go): it is
// a variable of its own beside the cells, made where a question looks at it (Space.Untold).
//
// A model is seen on one day. An event that lies ahead of it is the same cell as one that never happened.
//
// Arithmetic between several facts does not fit into cells. Such a test is left open: it can come out either way
// wherever its facts are known. So that nothing satisfies a formula is always a proof, while a witness that hangs on an open
// test must be run through the interpreter before it is believed (Witness.Open).
package cells
