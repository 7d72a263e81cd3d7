// Package casework is what is done with cases that are kept: they are opened, added to, asked about, listed, moved to another
// version, closed and erased. Each of these is one transaction, in which everything that follows from it is done too:
//
//	what was asked        entries of the case (package store), held against its model first
//	how the case stands   decided anew (package interpreter), and kept
//	what became of it     worked out from how it stood before, kept, and put down to be sent (package events)
//	who did it            logged, with what was answered (package audit)
//
// So nothing is answered that is not logged, no event is lost, and none tells of what did not happen.
//
// Who asks may do what package access allows, with the cases that they are a party to (who.go); of a case that they may not see they
// are told that there is none, after the same work. What they are answered goes through their sight: the decision, the entries of
// the timeline, and the facts and entries that they may add to. It is always what they may see now, whatever time is asked about.
//
// A case keeps the version of its model that answered when it was opened. Files of that version that are edited answer at once; a
// version that is no longer among the files goes on answering from those that did last, which the store keeps, until the case
// is moved (programs.go, move.go). Of a day in the past the files answer that did then (ask.go).
//
// How a case stands changes with time too, and with the files. Sweep finds the cases that were last decided for on an earlier day or
// by other files and decides for them anew (sweep.go); of many processes that share the work each case is done by one.
// Lists reckon with the day that it is, also where nobody has looked yet. Whoever counts cases is told no small numbers (figures.go).
package casework
