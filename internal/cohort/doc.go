// Package cohort makes up people. A cohort is any number of plausible cases, made from the models themselves, to
// try models on, to compare them by and to show them with. It knows no model, step or fact by name but for the made-up
// weights of the shared vocabulary (weights.json), and it says nothing about how common anything is in reality.
//
// A cohort is made in these passes:
//
//  1. Every fact that any of the models declares is gathered into one Space, each with the values that all of them
//     accept, so that every case is valid for every model.
//  2. A person is drawn: what is true of them, habits of those who handle the case, one of the models, and the
//     day on which the case was opened.
//  3. The case is lived forward through that model (life.go, visit.go): the program is asked what is next, required
//     steps are planned and done, in time, late, early or never, what is missing is asked for and mostly answered,
//     until the case is closed, is left lying, or the day asked about has come.
//  4. Some of what the other models would ask for is answered too, and some of what was known is lost (after.go).
//  5. The case is written (package casefile).
//
// The same seed, number and files give the same bytes: case i is drawn by dice of its own, seeded by the seed and i, so
// that it depends neither on how many cases are made nor on which thread makes it, and nothing is drawn in the order of
// a map.
package cohort
