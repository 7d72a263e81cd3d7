// Package store keeps cases: the dated entries that a case is made of, how it stood when it was last decided for, and what was
// asked and answered. It decides nothing itself; that is the interpreter's, through package casework.
//
// A case is the row of its entries. An entry says what was found out or done, on which day it began to hold, when it was
// recorded and by whom, and is never changed: a mistake is corrected or withdrawn by a further entry. So there are two times
// in a case, and both can be asked about: how things were on a day, as far as was known at a moment (facts.go).
//
// What an entry says is personal and stands in the database sealed under a key of the case's own (package seal). To erase a
// case is to destroy that key and everything that was worked out from the entries (erase.go); the entries stay, unreadable, so
// that chains over them still verify.
//
// A case has parties, and who may see it is one of them or sees all (party.go). The database holds digests of who they are, by which
// cases are found; the entries of the case say it, sealed.
//
// A change of a case names the revision that it was made from, and fails where another came between (ErrStale). A request that
// names a key is answered again, not done again, when it comes a second time (request.go).
//
// The same store runs on SQLite, for one machine, and on PostgreSQL, for many: dialect.go holds all that differs, and one suite
// of tests runs on both.
package store
