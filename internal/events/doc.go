// Package events tells whoever asked to be told when a case's next step changes, or becomes soon or late, or a case ends. An event
// carries ids and days, never what is known of a person: who is told asks for the rest, and is answered as far as they may see.
//
// An event is worked out from how a case stood before and how it stands now (between.go), and kept in the transaction that found it
// out (log.go). So none is lost and none is of something that did not happen. Whoever reads the log reads it in one order and can go
// on where they were (Cursor); however many follow its end in a process, it is looked at once for all of them (feed.go).
// What is older than it is to be kept is forgotten, from the beginning of the log on (forget.go); whoever would miss any of it is told.
//
// To those who subscribe (subscription.go) it is sent by jobs that are put down in the same transaction (tell.go, deliver.go): signed
// (send.go), only to where it may be sent (target.go), so many at once to each and no more (pace.go), again and again until it is
// taken, later each time, and after the last time kept as dead, to be sent again by hand. So it comes at least once, always with the
// same id, and in no certain order: the time of the event tells.
package events
