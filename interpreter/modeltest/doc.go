// Package modeltest runs the tests that stand beside a model: *_test.toml files with single cases and with
// journeys, in which facts arrive over time and what must be next is said after each.
//
// A file is read into a Suite (read.go), whose expectations are compared with the decisions of the model
// it is of (run.go, expect.go). What differs is a diagnostic at the expectation, so that a terminal, an
// editor and a reload show it alike. A run also gathers which rules were seen true, false and unknown
// (coverage.go), and can write the answers it got back into the file (update.go). For a folder that is read
// time and again, a Runner runs only what can have another answer than the last time (failures.go).
package modeltest
