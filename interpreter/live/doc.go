// Package live serves the models of a folder while its files are edited.
//
// Open reads the folder; Current then gives the set of models to ask, in one atomic load, and keeps giving a whole
// one whatever happens to the files. The idea is that a running service never gets worse by a save: what is wrong
// with a file keeps that file's model as it was, and says so, and everything else goes live.
//
// A change travels like this, all of it in one goroutine (loop.go) but for the events:
//
//	watch.go      events of the folder are hints that something changed; where there are none, polling
//	loop.go       hints wait for quiet (Debounce), but not for ever (LongestWait); a rescan needs no hint
//	read.go       one consistent read of the whole folder, by dsl; nothing goes on unless its digest is new
//	attempt.go    the new set is built aside, anew only where something has changed: each model that loads is a candidate
//	              for the place of its predecessor
//	hold.go       a candidate that looks like a file cut off is held back for a while
//	conflict.go   one that does not go together with a model that keeps its old text is refused
//	attempt.go    the tests of the files are run against the candidates; a model that fails its own is refused
//	live.go       one atomic swap
//	save.go       the texts of what is now live are kept on disk, for a start on bad files (saved.go)
//	subscribe.go  those who asked are told what differs from what they were told last
//
// # What goes live, and what does not
//
// The unit is a model's version. A program is self-contained: it has the vocabulary that it was compiled with inside.
// So a model that keeps its old text keeps its old vocabulary too, beside models that have the new one, and no answer
// is ever made from parts of two reads.
//
//   - A file that cannot be read, or a model with faults of its own, in a vocabulary or in its texts: kept.
//   - A model whose tests fail: kept.
//   - Two that declare a fact with different types, one kept and one new: the new one is kept back as well.
//   - A folder that is gone, cannot be read, or holds no model at all: everything is kept.
//
// # Files that are cut off
//
// A file that is being written, or whose writing was broken off, is a piece of the file that is meant. Most pieces do
// not load. Those that end between two tables may, and then a model without its last steps and outcomes would go live
// and close no case. Nobody can tell such a piece from a deliberate deletion of the end, but one thing can: time. So
// what disappears is believed later than what is written. A text that ends where the live one goes on (hold.go) and
// a file that is gone must lie untouched for Config.Hold before they are acted upon, and Status says so meanwhile. New
// text needs to be quiet for Config.Debounce only. What this leaves open is a piece of a file that is new, or that
// ends in something new: only its faults and its tests can give it away.
package live
