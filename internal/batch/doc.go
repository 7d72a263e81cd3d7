// Package batch puts any number of cases through models, on all cores, and writes the answers in the order of the cases.
//
// One goroutine cuts the input into blocks of whole cases (lines.go, typed.go); workers read the cases of a block,
// decide and write the answers into the block's own memory (worker.go, and the forms of an answer in answer.go and
// flat.go); one writes the blocks in their order (run.go). The number of blocks is fixed, so memory is bounded whatever
// the size of the input, and whoever is ahead waits. A case costs no allocation, but for those at fault and for texts.
//
// What is written ends with a whole case, whatever ends the run, and every answer names the row it is about, so that a run
// can go on where another one stopped.
package batch
