// Package httpapi is the HTTP service: cases in, decisions out, from the models that are live.
//
// Every operation stands in one table (routes.go), with its path, what it takes and what it can answer. By the table
// requests are routed, and from it the package describe writes the OpenAPI document and the page for people, which are
// kept in the folder description and served as they are (pages.go); so what is described is what is served.
//
// A request goes through these hands:
//
//	front.go      counted, given an id, the same headers on every answer, a panic caught, a line in the log
//	routes.go     its operation, or a problem that names the paths and methods there are
//	exchange.go   its language, query and media types, strictly; then the one snapshot that all of it works on
//	body.go       the body, no further than a case may be long, within its time
//	desk.go       a clerk of the snapshot reads the case into the program's slots, decides, and writes the answer
//	problem.go    or a problem (RFC 9457) that names every fault
//
// What is about cases that are kept goes on from exchange.go to these:
//
//	kept.go        who asks, and whether they may; every way in which it can be refused
//	keptbody.go    the body, strictly, by the keys of its Go type; Idempotency-Key, If-Match; the time that the database has
//	cases.go       the operations on a case, read in casesread.go and answered in casesgive.go; lists in caseslist.go, on many in casesall.go
//	follow.go      events, subscriptions (subscriptions.go) and the log of who did what (followaudit.go); keys in keys.go
//
// All that is done with a case is done by casework.Desk, in one transaction with its row in that log. Answers that nothing is kept
// for can be logged too, before they are given (audited.go).
//
// What can be asked of the models themselves is in models.go, figures and traces in metrics.go and traces.go; service.go
// starts and stops it all.
//
// The way of a case from its bytes to its answer (next.go, stream.go) goes through no reflection and makes next to
// nothing: the interpreter reads the bytes itself and writes the answer itself. What is slow is for faults and reasons.
//
// What a case says gets into no log, trace, metric or problem. A problem names facts and tells what they can be; of a
// case's id the log has a digest whose key is lost with the process.
package httpapi
