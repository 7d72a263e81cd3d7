// Package ordeal puts the service, as it is shipped, through what must be survived: it builds the program, runs it as processes of
// its own on a real database, and kills it, its database and its disk while clients work. It has no code but tests, and sees of the
// service what its clients see.
//
//	service_test.go   the program as a process: started, killed, stopped, asked
//	worker_test.go    a client that works with cases, and remembers what it was told (the history)
//	check_test.go     holds what the service says against the histories: the cases, the log of who did what, the events
//	witness_test.go   whoever is told of events
//
// The other files are the ordeals. Each has a short form, and a long one where STEGVIS_SOAK is set. The benchmarks beside them are
// where the figures of docs/scaling.md come from.
package ordeal
