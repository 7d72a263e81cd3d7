// Package conform replays an event log against a model: which events did what the model required when they came, which did not,
// what was passed over, what was late, and how cases went from hand to hand.
//
// The passes:
//
//  1. A mapping, a small TOML file, says which columns the log has and what each activity tells: an event that happened, the
//     values of facts (mapping.go, mapvalue.go).
//  2. What the log never tells is found, and the model is read without it (seen.go): an entry of a checklist that no
//     activity can meet is not waited for, and a step with no other entries is one of which the log tells nothing.
//  3. Each trace is lived through on the version of the model that was in force when it began (replay.go): day by day, the
//     interpreter is asked how the case stands before and after every event, and that gives the event its verdict (judge.go).
//  4. How each step of the case ended is settled (settle.go), and cases are counted, over all and in each group (figures.go).
//
// What is not known is never taken for a no: whether a step applied, where the facts that decide it are not in the log, is
// undetermined, and counted as that. Days are the smallest time there is in a model, so two events of one day are never out of order with
// each other.
//
// Traces are read in one goroutine, replayed on all cores, and counted in their order in one (run.go), so that the same log gives
// the same report. Memory holds the traces that are under way and the figures, never the log.
package conform
